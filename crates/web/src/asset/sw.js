// Keeps the phone pages for use without a connection. Visits themselves wait in visit.js, never here.
"use strict";
const ASSETS = __ASSETS__;
const FILES = "files-" + ASSETS.join(" ").replace(/[^0-9a-f]/g, "").slice(0, 64);
const PAGES = "pages";
const phone = (url) => url.origin === location.origin && (url.pathname === "/visits" || url.pathname.startsWith("/visits/"));

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(ASSETS)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("files-") && name !== FILES).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  const data = event.data || {};
  if (data.type === "forget") event.waitUntil(caches.delete(PAGES));
  if (data.type === "keep") event.waitUntil(keep(data.urls || []));
});

// Pages linked from today's list, so that they open without a connection.
async function keep(urls) {
  const cache = await caches.open(PAGES);
  for (const url of urls) {
    if (!phone(new URL(url, location.origin))) continue;
    try {
      const answer = await fetch(url, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) await cache.put(url, answer);
    } catch { return; }
  }
}

self.addEventListener("fetch", (event) => {
  const request = event.request;
  if (request.method !== "GET") return;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (ASSETS.includes(url.pathname)) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  } else if (request.mode === "navigate" && phone(url)) {
    event.respondWith(page(request));
  }
});

// The newest page if there is a connection, else the kept one.
async function page(request) {
  const cache = await caches.open(PAGES);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request) || await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
