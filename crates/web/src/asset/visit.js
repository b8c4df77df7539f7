// Visits without a connection. A saved visit is put into IndexedDB under a key of its own and sent until the server has
// answered for that key; the server stores a key once and answers the same again, so a lost reply does no harm.
"use strict";
(() => {
  const status = document.querySelector("[data-unsent]");
  const panel = document.querySelector("[data-queue]");
  const form = document.querySelector("form[data-offline]");
  const saved = document.querySelector("[data-saved]");
  const account = document.body.dataset.account || "";
  const PHOTO_BYTES = 200 * 1024;
  let wait = 4000;
  let sending = false;
  let timer = 0;

  // ---- the store ----
  const opened = new Promise((resolve, reject) => {
    if (!self.indexedDB) { reject(new Error("no storage")); return; }
    const asked = indexedDB.open("fupin-visits", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("queue", { keyPath: "key" });
      asked.result.createObjectStore("drafts", { keyPath: "id" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  async function store(names, mode, work) {
    const db = await opened;
    return new Promise((resolve, reject) => {
      // Strict: the promise holds only once the record is on the disk.
      const tx = db.transaction(names, mode, { durability: "strict" });
      const request = work(tx);
      tx.oncomplete = () => resolve(request ? request.result : undefined);
      tx.onerror = tx.onabort = () => reject(tx.error);
    });
  }
  const queued = () => store(["queue"], "readonly", (tx) => tx.objectStore("queue").getAll())
    .then((all) => all.filter((record) => record.account === account).sort((a, b) => a.at - b.at));
  const put = (record) => store(["queue"], "readwrite", (tx) => tx.objectStore("queue").put(record));
  const drop = (key) => store(["queue"], "readwrite", (tx) => tx.objectStore("queue").delete(key));

  function newKey() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // ---- what the cadre sees ----
  async function show() {
    if (!status) return;
    let records;
    try { records = await queued(); } catch { status.textContent = status.dataset.storage; status.classList.add("waiting"); return; }
    const count = records.length;
    status.textContent = count ? status.dataset.unsent.replace("{count}", String(count)) : status.dataset.none;
    status.classList.toggle("waiting", count > 0);
    if (!panel) return;
    panel.hidden = count === 0;
    const list = panel.querySelector("[data-list]");
    list.replaceChildren(...records.map((record) => {
      const item = document.createElement("li");
      const words = { waiting: panel.dataset.waiting, returned: panel.dataset.returned, conflict: panel.dataset.conflict, signed: panel.dataset.signedOut };
      item.append(record.title + " – " + (words[record.state] || record.state) + (record.message ? ": " + record.message : "") + " ");
      if (record.state === "conflict" || record.state === "returned") {
        const link = document.createElement("a");
        // Only a path of this service, whatever the answer said.
        link.href = /^\/(?!\/)/.test(record.href || "") ? record.href : record.action;
        link.textContent = panel.dataset.resolve;
        item.append(link);
      }
      return item;
    }));
  }

  // ---- sending ----
  async function token(fallback) {
    // A page kept for days carries an old token.
    try {
      const answer = await fetch("/visits/token", { credentials: "same-origin", headers: { accept: "application/json" } });
      if (answer.ok && !answer.redirected) return (await answer.json()).csrf || fallback;
    } catch { /* no connection: the sending itself will tell */ }
    return fallback;
  }

  async function send(record, csrf) {
    const body = new FormData();
    for (const [name, value] of record.fields) {
      if (value instanceof Blob) body.append(name, value, value.name || "photo.jpg");
      else body.append(name, value);
    }
    body.set("csrf", csrf);
    body.set("key", record.key);
    let answer;
    try {
      answer = await fetch(record.action, {
        method: "POST", body, credentials: "same-origin", redirect: "manual",
        headers: { "Idempotency-Key": record.key, accept: "application/json" },
      });
    } catch { return false; }
    if (answer.status === 200 || answer.status === 201) { await drop(record.key); return true; }
    // A redirect leads to the sign-in page: nothing was stored.
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) { await put({ ...record, state: "signed" }); return false; }
    // A refusal that repetition will not cure goes back to the cadre and does not hold up the others.
    if (answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status)) {
      const said = await answer.json().catch(() => ({}));
      await put({ ...record, state: answer.status === 409 ? "conflict" : "returned", href: said.href || record.action, message: said.message || "" });
      return true;
    }
    return false;
  }

  async function flushAll() {
    if (sending) return;
    sending = true;
    try {
      const records = (await queued()).filter((record) => record.state === "waiting" || record.state === "signed");
      if (records.length) {
        const csrf = await token(records[0].csrf);
        for (const record of records) {
          if (!(await send(record, csrf))) break;
          wait = 4000;
          await show();
        }
      }
      const left = (await queued()).some((record) => record.state === "waiting");
      clearTimeout(timer);
      if (left) {
        timer = setTimeout(flush, wait);
        wait = Math.min(wait * 2, 60000);
      }
    } catch (error) { console.error(error); } finally {
      sending = false;
    }
    await show();
  }
  // One page sends at a time, also with several tabs open.
  const flush = () => navigator.locks
    ? navigator.locks.request("fupin-visits", { ifAvailable: true }, (lock) => (lock ? flushAll() : undefined))
    : flushAll();

  // ---- photographs ----
  async function shrink(file) {
    if (!file.type.startsWith("image/") || file.size <= PHOTO_BYTES || !self.createImageBitmap) return file;
    try {
      const picture = await createImageBitmap(file);
      for (const [side, quality] of [[1600, 0.75], [1200, 0.65], [900, 0.55], [640, 0.5]]) {
        const scale = Math.min(1, side / Math.max(picture.width, picture.height));
        const canvas = document.createElement("canvas");
        canvas.width = Math.round(picture.width * scale);
        canvas.height = Math.round(picture.height * scale);
        canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
        if (blob && (blob.size <= PHOTO_BYTES || side === 640)) return new File([blob], "photo.jpg", { type: "image/jpeg" });
      }
    } catch { /* not a picture this browser reads: sent as it is */ }
    return file;
  }

  // ---- the form ----
  const fields = async () => {
    const out = [];
    for (const [name, value] of new FormData(form).entries()) {
      if (name === "csrf" || name === "key") continue;
      if (value instanceof File) { if (value.size) out.push([name, await shrink(value)]); } else out.push([name, value]);
    }
    return out;
  };

  function restore(draft) {
    for (const input of form.elements) {
      if (!input.name || input.type === "hidden" || input.type === "file") continue;
      const values = draft.fields.filter(([name]) => name === input.name).map(([, value]) => value);
      if (input.type === "checkbox" || input.type === "radio") input.checked = values.includes(input.value);
      else if (values.length) input.value = values[0];
    }
  }

  if (form) {
    const id = account + " " + form.action;
    let key = newKey();
    let wait = 0;
    let busy = false;
    const refused = document.querySelector("[data-focus]");
    // A visit that differs from the server: its answers go into the fresh form, which shows the server's beside them.
    const resolving = new URLSearchParams(location.search).get("resolve");
    if (resolving) {
      store(["queue"], "readonly", (tx) => tx.objectStore("queue").get(resolving))
        .then((record) => { if (record && record.account === account) restore(record); }).catch(() => {});
    }
    opened.then(() => store(["drafts"], "readonly", (tx) => tx.objectStore("drafts").get(id)))
      .then((draft) => { if (draft && !refused && !resolving) { key = draft.key; restore(draft); } }).catch(() => {});
    const remember = async () => {
      const kept = (await fields()).filter(([, value]) => typeof value === "string");
      if (busy) return;
      await store(["drafts"], "readwrite", (tx) => tx.objectStore("drafts").put({ id, key, fields: kept }));
    };
    form.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(() => remember().catch(() => {}), 300); });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      clearTimeout(wait);
      try {
        const record = { key, account, at: Date.now(), action: new URL(form.action).pathname, title: form.dataset.offline, csrf: form.elements.csrf.value, fields: await fields(), state: "waiting" };
        // The draft becomes a record in one step: never both, never neither.
        await store(["queue", "drafts"], "readwrite", (tx) => {
          tx.objectStore("drafts").delete(id);
          if (resolving) tx.objectStore("queue").delete(resolving);
          return tx.objectStore("queue").put(record);
        });
        form.hidden = true;
        if (saved) saved.hidden = false;
        await show();
        status.scrollIntoView({ block: "start" });
        flush();
      } catch {
        // Nothing can be kept here: the browser sends it the ordinary way.
        form.submit();
      }
    });
  }

  // ---- export ----
  const base64 = (blob) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
  async function exportAll() {
    const out = [];
    for (const record of await queued()) {
      const plain = [];
      for (const [name, value] of record.fields) plain.push([name, value instanceof Blob ? await base64(value) : value]);
      out.push({ key: record.key, action: record.action, title: record.title, at: new Date(record.at).toISOString(), state: record.state, fields: plain });
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify({ format: "fupin-visits-1", visits: out })], { type: "application/json" }));
    link.download = "visits.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }
  if (panel) {
    panel.querySelector("[data-send]").addEventListener("click", flush);
    panel.querySelector("[data-export]").addEventListener("click", () => exportAll().catch(() => {}));
  }

  // ---- when to send ----
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flush(); });
  show().then(flush);
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/sw.js").then(() => navigator.serviceWorker.ready).then((registration) => {
      const urls = Array.from(document.querySelectorAll("a[data-keep]"), (link) => link.href);
      registration.active.postMessage({ type: "keep", urls: [location.href, ...urls] });
    }).catch(() => {});
  }
})();
