// Small comforts; every page works without them.
"use strict";
(() => {
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();
  // The search box of the desk answers to "/".
  const search = document.getElementById("search");
  if (search) {
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        search.focus();
      }
    });
  }
  // One mark for all rows that can be marked.
  for (const cell of document.querySelectorAll("[data-all]")) {
    const box = document.createElement("input");
    box.type = "checkbox";
    box.setAttribute("aria-label", cell.dataset.all);
    box.addEventListener("change", () => {
      for (const row of cell.closest("table").querySelectorAll("input[name=row]:not(:disabled)")) row.checked = box.checked;
    });
    cell.append(box);
  }
  // A form is sent once, however often the button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.dataset.offline !== undefined) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    setTimeout(() => { delete form.dataset.sent; }, 10000);
  });
  // Who signs out leaves no page behind on a shared phone.
  // What is under way on the server: its page again until it is done, without losing the place.
  const again = async () => {
    if (!document.querySelector("[data-running]")) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const main = page.querySelector("main");
        if (main) document.querySelector("main").replaceChildren(...main.childNodes);
      }
    } catch { /* no connection: once more */ }
    setTimeout(again, 2000);
  };
  setTimeout(again, 1000);

  const out = document.querySelector("[data-sign-out]");
  if (out && "serviceWorker" in navigator) {
    out.addEventListener("submit", () => {
      const worker = navigator.serviceWorker.controller;
      if (worker) worker.postMessage({ type: "forget" });
    });
  }
})();
