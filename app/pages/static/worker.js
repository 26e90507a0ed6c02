// The service worker of the links: it opens a link without a network, and sends what waits when the network is back.
import { paths } from "/pages/kept.js";
import { sendWaiting } from "/pages/outbox.js";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The network's answer always, whatever it says; the copy only where there is none.
async function networkOrCopy(request) {
  try {
    return await fetch(request);
  } catch (failure) {
    const cache = await caches.open("vigie");
    const isPage = request.mode === "navigate";
    const copy = (await cache.match(request)) ?? (isPage && (await cache.match(request, { ignoreSearch: true })));
    if (!copy) {
      throw failure;
    }
    return copy;
  }
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method === "GET" && origin === self.location.origin && /^\/(q|pages)\//.test(pathname)) {
    event.respondWith(networkOrCopy(event.request));
  }
});

// What rejects is tried again by the browser, later.
async function sendAll() {
  const found = await Promise.all((await paths("outbox")).map(sendWaiting));
  if (found.some(({ state }) => state === "waiting" || state === "again")) {
    throw new Error("something waits still");
  }
}

self.addEventListener("sync", (event) => event.waitUntil(sendAll()));
