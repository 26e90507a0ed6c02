// After sending: what this phone still keeps of the link goes, and topics change places at once.
import { forget } from "/pages/kept.js";
import { sendWaiting } from "/pages/outbox.js";
import "/pages/clear.js";

const SAVE_AFTER_MS = 1_000;
const form = document.querySelector(".topics form");
let timer;

// Other answers may still wait here: they were given too.
const { state } = await sendWaiting(location.pathname);
if (state === "sent") {
  location.reload();
} else if (state === "nothing") {
  await forget(location.pathname);
}

// The first topic cannot go up, the last one not down; a button that was used keeps the focus, or gives it to the other.
function place(list, used) {
  for (const [number, entry] of [...list.children].entries()) {
    const [up, down] = entry.querySelectorAll("button");
    up.disabled = number === 0;
    down.disabled = number === list.children.length - 1;
  }
  (used.disabled ? used.parentElement.querySelector("button:enabled") : used)?.focus();
}

async function save() {
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, redirect: "manual", keepalive: true });
    form.querySelector("[role=status]").textContent = answer.type === "opaqueredirect" ? form.dataset.saved : "";
  } catch {
    // Without a network the order stands on the page: the button below keeps it.
  }
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest(".order button");
  if (button) {
    event.preventDefault();
    const entry = button.closest("li");
    const other = button.name === "up" ? entry.previousElementSibling : entry.nextElementSibling;
    other?.[button.name === "up" ? "before" : "after"](entry);
    place(entry.parentElement, button);
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_AFTER_MS);
  }
});
