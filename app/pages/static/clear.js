// Clears a phone that others use: whatever Vigie keeps on it goes, after asking.
import { channel, deleteAll, tell } from "/pages/kept.js";

const dialog = document.getElementById("clear-dialog");

// The answers leave the screen too; a page that hears "clear" keeps nothing again.
function showCleared() {
  document.dispatchEvent(new Event("clear"));
  const message = document.createElement("main");
  message.append(document.getElementById("cleared").content);
  document.querySelector(".patient").replaceChildren(message);
  message.querySelector("h1").focus();
}

async function clear() {
  dialog.close();
  tell("cleared");
  showCleared();
  await deleteAll();
  await globalThis.caches?.delete("vigie");
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(workers.filter(({ scope }) => new URL(scope).pathname === "/q/").map((worker) => worker.unregister()));
  document.querySelector("main").dataset.cleared = "";
}

document.querySelector(".clear").hidden = false;
document.getElementById("clear").addEventListener("click", () => dialog.showModal());
dialog.addEventListener("click", ({ target }) => {
  if (target.value === "yes") {
    clear();
  } else if (target.value === "no") {
    dialog.close();
  }
});
channel.addEventListener?.("message", ({ data }) => data.what === "cleared" && showCleared());
