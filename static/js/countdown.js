// The time left until a deadline, second by second in its last day, by the server's clock. Without this file the page
// says how long it was when it was loaded. Screen readers are not told: the date stands beside it in words.
(() => {
  "use strict";

  const UNITS = [["days", 86400], ["hours", 3600], ["minutes", 60], ["seconds", 1]];

  function show(element) {
    const left = Math.floor((new Date(element.dataset.countdown) - window.serverNow()) / 1000);
    if (left < 0) {
      element.textContent = element.dataset.over;
      return false;
    }
    let rest = left;
    for (const [name, length] of UNITS) {
      const number = Math.floor(rest / length);
      rest -= number * length;
      const part = element.querySelector(`[data-unit="${name}"]`);
      part.hidden = name === "seconds" ? left >= 86400 : name === "days" && left < 86400;
      const shown = part.querySelector("strong");
      const word = part.querySelector("span");
      if (shown.textContent !== String(number)) {
        shown.textContent = number;
        word.textContent = number === 1 ? name.slice(0, -1) : name;
      }
    }
    return true;
  }

  let running = [...document.querySelectorAll("[data-countdown]")];
  const tick = () => {
    if (!document.hidden) running = running.filter(show);
    if (running.length) setTimeout(tick, 1000 - (window.serverNow() % 1000));
  };
  tick();
})();
