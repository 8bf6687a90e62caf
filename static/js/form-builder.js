// The builder of a form: fields that fit the kind, rows that are dragged and duplicated, a preview while one types.
// The page works without this file.
(() => {
  "use strict";

  const form = document.getElementById("form-builder");
  if (!form) return;
  const all = (selector, root = form) => [...root.querySelectorAll(selector)];
  const rows = document.getElementById("question-rows");
  const prefix = (row) => row.querySelector("[data-order]").name.replace(/ORDER$/, "");
  const named = (row, end) => row.querySelector(`[name="${prefix(row)}${end}"]`);

  // ------------------------------------------------------------------ one question

  const kindOf = (row) => named(row, "kind").value;

  function fit(row) {
    const kind = kindOf(row);
    for (const part of all("[data-for]", row)) part.hidden = !part.dataset.for.split(" ").includes(kind);
    if (kind === "scale") points(row);
    lines(row);
  }

  // On a scale each line belongs to a number, from the best down. Words stay with their number, whatever the ends become.
  function points(row) {
    const [low, high] = ["low", "high"].map((end) => Number.parseInt(named(row, end).value, 10));
    if (!(high > low && high - low < 10)) return;
    const shown = all("[data-label-line]", row);
    const words = new Map();
    for (const line of shown) {
      const [key, text] = line.querySelectorAll("input");
      if (key.value && text.value) words.set(key.value, text.value);
    }
    const numbers = Array.from({ length: high - low + 1 }, (_, place) => String(high - place));
    for (const key of words.keys()) if (!numbers.includes(key)) numbers.push(key);
    shown.forEach((line, place) => {
      const [key, text] = line.querySelectorAll("input");
      key.value = numbers[place] ?? "";
      text.value = words.get(key.value) ?? "";
      text.setAttribute("aria-label", `What ${key.value} means`);
    });
  }

  // On a scale its numbers are shown; of answers those that say something, and one empty line (or as many as were asked for).
  function lines(row) {
    const kind = kindOf(row);
    const isScale = kind === "scale";
    const shown = all("[data-label-line]", row);
    const last = shown.reduce((found, line, place) => (line.querySelector("[type=text]").value ? place : found), -1);
    const wanted = Math.max(last + 2, Number(row.dataset.lines ?? 0), 2);
    shown.forEach((line, place) => {
      const [key, text] = line.querySelectorAll("input");
      line.hidden = isScale ? !key.value : place >= wanted;
      line.querySelector("[data-label-key]").textContent = isScale ? key.value : "";
      if (!isScale) text.setAttribute("aria-label", `Answer ${place + 1}`);
    });
    const more = row.querySelector("[data-more-labels]");
    more.hidden = isScale || wanted >= shown.length;
  }

  // A new question keeps one name for exports while its words are still being found.
  function name(row) {
    const key = named(row, "key");
    if (key.value) return;
    const taken = new Set(all('[name$="-key"]:not([name*="-label-"])').map((input) => input.value));
    const words = named(row, "text").value.normalize("NFKD").toLowerCase().replace(/[^a-z0-9\s_-]/g, "");
    const stem = words.trim().replace(/[^a-z0-9]+/g, "_").slice(0, 26).replace(/^[^a-z]+|_+$/g, "");
    if (!stem) return;
    key.value = stem;
    for (let number = 2; taken.has(key.value); number += 1) key.value = `${stem}_${number}`;
  }

  function addLine(row) {
    row.dataset.lines = all("[data-label-line]", row).filter((line) => !line.hidden).length + 1;
    lines(row);
    all("[data-label-line]:not([hidden]) [type=text]", row).at(-1).focus();
  }

  function duplicate(row) {
    const total = form.elements["questions-TOTAL_FORMS"];
    const copy = row.cloneNode(true);
    const old = prefix(row);
    const fresh = `questions-${total.value}-`;
    for (const element of all("[name], [id], [for], [aria-describedby]", copy)) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value?.includes(old)) element.setAttribute(name, value.replaceAll(old, fresh));
      }
    }
    const typed = all("input, select, textarea", row);
    all("input, select, textarea", copy).forEach((element, place) => {
      if (element.type === "checkbox") element.checked = typed[place].checked; else element.value = typed[place].value;
    });
    named(copy, "key").value = "";
    total.value = Number(total.value) + 1;
    row.after(copy);
    rows.dispatchEvent(new Event("rows-moved"));
    named(copy, "text").focus();
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const row = button?.closest("[data-question]");
    if (!row) return;
    if (button.matches("[data-copy-row]")) { event.preventDefault(); duplicate(row); }
    else if (button.matches("[data-more-labels]")) addLine(row);
  });
  form.addEventListener("change", (event) => {
    const row = event.target.closest?.("[data-question]");
    if (row && /-(kind|low|high)$/.test(event.target.name)) fit(row);
    if (row && event.target.name?.endsWith("-text")) name(row);
  });
  form.addEventListener("input", (event) => {
    const row = event.target.closest?.("[data-question]");
    if (row && event.target.name?.endsWith("-words") && event.target.closest("[data-label-line]")) lines(row);
    if (event.target === form) for (const one of all("[data-question]")) fit(one); // put back from this browser
    later();
  });

  // ------------------------------------------------------------------ by drag

  const shown = () => all("[data-row-item]", rows).filter((row) => !row.hidden);
  function drag(event, handle) {
    const row = handle.closest("[data-row-item]");
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    row.classList.add("is-dragged");
    const over = (move) => {
      const others = shown().filter((one) => one !== row);
      const next = others.find((one) => move.clientY < one.getBoundingClientRect().top + one.offsetHeight / 2);
      if (next) { if (row.nextElementSibling !== next) next.before(row); } else others.at(-1)?.after(row);
      if (move.clientY < 60) scrollBy(0, -16);
      else if (move.clientY > innerHeight - 90) scrollBy(0, 16);
    };
    const end = () => {
      handle.removeEventListener("pointermove", over);
      row.classList.remove("is-dragged");
      rows.dispatchEvent(new Event("rows-moved"));
      later();
    };
    handle.addEventListener("pointermove", over);
    handle.addEventListener("lostpointercapture", end, { once: true });
  }
  rows.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-drag]");
    if (handle && event.isPrimary && event.button === 0) drag(event, handle);
  });

  // ------------------------------------------------------------------ the preview

  const place = document.getElementById("form-preview");
  let timer;
  let asked = 0;
  function later() { clearTimeout(timer); timer = setTimeout(preview, 600); }
  async function preview() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.previewUrl, { method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "manual" });
      if (!answer.ok || mine !== asked) return;
      const drawn = new DOMParser().parseFromString(await answer.text(), "text/html").body;
      for (const part of all("[data-part]", drawn)) {
        const now = place.querySelector(`[data-part="${part.dataset.part}"]`);
        if (now) part.open = now.open;
      }
      place.replaceChildren(...drawn.childNodes);
    } catch { /* offline: what is shown stays, and the next change asks again */ }
  }

  // ------------------------------------------------------------------ start

  function begin(row) {
    row.querySelector("[data-drag]").hidden = false;
    fit(row);
  }
  for (const row of all("[data-question]", rows)) begin(row);
  new MutationObserver((changes) => {
    document.querySelector("[data-none]")?.remove();
    for (const change of changes) for (const node of change.addedNodes) if (node.matches?.("[data-question]")) begin(node);
    later();
  }).observe(rows, { childList: true });
})();
