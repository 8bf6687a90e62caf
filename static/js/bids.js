// Each press is saved at once, and kept in this browser until it is. Without this file each press sends the form.
(() => {
  "use strict";

  const list = document.querySelector("[data-bids]");
  if (!list) return;
  const key = `bids:${document.body.dataset.user ?? ""}:${list.dataset.bids}`;
  const state = document.querySelector("[data-save-state]");
  const progress = document.querySelector("[data-bid-progress]");
  const AGAIN = 10000;
  const two = (number) => String(number).padStart(2, "0");
  const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

  // What was pressed and is not saved: from the address of a paper's bid to what to say, the last press of each.
  let waiting = new Map();
  try { waiting = new Map(JSON.parse(localStorage.getItem(key) ?? "[]")); } catch { waiting = new Map(); }
  const keep = () => {
    try {
      if (waiting.size) localStorage.setItem(key, JSON.stringify([...waiting])); else localStorage.removeItem(key);
      return true;
    } catch { return false; }
  };

  const say = (name, words) => { state.dataset.state = name; state.textContent = words; };
  const formOf = (address) => [...list.querySelectorAll("form")].find((form) => form.getAttribute("action") === address);

  function draw(form, value) {
    const row = form.closest("[data-row]");
    row.dataset.value = value;
    for (const button of form.querySelectorAll("[data-bid]")) {
      const on = button.dataset.bid === value;
      button.setAttribute("aria-pressed", on);
      button.value = on ? "" : button.dataset.bid;
    }
    tell(row, "", value === "conflict" ? "The organizers see that you have a conflict, and you will not get this paper." : "");
  }
  function tell(row, name, words) {
    const place = row.querySelector("[data-bid-said]");
    place.dataset.state = name;
    if (place.textContent !== words) place.textContent = words;
  }
  function unsaved(why) {
    const bids = waiting.size === 1 ? "1 bid" : `${waiting.size} bids`;
    say("failed", `Not saved: ${bids}, ${why}. ${keep() ? "Kept in this browser and sent again by itself." : "Do not close this page."}`);
  }

  let busy = false;
  let timer;
  async function send() {
    clearTimeout(timer);
    if (busy || !waiting.size) return;
    if (!navigator.onLine) { unsaved("you are offline"); return; }
    busy = true;
    say("saving", "Saving…");
    const [address, value] = waiting.entries().next().value;
    let goesOn = true;
    try {
      goesOn = await post(address, value);
    } catch {
      goesOn = false;
      unsaved(navigator.onLine ? "the server cannot be reached" : "you are offline");
      timer = setTimeout(send, AGAIN);
    }
    busy = false;
    if (goesOn) send();
  }
  async function post(address, value) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(address, {
      method: "POST", redirect: "manual", credentials: "same-origin", body: new URLSearchParams({ value }),
      headers: { Accept: "application/json", "X-Autosave": "1", "X-CSRFToken": token },
    });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
      unsaved("you are signed out; sign in in another tab, then press again here");
      return false;
    }
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok && answer.status !== 404 && !said.message) {
      unsaved("the server could not do it");
      timer = setTimeout(send, AGAIN);
      return false;
    }
    const form = formOf(address);
    if (waiting.get(address) === value) { waiting.delete(address); keep(); }
    if (!answer.ok) {
      const words = said.message ?? "This paper cannot be bid on any more; load the page again.";
      if (form) { draw(form, form.dataset.saved ?? ""); tell(form.closest("[data-row]"), "failed", `Not saved. ${words}`); }
      say("failed", `Not saved. ${words}`);
      return waiting.size > 0;
    }
    if (form) form.dataset.saved = said.value;
    progress.querySelector("progress").value = said.done;
    progress.querySelector("progress").max = Math.max(said.aim, 1);
    progress.querySelector("progress").setAttribute("aria-label", said.words);
    progress.querySelector(".meter-words").textContent = said.words;
    if (!waiting.size) say("saved", `Saved ${clock(new Date(said.saved_at))}`);
    return true;
  }

  for (const form of list.querySelectorAll("form")) form.dataset.saved = form.closest("[data-row]").dataset.value;
  for (const [address, value] of waiting) { const form = formOf(address); if (form) draw(form, value); }
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-bid]");
    if (!button) return;
    event.preventDefault();
    const address = button.form.getAttribute("action");
    const value = button.value;
    waiting.delete(address);
    waiting.set(address, value);
    keep();
    draw(button.form, value);
    send();
    if (event.detail === 0 && value && document.activeElement !== button) { // by its key: on to the next paper
      button.focus({ preventScroll: true });
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
    }
  });
  addEventListener("online", send);
  addEventListener("offline", () => { if (waiting.size) unsaved("you are offline"); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
  addEventListener("beforeunload", (event) => { if (waiting.size && !keep()) event.preventDefault(); });
  if (waiting.size) send();
})();
