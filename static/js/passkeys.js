// What a page with a passkey says when it does not work. The exchange with the device is in allauth's own scripts.
(() => {
  "use strict";

  const buttons = [...document.querySelectorAll("[data-passkey]")];
  const problem = document.querySelector("[data-passkey-problem]");
  const say = (sentence) => {
    if (!problem) return;
    problem.querySelector("p").textContent = sentence;
    problem.hidden = false;
  };

  if (!window.PublicKeyCredential) {
    say("This browser knows no passkeys, or the page is not opened over https. Use another way.");
    return;
  }
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => { if (problem) problem.hidden = true; });
  }

  const SENTENCES = {
    NotAllowedError: "Nothing was done: the device was not unlocked, or it took too long. Try again.",
    InvalidStateError: "This device has a passkey for your account already.",
    SecurityError: "The browser does not allow passkeys at this address.",
  };
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    say(SENTENCES[event.detail.exception?.name] || "The passkey did not work. Try again, or use another way.");
  });
})();
