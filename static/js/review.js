// The paper beside the form, page by page, and an order by dragging. Without this file the paper is downloaded, and
// buttons move the rows.
(() => {
  "use strict";

  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // ------------------------------------------------------------------ the paper

  const MARGIN = 24;
  const STEPS = { in: 1.2, out: 1 / 1.2 };

  class Paper {
    constructor(box) {
      this.box = box;
      this.pages = box.querySelector(".pdf-pages");
      this.where = box.querySelector("[data-pdf-where]");
      this.zoom = 1; // of the width of the box
      this.drawn = new Map();
      for (const button of all("[data-pdf-zoom]", box)) button.addEventListener("click", () => this.change(button.dataset.pdfZoom));
    }
    async open() {
      if (this.file) return;
      this.box.hidden = false;
      this.where.textContent = "Loading…";
      this.library = await import(this.box.dataset.library);
      this.library.GlobalWorkerOptions.workerSrc = this.box.dataset.worker;
      this.file = await this.library.getDocument({
        url: this.box.dataset.pdf, isEvalSupported: false, useWasm: false, enableXfa: false, disableAutoFetch: false, withCredentials: true,
      }).promise;
      this.first = await this.file.getPage(1);
      this.makePages();
      new ResizeObserver(() => { clearTimeout(this.timer); this.timer = setTimeout(() => this.layOut(), 150); }).observe(this.pages);
    }
    width() {
      return Math.max(200, this.pages.clientWidth - MARGIN) * this.zoom;
    }
    makePages() {
      this.watch = new IntersectionObserver((seen) => {
        for (const { target, isIntersecting } of seen) if (isIntersecting) this.draw(target); else this.forget(target);
      }, { root: this.pages, rootMargin: "600px 0px" });
      for (let number = 1; number <= this.file.numPages; number += 1) {
        const page = document.createElement("div");
        page.className = "pdf-page";
        page.dataset.number = number;
        page.setAttribute("role", "group");
        page.setAttribute("aria-label", `Page ${number} of ${this.file.numPages}`);
        this.pages.append(page);
      }
      this.pages.addEventListener("scroll", () => this.say(), { passive: true });
      this.layOut();
      for (const page of this.pages.children) this.watch.observe(page);
    }
    layOut() {
      const width = this.width();
      if (width === this.laidOut) return;
      const at = this.pages.scrollTop / (this.pages.scrollHeight || 1);
      this.laidOut = width;
      const { width: w, height: h } = this.first.getViewport({ scale: 1 });
      for (const page of this.pages.children) {
        const ratio = Number(page.dataset.ratio) || h / w;
        page.style.width = `${width}px`;
        page.style.height = `${width * ratio}px`;
        if (this.drawn.has(page)) { this.forget(page); this.watch.unobserve(page); this.watch.observe(page); }
      }
      this.pages.scrollTop = at * this.pages.scrollHeight;
      this.say();
    }
    say() {
      const middle = this.pages.scrollTop + this.pages.clientHeight / 3;
      const pages = [...this.pages.children];
      const shown = pages.filter((page) => page.offsetTop - this.pages.offsetTop <= middle).length || 1;
      const words = `Page ${shown} of ${pages.length}`;
      if (this.where.textContent !== words) this.where.textContent = words;
    }
    change(how) {
      this.zoom = how === "fit" ? 1 : Math.min(4, Math.max(0.5, this.zoom * STEPS[how]));
      this.layOut();
    }
    async draw(place) {
      if (this.drawn.has(place)) return;
      const turn = {};
      this.drawn.set(place, turn);
      try {
        const page = await this.file.getPage(Number(place.dataset.number));
        const plain = page.getViewport({ scale: 1 });
        place.dataset.ratio = plain.height / plain.width;
        place.style.height = `${this.laidOut * plain.height / plain.width}px`;
        const viewport = page.getViewport({ scale: this.laidOut / plain.width });
        const dots = Math.min(window.devicePixelRatio || 1, 2);
        const canvas = document.createElement("canvas");
        canvas.width = Math.floor(viewport.width * dots);
        canvas.height = Math.floor(viewport.height * dots);
        canvas.setAttribute("aria-hidden", "true");
        turn.task = page.render({ canvas, viewport, transform: dots === 1 ? null : [dots, 0, 0, dots, 0, 0] });
        await turn.task.promise;
        const text = document.createElement("div");
        text.className = "pdf-text";
        text.style.setProperty("--total-scale-factor", viewport.scale);
        const layer = new this.library.TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport });
        await layer.render();
        // What the library measures words with stands outside of every landmark.
        document.querySelector(".hiddenCanvasElement")?.setAttribute("aria-hidden", "true");
        if (this.drawn.get(place) === turn) place.replaceChildren(canvas, text);
      } catch (problem) {
        if (problem?.name !== "RenderingCancelledException") throw problem;
      }
    }
    forget(place) {
      this.drawn.get(place)?.task?.cancel();
      this.drawn.delete(place);
      place.replaceChildren();
    }
  }

  const box = document.querySelector("[data-pdf]");
  if (box) {
    const paper = new Paper(box);
    const button = document.querySelector("[data-pdf-open]");
    const open = () => {
      button.hidden = true;
      paper.open().catch(() => {
        box.hidden = true;
        document.querySelector("[data-pdf-problem]").hidden = false;
      });
    };
    button.addEventListener("click", open);
    // On a narrow screen the paper is loaded when it is asked for.
    if (matchMedia("(min-width: 62.01rem)").matches) open(); else button.hidden = false;
  }

  // ------------------------------------------------------------------ an order by dragging

  const rows = document.querySelector(".stack-order");
  if (rows) {
    let dragged = null;
    for (const row of all("[data-drag]", rows)) row.draggable = true;
    rows.addEventListener("dragstart", (event) => {
      dragged = event.target.closest("[data-drag]");
      dragged.classList.add("is-dragged");
      event.dataTransfer.effectAllowed = "move";
    });
    rows.addEventListener("dragover", (event) => {
      const over = event.target.closest("[data-drag]");
      if (!dragged || !over) return;
      event.preventDefault();
      if (over === dragged) return;
      const { top, height } = over.getBoundingClientRect();
      if (event.clientY < top + height / 2) over.before(dragged); else over.after(dragged);
    });
    rows.addEventListener("drop", (event) => event.preventDefault());
    rows.addEventListener("dragend", () => {
      dragged?.classList.remove("is-dragged");
      dragged = null;
      rows.dispatchEvent(new Event("rows-moved"));
    });
  }
})();
