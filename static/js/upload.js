// A file goes up in pieces, with progress, and goes on where it stopped: after a lost connection by itself, after the
// page was closed when the same file is chosen again. Without this script the form sends the file whole.
(() => {
  "use strict";

  const PIECE = 1024 * 1024;
  const HEAD = 64 * 1024;
  const WAITS = [1, 2, 4, 8, 15, 30]; // seconds between attempts
  const store = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* it is only a reminder */ } },
    remove: (key) => { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
  };
  const pause = (seconds) => new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    addEventListener("online", () => { clearTimeout(timer); resolve(); }, { once: true });
  });
  const percent = (part, whole) => Math.floor((100 * part) / Math.max(whole, 1));

  async function digest(blob) {
    if (!crypto.subtle) return ""; // only where the page came over an encrypted connection
    const hash = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
    return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  // The same file chosen again has the same mark; one that was changed meanwhile has another.
  const markOf = async (file) => `${await digest(file.slice(0, HEAD))}:${file.lastModified}`;

  class Stopped extends Error {}
  class Refused extends Error {}

  class Upload {
    constructor(place) {
      this.place = place;
      this.input = place.querySelector("input[type=file]");
      this.form = this.input.form;
      this.state = place.querySelector("[data-upload-state]");
      this.bar = this.state.querySelector("progress");
      this.number = this.state.querySelector("[data-upload-percent]");
      this.words = this.state.querySelector("[data-upload-words]");
      this.stopButton = this.state.querySelector("[data-upload-stop]");
      this.againButton = this.state.querySelector("[data-upload-again]");
      this.key = `upload:${document.body.dataset.user ?? ""}:${place.dataset.upload}:${place.dataset.purpose}`;
      this.busy = false;
      // A file is no change of the text: whoever listens for those on the form does not hear of it.
      this.input.addEventListener("input", (event) => event.stopPropagation());
      this.input.addEventListener("change", (event) => {
        event.stopPropagation();
        if (this.input.files.length) this.start(this.input.files[0]);
      });
      this.stopButton.addEventListener("click", () => this.stop());
      this.againButton.addEventListener("click", () => this.start(this.file));
      this.form.addEventListener("submit", (event) => this.hold(event));
      this.remind();
    }

    say(words, tone = "") {
      this.state.hidden = false;
      this.words.textContent = words;
      this.state.dataset.tone = tone;
    }
    show(received, size) {
      this.bar.hidden = this.number.hidden = false;
      this.bar.max = size;
      this.bar.value = received;
      this.number.textContent = `${percent(received, size)} %`;
    }
    remind() {
      const begun = store.get(this.key);
      if (!begun) return;
      this.say(`“${begun.name}” stopped at ${percent(begun.received, begun.size)} %. Choose the same file again, and it goes on from there.`);
      this.show(begun.received, begun.size);
      this.stopButton.hidden = true;
    }

    async start(file) {
      if (this.busy) this.stop();
      this.file = file;
      const turn = this.turn = new AbortController();
      this.busy = true;
      this.againButton.hidden = true;
      this.stopButton.hidden = false;
      this.say(`Uploading “${file.name}”…`);
      this.show(0, file.size);
      try {
        const most = Number(this.place.dataset.mostMegabytes);
        if (file.size > most * 1024 * 1024) {
          throw new Refused(`The file has ${(file.size / 1024 / 1024).toFixed(1)} MB; at most ${most} MB can be taken. Make its figures smaller and choose it again.`);
        }
        this.done(await this.send(file, await markOf(file), turn.signal));
      } catch (problem) {
        if (turn !== this.turn) return; // another file was chosen meanwhile
        this.busy = false;
        this.stopButton.hidden = true;
        this.waiting = null;
        if (problem instanceof Stopped) this.say(`Stopped. Choose the same file again, and it goes on from there.`);
        else {
          this.say(problem instanceof Refused ? problem.message : "This file cannot be read any more. Choose it again.", "bad");
          this.againButton.hidden = !(problem instanceof Refused);
        }
        this.input.value = "";
      }
    }

    async send(file, mark, signal) {
      let attempt = 0;
      for (;;) {
        try {
          const body = new URLSearchParams({ name: file.name, size: file.size, mark, purpose: this.place.dataset.purpose });
          let said = await this.ask(this.place.dataset.upload, body, {}, signal);
          while (!said.done) {
            this.show(said.received, said.size);
            store.set(this.key, { name: file.name, size: said.size, received: said.received });
            const piece = file.slice(said.received, said.received + PIECE);
            const headers = {
              "Content-Type": "application/octet-stream", "Upload-Offset": String(said.received),
              "Piece-Digest": await digest(piece), "Paper-Version": this.form.elements.version?.value ?? "",
            };
            said = { ...said, ...(await this.ask(said.url, piece, headers, signal)) };
            if (attempt) this.say(`Uploading “${file.name}”…`);
            attempt = 0;
          }
          return said;
        } catch (problem) {
          if (signal.aborted) throw new Stopped();
          if (problem instanceof Refused || problem instanceof DOMException) throw problem;
          const seconds = WAITS[Math.min(attempt, WAITS.length - 1)];
          attempt += 1;
          const why = navigator.onLine ? "The server cannot be reached" : "You are offline";
          this.say(`${why}. It goes on by itself as soon as it can.`, "warn");
          await pause(seconds);
          if (signal.aborted) throw new Stopped();
        }
      }
    }

    // What the server says; an error that another attempt may mend is thrown as an Error, one that it does not as Refused.
    async ask(url, body, headers, signal) {
      const token = this.form.elements.csrfmiddlewaretoken.value;
      const answer = await fetch(url, {
        method: "POST", body, signal, credentials: "same-origin", redirect: "manual",
        headers: { ...headers, Accept: "application/json", "X-Autosave": "1", "X-CSRFToken": token },
      });
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        throw new Refused("You are signed out. Sign in in another tab, then try again here.");
      }
      const said = await answer.json().catch(() => ({}));
      if (answer.ok || (answer.status === 409 && said.received !== undefined)) return said;
      if (answer.status >= 500 || answer.status === 429) throw new Error(`${answer.status}`);
      throw new Refused(said.message ?? "The file was not taken. Load the page again and try once more.");
    }

    stop() {
      this.turn?.abort();
    }

    // Pressed while a file is on its way: the text follows as soon as the file is there.
    hold(event) {
      if (!this.busy || event.defaultPrevented) return;
      event.preventDefault();
      this.waiting = event.submitter ?? this.form.querySelector("button[value=save]");
      this.say(`Uploading “${this.file.name}”… Your text is saved as soon as it is there.`);
    }

    done(said) {
      this.busy = false;
      this.input.value = "";
      store.remove(this.key);
      this.show(said.size, said.size);
      this.stopButton.hidden = true;
      this.say(`“${said.name}” is stored. What we find in it is said above.`, "good");
      const version = this.form.elements.version;
      if (version && said.version !== undefined) version.value = said.version;
      if (this.waiting) {
        const button = this.waiting;
        this.waiting = null;
        this.form.requestSubmit(button);
      } else if (window.htmx && document.querySelector("#status")) {
        window.htmx.ajax("GET", this.place.dataset.status, { target: "#status", swap: "outerHTML" });
      }
    }
  }

  for (const place of document.querySelectorAll("[data-upload]")) new Upload(place);
})();
