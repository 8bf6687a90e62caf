// What makes pages quicker to use. Every page works without this file; nothing here decides anything.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  const store = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); return true; } catch { return false; } },
    remove: (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
  };
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // ------------------------------------------------------------------ theme

  function themes() {
    const system = matchMedia("(prefers-color-scheme: dark)");
    for (const button of all("[data-theme-toggle]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const root = document.documentElement;
        const shown = root.dataset.bsTheme || (system.matches ? "dark" : "light");
        const wanted = shown === "dark" ? "light" : "dark";
        root.dataset.bsTheme = wanted;
        if (wanted === (system.matches ? "dark" : "light")) store.remove("theme");
        else store.set("theme", wanted);
      });
    }
  }

  // ------------------------------------------------------------------ time, by the server's clock

  const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const two = (number) => String(number).padStart(2, "0");
  const count = (number, unit) => `${number} ${unit}${number === 1 ? "" : "s"}`;
  const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const day = (date) => `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;

  let ahead = 0; // how far the server's clock is ahead of this one, in milliseconds
  function setClock() {
    const said = Number(document.body.dataset.now);
    if (!said) return;
    const heard = performance.timeOrigin + (visit?.responseStart ?? performance.now());
    ahead = said * 1000 - heard;
    if (Math.abs(ahead) < 2000) ahead = 0;
  }
  const serverNow = () => Date.now() + ahead;
  window.serverNow = serverNow; // for the scripts of single pages

  function distance(milliseconds) {
    let minutes = Math.floor(Math.abs(milliseconds) / 60000);
    const days = Math.floor(minutes / 1440);
    const hours = Math.floor((minutes % 1440) / 60);
    minutes %= 60;
    let parts = [[hours, "hour"], [minutes, "minute"]];
    if (days >= 365) parts = [[Math.floor(days / 365), "year"], [days % 365, "day"]];
    else if (days >= 14) parts = [[days, "day"]];
    else if (days) parts = [[days, "day"], [hours, "hour"]];
    return parts.filter(([number]) => number).map(([number, unit]) => count(number, unit)).join(" ") || "less than a minute";
  }
  function relative(moment) {
    const length = moment - serverNow();
    if (Math.abs(length) < 60000) return length <= 0 ? "just now" : "in less than a minute";
    return length > 0 ? `in ${distance(length)}` : `${distance(length)} ago`;
  }
  function local(date) {
    const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" })
      .formatToParts(date).find((part) => part.type === "timeZoneName")?.value ?? "";
    return `${day(date)}, ${two(date.getHours())}:${two(date.getMinutes())} ${zone}, your time`;
  }
  function instants() {
    for (const element of all("time[data-instant]")) {
      const date = new Date(element.dateTime);
      const shown = element.querySelector(".instant-relative");
      if (shown && shown.textContent !== relative(date)) shown.textContent = relative(date);
      if (element.dataset.local || date.getTimezoneOffset() === 0) continue;
      element.dataset.local = "yes";
      const exact = element.querySelector(".instant-exact");
      if (exact) exact.lastElementChild.after(" ", make("span", { textContent: local(date) }));
      else element.title += ` · ${local(date)}`;
    }
  }

  // ------------------------------------------------------------------ autosave

  // The server answers {"version": 7, "saved_at": "2026-11-24T14:03:10Z"}; 409 {"message": "…"} when somebody else has
  // saved since; 400 or 422 {"message": "…"} when it cannot keep the text as it is.
  const PAUSE = 1500;

  function kept(form) {
    const skipped = new Set(["csrfmiddlewaretoken", "version", "base", "tab", "drawn"]);
    return [...new FormData(form)].filter(([name, value]) => !skipped.has(name) && typeof value === "string");
  }
  function putBack(form, fields) {
    const wanted = new Map();
    for (const [name, value] of fields) wanted.set(name, [...(wanted.get(name) ?? []), value]);
    for (const rows of all("[data-rows]", form)) putBackRows(form, rows, wanted);
    for (const element of form.elements) {
      if (!element.name || element.type === "hidden" || element.type === "file" || element.type === "submit") continue;
      const values = wanted.get(element.name);
      if (element.type === "radio" || element.type === "checkbox") element.checked = Boolean(values?.includes(element.value));
      else if (element.tagName === "SELECT" && element.multiple) {
        for (const option of element.options) option.selected = Boolean(values?.includes(option.value));
      } else if (values) element.value = values[0];
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function putBackRows(form, rows, wanted) {
    const prefix = rows.dataset.rows;
    const total = form.elements[`${prefix}-TOTAL_FORMS`];
    const adder = form.querySelector(`[data-add-row="#${rows.id}"]`);
    while (adder && Number(total.value) < Number(wanted.get(total.name)?.[0] ?? 0)) addRow(adder);
    for (const row of all("[data-row-item]", rows)) {
      const order = row.querySelector("input[data-order]");
      const gone = row.querySelector('input[name$="-DELETE"]');
      if (order && wanted.has(order.name)) order.value = wanted.get(order.name)[0];
      if (gone?.type === "hidden" && wanted.get(gone.name)?.[0]) { gone.value = "on"; row.hidden = true; }
    }
    const place = (row) => Number(row.querySelector("input[data-order]")?.value) || 0;
    rows.append(...all("[data-row-item]", rows).sort((one, other) => place(one) - place(other)));
    renumber(rows);
  }

  class Autosave {
    constructor(form) {
      this.form = form;
      this.address = form.dataset.autosave;
      this.key = `draft:${document.body.dataset.user ?? ""}:${new URL(this.address, location.href).pathname}`;
      this.changes = 0;
      this.saved = 0;
      this.waiting = this.busy = this.stopped = false;
      form.addEventListener("input", () => this.changed());
      form.addEventListener("change", () => this.changed());
      form.addEventListener("submit", () => { clearTimeout(this.timer); this.stopped = true; store.set(`${this.key}:sent`, this.version()); });
      addEventListener("online", () => this.save());
      addEventListener("pageshow", () => { this.stopped = false; });
      document.addEventListener("visibilitychange", () => { if (document.hidden) this.save(); });
      this.offer();
    }
    say(state, words) {
      const inside = all("[data-save-state]", this.form);
      for (const place of inside.length ? inside : all("[data-save-state]")) {
        place.dataset.state = state;
        place.textContent = words;
      }
    }
    version() { return this.form.elements.version?.value ?? ""; }
    keep() {
      const text = JSON.stringify({ at: new Date().toISOString(), version: this.version(), fields: kept(this.form) });
      return store.set(this.key, text);
    }
    changed() {
      this.changes += 1;
      this.isKept = this.keep();
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), PAUSE);
    }
    failed(why) {
      this.say("failed", `Not saved: ${why}${this.isKept ? ", your text is kept in this browser" : ""}`);
    }
    refused(sentence) {
      const words = sentence.replace(/[.\s]+$/, "");
      this.say("failed", `Not saved. ${words}.${this.isKept ? " Your text is kept in this browser." : ""}`);
    }
    async save() {
      if (this.stopped || this.changes === this.saved) return;
      if (this.busy) { this.waiting = true; return; }
      if (!navigator.onLine) { this.failed("you are offline"); return; }
      this.busy = true;
      const sent = this.changes;
      this.say("saving", "Saving…");
      try {
        const body = new FormData(this.form);
        for (const [name, value] of [...body]) if (typeof value !== "string") body.delete(name);
        const answer = await fetch(this.address, {
          method: "POST", body, redirect: "manual", credentials: "same-origin",
          headers: { Accept: "application/json", "X-Autosave": "1" },
        });
        await this.heard(answer, sent);
      } catch {
        this.failed(navigator.onLine ? "the server cannot be reached" : "you are offline");
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.save(), 10000);
      } finally {
        this.busy = false;
      }
      if (this.waiting) { this.waiting = false; this.save(); }
    }
    async heard(answer, sent) {
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        this.refused("You are signed out: sign in in another tab, then go on typing here");
        return;
      }
      const said = await answer.json().catch(() => ({}));
      if (answer.ok) {
        this.saved = sent;
        if (said.version !== undefined && this.form.elements.version) this.form.elements.version.value = said.version;
        if (this.saved === this.changes) store.remove(this.key);
        this.say("saved", `${said.words ?? "Saved"} ${clock(said.saved_at ? new Date(said.saved_at) : new Date())}`);
      } else if (answer.status === 409) {
        this.stopped = true; // what somebody else saved is never overwritten
        this.refused(said.message ?? "This was changed in another window; load the page again to see it");
      } else if (said.message) {
        this.refused(said.message);
      } else {
        this.failed("the server could not do it and is asked again soon");
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.save(), 10000);
      }
    }
    offer() {
      let draft;
      try { draft = JSON.parse(store.get(this.key)); } catch { draft = null; }
      const sent = store.get(`${this.key}:sent`);
      store.remove(`${this.key}:sent`);
      // It was saved: there is a newer version, or the page says so where the save changed nothing.
      const isSaved = sent !== this.version() || document.querySelector(".messages .notice-good");
      if (draft && draft.version === sent && isSaved) { store.remove(this.key); return; }
      if (!draft?.fields) return;
      if (JSON.stringify(draft.fields) === JSON.stringify(kept(this.form))) { store.remove(this.key); return; }
      const at = new Date(draft.at);
      const older = draft.version !== this.version() ? " What is saved has changed since then, so compare before you choose." : "";
      const back = make("button", { type: "button", className: "btn btn-secondary btn-sm", textContent: "Put it back" });
      const away = make("button", { type: "button", className: "btn btn-quiet btn-sm", textContent: "Throw it away" });
      const words = `This browser kept text from ${day(at)}, ${clock(at)} that was not saved.${older}`;
      const notice = make("div", { className: "notice notice-warn" },
        make("div", {}, make("p", { textContent: words }), make("div", { className: "buttons" }, back, away)));
      notice.setAttribute("role", "status");
      back.addEventListener("click", () => {
        // A form that shows both texts is saved from where the writer was, so that it meets what was saved since.
        if (this.form.hasAttribute("data-merges") && draft.version) this.form.elements.version.value = draft.version;
        putBack(this.form, draft.fields);
        notice.remove();
      });
      away.addEventListener("click", () => { store.remove(this.key); notice.remove(); });
      this.form.before(notice);
    }
  }

  // ------------------------------------------------------------------ text that was not sent

  // A browser gives the text of a form back when one returns to a page, but not where the form was fetched into a fold.
  // So what is typed stays in this tab until it has arrived, and is put back where the page has not changed under it.
  const UNSENT = `unsent:${document.body.dataset.user ?? ""}:${location.pathname}:`;
  const [visit] = performance.getEntriesByType("navigation");
  const cameBack = visit?.type !== "navigate";
  const tab = {
    keys: (start) => { try { return Object.keys(sessionStorage).filter((key) => key.startsWith(start)); } catch { return []; } },
    get: (key) => { try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { sessionStorage.setItem(key, JSON.stringify(value)); } catch { /* no room: the text is only on the page */ } },
    remove: (key) => { try { sessionStorage.removeItem(key); } catch { /* nothing was kept */ } },
  };
  const isTyped = (field) => field.matches("textarea, input:not([type]), input[type=text], input[type=url], input[type=email], input[type=number], input[type=date], input[type=datetime-local]");

  // What a field said when the page came, and what it says now.
  function states(field) {
    if (field.matches("[type=radio], [type=checkbox]")) return [field.defaultChecked, field.checked];
    if (field.tagName !== "SELECT") return [field.defaultValue, field.value].map((text) => text.replaceAll("\r\n", "\n"));
    const first = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
    return [first?.value, field.value];
  }
  const fieldsOf = (form) => [...form.elements].filter((field) => field.name && (isTyped(field) || field.matches("[type=radio], [type=checkbox], select:not([multiple])")));
  const nameOf = (field) => (field.matches("[type=radio], [type=checkbox]") ? `${field.name}=${field.value}` : field.name);
  const isKept = (form) => Boolean(document.body.dataset.user) && form?.getAttribute("method") === "post"
    && !form.matches("[data-autosave], [data-again]") && !form.querySelector("[type=password], [autocomplete=one-time-code]");
  function unsentKey(form) {
    const hidden = all("[type=hidden]:not([name=csrfmiddlewaretoken])", form).map((field) => `${field.name}=${field.value}`);
    return UNSENT + [form.getAttribute("action") ?? "", ...hidden].join("&");
  }

  function keepUnsent(form) {
    const changed = fieldsOf(form).filter((field) => states(field)[0] !== states(field)[1]);
    if (!changed.some(isTyped)) { tab.remove(unsentKey(form)); return; }
    const fold = form.closest("details")?.querySelector("summary")?.textContent;
    tab.set(unsentKey(form), { fold, fields: Object.fromEntries(changed.map((field) => [nameOf(field), states(field)])) });
  }
  function markSent(form) {
    const draft = tab.get(unsentKey(form));
    if (draft) tab.set(unsentKey(form), { ...draft, sent: true });
  }
  // What was sent is let go of once an answer shows that it has arrived; otherwise it is unsent again.
  function settleSent(hasArrived) {
    for (const key of tab.keys(`unsent:`)) {
      const draft = tab.get(key);
      if (draft?.sent && hasArrived) tab.remove(key);
      else if (draft?.sent) tab.set(key, { ...draft, sent: false });
    }
  }
  function putUnsentBack(form) {
    const draft = tab.get(unsentKey(form));
    if (!draft || draft.sent || form.hasAttribute("data-put-back")) return;
    form.setAttribute("data-put-back", "");
    let isBack = false;
    for (const field of fieldsOf(form)) {
      const [was, typed] = draft.fields[nameOf(field)] ?? [];
      if (typed === undefined || states(field)[0] !== was) continue;
      if (typeof typed === "boolean") field.checked = typed; else field.value = typed;
      isBack ||= isTyped(field);
    }
    if (!isBack) { tab.remove(unsentKey(form)); return; }
    form.dispatchEvent(new Event("input", { bubbles: true }));
    if (!form.matches(".inline-form, .menu-form, .list-tools")) sayUnsent(form);
  }
  function sayUnsent(form) {
    const away = make("button", { type: "button", className: "btn btn-quiet btn-sm", textContent: "Throw it away" });
    const line = make("p", { className: "muted small unsent" }, "You typed this before and have not sent it. ", away);
    line.setAttribute("role", "status");
    away.addEventListener("click", () => { form.reset(); keepUnsent(form); line.remove(); fieldsOf(form)[0]?.focus(); });
    form.addEventListener("submit", () => line.remove(), { once: true });
    form.prepend(line);
  }
  function unsent() {
    for (const form of all("main form[method=post]")) if (isKept(form)) putUnsentBack(form);
  }
  function openUnsent() {
    const folds = tab.keys(UNSENT).map((key) => tab.get(key)?.fold).filter(Boolean);
    for (const summary of all("main details.fold > summary")) if (folds.includes(summary.textContent)) summary.parentElement.open = true;
  }
  function onType(event) {
    const form = event.target.form;
    if (isKept(form) && form.closest("main")) keepUnsent(form);
  }

  // ------------------------------------------------------------------ one press, one submit

  const pressed = new Set();
  function release(button) {
    pressed.delete(button);
    button.form?.removeAttribute("data-sent");
    button.removeAttribute("aria-disabled");
    if (button.dataset.words !== undefined) button.replaceChildren(...button.kept);
    delete button.dataset.words;
  }
  function onSubmit(event) {
    const form = event.target;
    const button = event.submitter;
    if (isKept(form)) markSent(form);
    if (event.defaultPrevented || form.method !== "post" || form.target || form.matches("[data-again], [hx-post], [data-hx-post]")) return;
    if (form.hasAttribute("data-sent")) { event.preventDefault(); return; }
    form.setAttribute("data-sent", "");
    if (!button || !button.classList.contains("btn")) { setTimeout(() => form.removeAttribute("data-sent"), 20000); return; }
    pressed.add(button);
    button.kept = [...button.childNodes];
    button.dataset.words = "";
    button.setAttribute("aria-disabled", "true");
    button.replaceChildren("Working…");
    setTimeout(() => { if (pressed.has(button)) release(button); }, 20000);
  }

  // ------------------------------------------------------------------ lists by keyboard

  const KEYS = [["j", "next row"], ["k", "previous row"], ["Enter", "open the row"], ["x", "select the row"], ["/", "search"], ["f", "filter this list"], ["?", "this list of keys"]];
  const lists = () => all("[data-list]");
  const rowsOf = (list) => all("tbody > tr, [data-row]", list).filter((row) => row.offsetParent !== null);
  let current = null;

  function step(by) {
    const rows = lists().flatMap(rowsOf);
    if (!rows.length) return;
    const place = rows.indexOf(current ?? document.activeElement?.closest("[data-list] tr, [data-row]"));
    const next = place < 0 ? rows[by > 0 ? 0 : rows.length - 1] : rows[Math.min(Math.max(place + by, 0), rows.length - 1)];
    current?.classList.remove("is-current");
    current = next;
    current.classList.add("is-current");
    const target = ["[data-row-link]", "a[href]", "summary", "button", "input"].map((kind) => current.querySelector(kind)).find(Boolean);
    target?.focus({ preventScroll: true });
    current.scrollIntoView({ block: "nearest" });
  }
  function toggle(row) {
    const box = row?.querySelector("input[data-select]");
    if (!box) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function showKeys() {
    const extra = new Map(all("[data-key]").map((button) => [button.dataset.key, button.dataset.keyWords ?? button.textContent.trim()]));
    const facts = make("dl", { className: "facts" });
    const missing = { x: "input[data-select]", "/": "[data-search]", f: "main [data-search]" };
    const known = KEYS.filter(([key]) => !missing[key] || document.querySelector(missing[key]));
    for (const [key, words] of [...known, ...extra]) facts.append(make("dt", {}, make("kbd", { textContent: key })), make("dd", { textContent: words }));
    const close = make("button", { className: "btn btn-secondary", textContent: "Close" });
    const dialog = make("dialog", {}, make("h2", { textContent: "Keys on this page" }), facts, make("form", { method: "dialog" }, close));
    dialog.setAttribute("aria-label", "Keys on this page");
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
  function onKey(event) {
    if (event.key === "Escape") for (const menu of all("details[data-menu][open]")) { menu.open = false; menu.firstElementChild.focus(); }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
    if (typing) return;
    const inRow = (current?.isConnected ? current : null) ?? event.target.closest?.("[data-list] tbody > tr, [data-row]");
    const bound = CSS.escape(event.key);
    const button = inRow?.querySelector(`[data-key="${bound}"]`) ?? (inRow?.closest("[data-list]") ? null : document.querySelector(`[data-key="${bound}"]`));
    if (button) { event.preventDefault(); button.click(); return; }
    if (!lists().length) return;
    if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "x") toggle(inRow);
    else if (event.key === "/") document.querySelector("[data-search]")?.focus();
    else if (event.key === "?") showKeys();
    else return;
    event.preventDefault();
  }
  function countSelected(form) {
    const boxes = all("input[data-select]", form);
    const chosen = boxes.filter((box) => box.checked).length;
    for (const place of all("[data-selected-count]", form)) place.textContent = chosen;
    const everything = form.querySelector("input[data-select-all]");
    if (everything) {
      everything.checked = chosen > 0 && chosen === boxes.length;
      everything.indeterminate = chosen > 0 && chosen < boxes.length;
    }
  }
  function onSelect(event) {
    const box = event.target;
    if (!box.matches?.("input[data-select], input[data-select-all]")) return;
    const scope = box.form ?? document;
    if (box.matches("[data-select-all]")) for (const one of all("input[data-select]", scope)) one.checked = box.checked;
    countSelected(scope);
  }

  // ------------------------------------------------------------------ rows that move (authors)

  function renumber(rows) {
    const shown = all("[data-row-item]", rows).filter((row) => !row.hidden);
    shown.forEach((row, place) => {
      for (const input of all("input[data-order]", row)) input.value = place + 1;
      for (const text of all("[data-order-text]", row)) text.textContent = place + 1;
      for (const button of all("[data-move]", row)) button.disabled = button.dataset.move === "up" ? place === 0 : place === shown.length - 1;
    });
    rows.dispatchEvent(new Event("input", { bubbles: true }));
    return shown;
  }
  function announce(words) {
    let place = document.getElementById("announcer");
    if (!place) {
      place = make("div", { id: "announcer", className: "visually-hidden" });
      place.setAttribute("role", "status");
      document.querySelector("main").append(place);
    }
    place.textContent = words;
  }
  function slide(row, from) {
    const by = from - row.getBoundingClientRect().top;
    if (by && !calm.matches) row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: 160, easing: "ease-out" });
  }
  function move(button) {
    const row = button.closest("[data-row-item]");
    const rows = row.closest("[data-rows]");
    const shown = all("[data-row-item]", rows).filter((one) => !one.hidden);
    const other = shown[shown.indexOf(row) + (button.dataset.move === "up" ? -1 : 1)];
    if (!other) return;
    const tops = [row.getBoundingClientRect().top, other.getBoundingClientRect().top];
    if (button.dataset.move === "up") other.before(row); else other.after(row);
    slide(row, tops[0]);
    slide(other, tops[1]);
    const now = renumber(rows);
    (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button)?.focus();
    announce(`Now number ${now.indexOf(row) + 1} of ${now.length}`);
  }
  function addRow(button) {
    const rows = document.querySelector(button.dataset.addRow);
    const total = button.form.querySelector(`[name="${rows.dataset.rows}-TOTAL_FORMS"]`);
    const template = rows.parentElement.querySelector("template[data-row-template]");
    const holder = make("template");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    const row = holder.content.firstElementChild;
    total.value = Number(total.value) + 1;
    rows.append(row);
    renumber(rows);
    row.querySelector("input:not([type=hidden]), select")?.focus();
  }
  function removeRow(button) {
    const row = button.closest("[data-row-item]");
    const rows = row.closest("[data-rows]");
    const box = row.querySelector('input[name$="-DELETE"]');
    if (!box) return false;
    if (box.type === "checkbox") box.checked = true; else box.value = "on";
    row.hidden = true;
    renumber(rows);
    announce("Removed. It is gone for good once you save.");
    (rows.querySelector("[data-row-item]:not([hidden]) input:not([type=hidden])") ?? rows).focus();
    return true;
  }
  function onClick(event) {
    for (const menu of all("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
    const button = event.target.closest?.("button");
    if (!button) return;
    if (button.getAttribute("aria-disabled") === "true") { event.preventDefault(); return; }
    if (button.matches("[data-rows] [data-move]")) { event.preventDefault(); move(button); }
    else if (button.matches("[data-rows] [data-remove]")) { if (removeRow(button)) event.preventDefault(); }
    else if (button.matches("[data-add-row]")) { event.preventDefault(); addRow(button); }
    else if (button.matches("[data-copy]")) copy(button);
    else if (button.matches("[data-dialog]")) document.querySelector(button.dataset.dialog)?.showModal();
  }
  async function copy(button) {
    const text = document.querySelector(button.dataset.copy)?.textContent.trim() ?? "";
    try { await navigator.clipboard.writeText(text); announce("Copied"); button.dataset.done = ""; } catch { announce("Not copied: the browser does not allow it"); }
  }

  // ------------------------------------------------------------------ focus, where a part of the page is exchanged

  // Whoever pressed a button in it stands on the same button of what comes, not at the top of the page again.
  let stoodOn = null;
  const CAN_FOCUS = "a[href], button, summary, select, textarea, input:not([type=hidden])";
  const likeness = (element) => [element.tagName, element.name ?? "", element.textContent.trim()].join(":");
  function rememberFocus(event) {
    const focused = document.activeElement;
    stoodOn = event.detail.target?.contains(focused) && focused.matches(CAN_FOCUS) ? likeness(focused) : null;
  }
  function restoreFocus(event) {
    if (stoodOn === null || ![null, document.body].includes(document.activeElement)) return;
    const there = all(CAN_FOCUS, event.detail.elt);
    (there.find((element) => likeness(element) === stoodOn) ?? there[0])?.focus({ preventScroll: true });
    stoodOn = null;
  }

  // A formula wider than the screen scrolls by itself, so it must be reachable by keyboard.
  function scrollers() {
    for (const wide of all('math[display="block"], .list-wrap, pre')) {
      if (wide.scrollWidth > wide.clientWidth + 1) wide.setAttribute("tabindex", "0");
      else wide.removeAttribute("tabindex");
    }
  }

  // On a phone the tabs of the desk are wider than the screen: the one that is open is brought into sight.
  function showTab() {
    const here = document.querySelector(".tabs [aria-current]"), tabs = here?.closest(".tabs");
    if (!tabs || tabs.scrollWidth <= tabs.clientWidth) return;
    const place = here.getBoundingClientRect();
    tabs.scrollLeft += place.left - tabs.getBoundingClientRect().left - (tabs.clientWidth - place.width) / 2;
  }

  // ------------------------------------------------------------------ start

  themes();
  setClock();
  instants();
  setInterval(instants, 15000);
  scrollers();
  showTab();
  addEventListener("resize", scrollers);
  for (const form of all("form[data-autosave]")) new Autosave(form);
  for (const rows of all("[data-rows]")) rows.addEventListener("rows-moved", () => renumber(rows));
  for (const rows of all("[data-rows]")) for (const button of all("[data-move]", rows)) button.hidden = false;
  settleSent(!cameBack && Boolean(document.body.dataset.user) && (visit?.responseStatus ?? 200) < 400);
  unsent();
  if (cameBack) openUnsent();
  document.addEventListener("input", onType);
  document.addEventListener("change", onType);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", onSelect);
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.requestConfig?.verb === "post") settleSent(event.detail.successful); });
  document.addEventListener("htmx:beforeSwap", rememberFocus);
  document.addEventListener("htmx:afterSettle", (event) => { instants(); scrollers(); unsent(); restoreFocus(event); });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-list] tbody > tr, [data-list] [data-row]");
    if (row && current && row !== current) { current.classList.remove("is-current"); current = null; }
  });
  addEventListener("pageshow", () => { for (const button of [...pressed]) release(button); all("form[data-sent]").forEach((form) => form.removeAttribute("data-sent")); });
  const summary = document.querySelector("[data-error-summary]");
  summary?.focus();
  summary?.scrollIntoView({ block: "start" }); // focus alone may leave most of it below the screen
})();
