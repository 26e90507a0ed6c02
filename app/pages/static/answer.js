// The questionnaire of a link, beyond what it does without a script: it branches at once, keeps what is written, works
// without a network, and sends once.
import { workOffline } from "/pages/offline.js";
import { channel, isKept, read, tell, write } from "/pages/kept.js";
import { bodyOf, disableClosed, excludeOthers, form, linkIdOf, questions, restore, words, written, writtenIn } from "/pages/fields.js";
import { choose, isOneAtATime, show, step } from "/pages/layout.js";
import { faultsHere, removeFault, showFaults } from "/pages/faults.js";
import { closedItems, urgentFound } from "/pages/rules.js";
import { warn } from "/pages/urgent.js";
import { post, sendWaiting } from "/pages/outbox.js";
import "/pages/clear.js";

const SAVE_AFTER_MS = 2_000;
const AGAIN_AFTER_MS = 5_000;
const AGAIN_AT_MOST_MS = 300_000;

const path = location.pathname;
const { lang } = document.documentElement;
const rules = JSON.parse(form.dataset.rules);
const status = document.getElementById("status");
const worker = workOffline();
// `answers`: those that were touched here, which stand above the draft that the service gave out as revision `draft`.
let kept = { path, answers: {}, draft: Number(form.elements.draft?.value ?? 0), begun_at: form.elements.begun_at.value };
let isWaiting = false;
let isCleared = false;
let takesDrafts = true;
let pause = AGAIN_AFTER_MS;
let saveTimer;
let sendTimer;

function say(key) {
  const sentence = words[key];
  if (status.textContent !== sentence) {
    status.textContent = sentence;
  }
}

async function sayKept() {
  if (!isWaiting) {
    say(navigator.onLine === false ? "offline" : (await isKept()) ? "kept_here" : "not_kept");
  }
}

function refresh(changed) {
  const answers = written();
  const closed = closedItems(rules, answers);
  disableClosed(closed);
  show(closed);
  warn(urgentFound(rules, answers, closed), changed);
}

// Saving as one goes.

async function keep() {
  try {
    await write("answers", kept);
    await (isWaiting && putInOutbox());
    tell("answers", path);
    await sayKept();
  } catch {
    say("not_kept");
  }
}

async function saveDraft() {
  clearTimeout(saveTimer);
  if (!takesDrafts || isWaiting || isCleared) {
    return false;
  }
  const saved = JSON.stringify(kept.answers);
  const body = `${bodyOf("save", { draft: kept.draft || "" })}`;
  const { status: found, said } = await post(path, body, { keepalive: body.length < 60_000 });
  takesDrafts = found !== 410;
  if (found !== 200 || isWaiting || isCleared) {
    return false;
  }
  kept.draft = said.draft;
  kept.unsaved = JSON.stringify(kept.answers) !== saved;
  await write("answers", kept);
  return true;
}

function change({ target }) {
  const item = target.closest("fieldset, .field");
  excludeOthers(target);
  kept.answers[linkIdOf(item)] = writtenIn(linkIdOf(item));
  kept.unsaved = true;
  removeFault(item);
  refresh(item);
  keep();
  clearTimeout(saveTimer);
  saveTimer = setTimeout(saveDraft, SAVE_AFTER_MS);
}

// Sending.

function putInOutbox() {
  const body = bodyOf("send", { begun_at: kept.begun_at, authored: new Date().toISOString() });
  return write("outbox", { path, id: `${Date.now()} ${Math.random()}`, body: `${body}` });
}

// As a browser without a script does it: the service's own page comes back, with what was written.
function submitPlainly(name, value) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  form.submit();
}

const ENDS = {
  sent: leave,
  nothing: leave,
  closed: () => submitPlainly("action", "send"),
  async refused() {
    isWaiting = false;
    kept = { ...kept, ...(await read("answers", path)) };
    say("refused");
    showFaults(kept.refused ?? []);
    delete kept.refused;
    await write("answers", kept);
  },
};

function leave() {
  location.replace(path + location.search);
}

