// The form of a paper: rows that are dragged, a preview, counts, what a track asks. The page works without this file.
(() => {
  "use strict";

  const form = document.getElementById("paper-form");
  if (!form) return;
  const all = (selector, root = form) => [...root.querySelectorAll(selector)];

  // ------------------------------------------------------------------ which tab typed what

  const tab = form.querySelector("[data-tab]");
  try {
    tab.value = sessionStorage.getItem("tab") ?? Math.random().toString(36).slice(2);
    sessionStorage.setItem("tab", tab.value);
  } catch { /* without it, the last tab that saves is taken at its word */ }

  // ------------------------------------------------------------------ authors by drag

  const rows = form.querySelector("[data-rows]");
  const shown = () => all("[data-row-item]", rows).filter((row) => !row.hidden);
  function drag(event, handle) {
    const row = handle.closest("[data-row-item]");
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    row.classList.add("is-dragged");
    const over = (move) => {
      const before = shown().filter((one) => one !== row);
      const next = before.find((one) => move.clientY < one.getBoundingClientRect().top + one.offsetHeight / 2);
      if (next) { if (row.nextElementSibling !== next) next.before(row); } else before.at(-1)?.after(row);
      if (move.clientY < 60) scrollBy(0, -12);
      else if (move.clientY > innerHeight - 90) scrollBy(0, 12);
    };
    const end = () => {
      handle.removeEventListener("pointermove", over);
      row.classList.remove("is-dragged");
      rows.dispatchEvent(new Event("rows-moved"));
    };
    handle.addEventListener("pointermove", over);
    handle.addEventListener("lostpointercapture", end, { once: true });
  }
  function showHandles() { for (const handle of all("[data-drag]")) handle.hidden = false; }
  rows.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-drag]");
    if (handle && event.isPrimary && event.button === 0) drag(event, handle);
  });
  showHandles();
  new MutationObserver(showHandles).observe(rows, { childList: true });

  // ------------------------------------------------------------------ affiliations already typed

  const places = document.getElementById("affiliations");
  rows.addEventListener("change", (event) => {
    if (!event.target.name?.endsWith("-affiliation")) return;
    const typed = new Set(all('input[name$="-affiliation"]', rows).map((input) => input.value.trim()).filter(Boolean));
    places.replaceChildren(...[...typed].map((value) => Object.assign(document.createElement("option"), { value })));
  });

  // ------------------------------------------------------------------ the abstract as it will look

  const abstract = form.elements.abstract;
  const preview = document.getElementById("preview");
  let waiting, asked = 0;
  async function look() {
    const number = ++asked;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("abstract", abstract.value);
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body, redirect: "manual", credentials: "same-origin" });
      if (answer.ok && number === asked) preview.innerHTML = await answer.text(); // our own server's, already safe
    } catch { /* offline: the last preview stays */ }
  }
  abstract.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 600); });
  form.querySelector("[data-preview-now]").addEventListener("click", (event) => { event.preventDefault(); look(); });
  if (abstract.value.trim() && !preview.textContent.trim()) look();

  // ------------------------------------------------------------------ how many characters

  for (const field of all("textarea[maxlength], input[type=text][maxlength]").filter((one) => !one.closest("[data-rows]"))) {
    const most = Number(field.getAttribute("maxlength"));
    field.removeAttribute("maxlength"); // nothing that is pasted is cut off; the page says what is too long
    const place = Object.assign(document.createElement("p"), { className: "help numbers count" });
    field.after(place);
    const count = () => {
      const length = [...field.value].length;
      place.textContent = length > most ? `${length} of ${most} characters: ${length - most} too many` : `${length} of ${most} characters`;
      place.classList.toggle("is-over", length > most);
      place.hidden = length < most / 2;
    };
    field.addEventListener("input", count);
    count();
  }

  // ------------------------------------------------------------------ what the track changes

  const track = form.elements.track;
  function tracks() {
    for (const line of all("[data-track]")) line.hidden = line.dataset.track !== track.value;
    for (const part of all("[data-questions]")) part.hidden = !part.dataset.questions.split(" ").includes(track.value);
  }
  track.addEventListener("change", tracks);
  tracks();

  // ------------------------------------------------------------------ both versions: who edits means mine

  form.addEventListener("input", (event) => {
    const name = event.target.name ?? "";
    const field = name === "corresponding" || name.startsWith("authors-") ? "authors" : name;
    const mine = form.querySelector(`input[name="pick-${CSS.escape(field)}"][value="mine"]`);
    if (mine) mine.checked = true;
  });
})();
