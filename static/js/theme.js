// Runs before the first paint, so that a remembered theme does not flash. Without it the system's choice holds.
(() => {
  "use strict";
  try {
    const theme = localStorage.getItem("theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.bsTheme = theme;
  } catch {
    // A browser that keeps nothing: the system's choice holds.
  }
})();
