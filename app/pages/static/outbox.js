// Sending what waits on this phone. The page and the service worker use it, one of them at a time; that a response is
// stored once, however often it is sent, is the service's work.
import { forget, read, remove, tell, write } from "/pages/kept.js";

const PATIENCE_MS = 60_000;
const FORM = "application/x-www-form-urlencoded;charset=UTF-8";

// Posts a form of a link. The status is 0 where there is no network, or something on the way answered instead.
export async function post(path, body, options) {
  try {
    const headers = { Accept: "application/json", "Content-Type": FORM };
    const signal = AbortSignal.timeout?.(PATIENCE_MS);
    const answer = await fetch(path, { method: "POST", headers, body: `${body}`, redirect: "error", signal, ...options });
    return { status: answer.status, said: await answer.json() };
  } catch {
    return { status: 0 };
  }
}

function stateOf({ status, said }) {
  if (status === 200 && said.faults) {
    return "sent";
  }
  if (status === 0) {
    return "waiting";
  }
  return status === 410 ? "closed" : status < 400 || status >= 500 || [408, 425, 429].includes(status) ? "again" : "refused";
}

async function sendInTurn(path) {
  const waiting = await read("outbox", path);
  if (!waiting) {
    return { state: "nothing" };
  }
  const answer = await post(path, `${waiting.body}&sent_at=${encodeURIComponent(new Date().toISOString())}`);
  const state = stateOf(answer);
  if (state === "waiting" || state === "again") {
    return { state };
  }
  // Answers that were changed while these were on their way are not lost: they go next.
  if ((await read("outbox", path))?.id !== waiting.id) {
    return sendInTurn(path);
  }
  if (state === "sent") {
    await forget(path);
  } else {
    await remove("outbox", path);
  }
  if (state === "refused") {
    await write("answers", { ...(await read("answers", path)), path, refused: answer.said.faults ?? [] });
  }
  tell(state, path);
  return { state };
}

let turn = Promise.resolve();

// "sent", "nothing" (somebody else has sent it), "waiting", "again", "refused" or "closed".
export function sendWaiting(path) {
  if (globalThis.navigator.locks) {
    return navigator.locks.request(`vigie ${path}`, () => sendInTurn(path));
  }
  turn = turn.then(() => sendInTurn(path));
  return turn;
}
