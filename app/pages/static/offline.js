// A copy of the page as it was served, one a language, so that the link opens without a network. To be imported before
// anything that changes the page.

const served = `<!DOCTYPE html>${document.documentElement.outerHTML}`;
const { policy } = document.getElementById("questions").dataset;

async function keepCopy() {
  const cache = await caches.open("vigie");
  const headers = { "Content-Type": "text/html;charset=utf-8", "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer" };
  await cache.put(`${location.pathname}?lang=${document.documentElement.lang}`, new Response(served, { headers }));
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  const ours = loaded.filter((url) => url.startsWith(`${location.origin}/pages/`));
  await Promise.allSettled(ours.map(async (url) => cache.put(url, await fetch(url, { cache: "force-cache" }))));
}

// The worker's registration; undefined in a browser that has none.
export async function workOffline() {
  try {
    await keepCopy();
    return await navigator.serviceWorker.register("/q/worker.js", { scope: "/q/", type: "module" });
  } catch {
    return undefined;
  }
}