async function attempt() {
  clearTimeout(sendTimer);
  if (isCleared) {
    return;
  }
  say("sending");
  const { state } = await sendWaiting(path).catch(() => ({ state: "again" }));
  if (ENDS[state]) {
    await ENDS[state]();
    return;
  }
  say(state);
  sendTimer = setTimeout(attempt, pause);
  pause = Math.min(pause * 2, AGAIN_AT_MOST_MS);
  (await worker)?.sync?.register("send").catch(() => {});
}

async function send() {
  const faults = faultsHere();
  showFaults(faults);
  if (faults.length > 0) {
    return;
  }
  if (!questions.some((item) => linkIdOf(item) && writtenIn(linkIdOf(item)).some((text) => text.trim()))) {
    say("nothing_written");
    return;
  }
  clearTimeout(saveTimer);
  try {
    await putInOutbox();
    isWaiting = true;
  } catch {
    submitPlainly("action", "send");
    return;
  }
  await attempt();
}

async function saveNow() {
  await keep();
  if (await saveDraft()) {
    say("saved");
  }
}

// Another language is another page: the answers wait here for it.
async function speak(language) {
  const there = `${path}?lang=${language}`;
  if (!(await isKept())) {
    submitPlainly("language", language);
  } else if (navigator.onLine || (await caches.match(there))) {
    kept.language = language;
    await write("answers", kept);
    location.replace(there);
  } else {
    say("no_other_language");
  }
}

function start(found) {
  // A draft that another device saved since is newer than what was saved from here; what was not saved is newest.
  if (found && (found.unsaved || kept.draft <= found.draft)) {
    kept = { ...found, draft: Math.max(kept.draft, found.draft) };
    restore(kept.answers);
  }
  refresh();
  if (found || navigator.onLine === false) {
    sayKept();
  }
}

// Another tab of the same link may have gone on.
async function readAgain() {
  if (!isCleared) {
    start(await read("answers", path));
  }
}

form.addEventListener("input", change);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, value } = event.submitter ?? document.activeElement;
  if (name === "language") {
    speak(value);
  } else if (value === "send") {
    send();
  } else {
    saveNow();
  }
});
// Enter sends nothing by accident: it goes on.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) {
    event.preventDefault();
    if (isOneAtATime()) {
      step(1);
    }
  }
});
form.querySelector(".layout").hidden = false;
form.querySelector(".layout").addEventListener("click", ({ target: { dataset } }) => {
  if (dataset.layout) {
    choose(dataset.layout);
    warn(urgentFound(rules, written()));
    write("choices", { path: "layout", layout: dataset.layout });
  }
});
addEventListener("offline", sayKept);
addEventListener("online", () => {
  pause = AGAIN_AFTER_MS;
  return isWaiting ? attempt() : (sayKept(), kept.unsaved && saveDraft());
});
document.addEventListener("visibilitychange", async () => {
  if (!document.hidden) {
    await readAgain();
  } else if (kept.unsaved) {
    saveDraft();
  }
});
document.addEventListener("clear", () => {
  // Nobody who opens the link on this phone shall find the answers: the draft is emptied too.
  isCleared = true;
  if (takesDrafts && kept.draft) {
    post(path, new URLSearchParams({ action: "save", version: form.elements.version.value, draft: kept.draft }));
  }
});
channel.onmessage = async ({ data: { what, path: whose } }) => {
  if (whose === path && what === "answers") {
    await readAgain();
  } else if (whose === path && ENDS[what]) {
    await ENDS[what]();
  }
};

refresh();
const found = await read("answers", path);
const asked = new URLSearchParams(location.search);
if (found?.language && found.language !== lang && !asked.has("lang")) {
  location.replace(`${path}?lang=${found.language}`);
}
choose((await read("choices", "layout"))?.layout);
start(found);
// Whoever comes from a carer's own page answers for somebody else, in every language.
if (asked.has("by")) {
  kept.answers[""] ??= writtenIn("");
}
document.documentElement.classList.add("ready");
isWaiting = Boolean(await read("outbox", path));
if (isWaiting) {
  await attempt();
} else if (kept.refused) {
  await ENDS.refused();
}
