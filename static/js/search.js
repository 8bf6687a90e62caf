// The one search box of the desk: "/" goes there, the arrows walk what is found. Without this file it is a plain form.
(() => {
  "use strict";

  const box = document.querySelector("[data-search-box]");
  if (!box) return;
  const input = box.querySelector("input[type=search]");
  const found = box.querySelector(".found");
  const links = () => [...found.querySelectorAll("a[href]")];

  function typing(target) {
    return target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  }
  function go(event, element) {
    event.preventDefault();
    element?.focus();
  }
  function walk(event, by) {
    const all = [input, ...links()];
    const next = all.indexOf(document.activeElement) + by;
    if (next >= 0 && next < all.length) go(event, all[next]);
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (box.contains(event.target)) {
      if (event.key === "ArrowDown") walk(event, 1);
      else if (event.key === "ArrowUp") walk(event, -1);
      else if (event.key === "Escape" && found.children.length) { found.replaceChildren(); go(event, input); }
      return;
    }
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "/") { go(event, input); input.select(); }
    else if (event.key === "f" && document.querySelector("main [data-search]")) go(event, document.querySelector("main [data-search]"));
  });
  // A press on what is found keeps the focus here until it is a click, where links take no focus by themselves.
  found.addEventListener("mousedown", (event) => { if (event.target.closest("a")) event.preventDefault(); });
})();
