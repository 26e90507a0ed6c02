// What this phone keeps until it is sent: in IndexedDB, which the service worker reads too. Where a browser keeps
// nothing (some private windows), it lasts as long as the page. Every record is named by its `path`.

const STORES = ["answers", "outbox", "choices"];
const memory = Object.fromEntries(STORES.map((store) => [store, new Map()]));
let opening;

// What pages and worker tell each other, never themselves: {path, what}.
export const channel = globalThis.BroadcastChannel ? new BroadcastChannel("vigie") : { postMessage() {} };
export const tell = (what, path) => channel.postMessage({ what, path });

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("vigie", 1);
    request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store, { keyPath: "path" }));
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      // Somebody clears the phone: whoever holds it open would stop that.
      database.onclose = database.onversionchange = () => {
        database.close();
        opening = undefined;
      };
      resolve(database);
    };
  }).catch(() => null);
  return opening;
}

export const isKept = async () => (await open()) !== null;

async function ask(store, mode, request, instead) {
  const database = await open();
  if (database === null) {
    return instead(memory[store]);
  }
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const asked = request(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const read = (store, path) => ask(store, "readonly", (kept) => kept.get(path), (kept) => kept.get(path));
export const paths = (store) => ask(store, "readonly", (kept) => kept.getAllKeys(), (kept) => [...kept.keys()]);
export const write = (store, record) => ask(store, "readwrite", (kept) => kept.put(record), (kept) => kept.set(record.path, record));
export const remove = (store, path) => ask(store, "readwrite", (kept) => kept.delete(path), (kept) => kept.delete(path));

// The link's answers have arrived: nothing of it stays here.
export async function forget(path) {
  await Promise.all([remove("answers", path), remove("outbox", path)]);
  await globalThis.caches?.open("vigie").then((cache) => cache.delete(path, { ignoreSearch: true }));
}

export function deleteAll() {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase("vigie");
    request.onsuccess = request.onerror = request.onblocked = resolve;
  });
}
