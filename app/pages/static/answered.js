// After sending: what this phone still keeps of the link goes, and topics change places at once.
import { forget } from "/pages/kept.js";
import { post, sendWaiting } from "/pages/outbox.js";
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

// One after the other: each says which revision it changes. Without a network the order stands on the page, and the
// button below keeps it.
async function save() {
  const { status, said } = await post(form.getAttribute("action"), new URLSearchParams(new FormData(form)), { keepalive: true });
  form.querySelector("[role=status]").textContent = status === 200 ? form.dataset.saved : "";
  if (status === 200) {
    form.elements.response.value = said.response;
    form.elements.revision.value = said.revision;
  } else if ([409, 410, 422].includes(status)) {
    form.submit(); // The service's own page says why, with what is written here.
  }
}

let turn = Promise.resolve();
const inTurn = (step) => (turn = turn.then(step));

form?.addEventListener("click", (event) => {
  const button = event.target.closest(".order button");
  if (button) {
    event.preventDefault();
    const entry = button.closest("li");
    const other = button.name === "up" ? entry.previousElementSibling : entry.nextElementSibling;
    other?.[button.name === "up" ? "before" : "after"](entry);
    place(entry.parentElement, button);
    clearTimeout(timer);
    timer = setTimeout(() => inTurn(save), SAVE_AFTER_MS);
  }
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  inTurn(() => form.submit());
});
