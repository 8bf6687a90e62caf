// Does a file on this computer have the SHA-256 of the receipt? It is read here and sent nowhere.
(() => {
  "use strict";

  const box = document.querySelector("[data-file-check]");
  if (!box || !window.crypto?.subtle) return;
  const input = box.querySelector("input[type=file]");
  const answer = box.querySelector("[data-answer]");
  const say = (tone, words) => { answer.className = `notice notice-${tone}`; answer.textContent = words; answer.hidden = false; };
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  box.hidden = false;
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) { answer.hidden = true; return; }
    say("info", `Reading “${file.name}”…`);
    try {
      const found = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      if (found === box.dataset.fileCheck) say("good", `“${file.name}” is the very file that we have, byte for byte.`);
      else say("warn", `“${file.name}” is another file than the one we have: its SHA-256 is ${found}.`);
    } catch {
      say("bad", `“${file.name}” could not be read.`);
    }
  });
})();
