// All the questions at once or one at a time, and how far one is.
import { form, items, linkIdOf, questions, words, wordsOf, writtenIn } from "/pages/fields.js";

const steps = form.querySelector(".steps");
const [previous, next] = steps.querySelectorAll("button");
const answered = document.getElementById("answered");
let closed = new Set();
let isOne = false;
let current = questions[0];

const isOpen = (item) => !closed.has(linkIdOf(item));
export const openQuestions = () => questions.filter(isOpen);
export const isOneAtATime = () => isOne;

// What is read out by itself is written only where it changes: it would be read out again.
function say(place, sentence, number, total) {
  const said = sentence.replace("{number}", number).replace("{total}", total);
  if (place.textContent !== said) {
    place.textContent = said;
  }
}

function isShown(item) {
  const isBeside = item.matches(".said") && item.parentElement === current.parentElement;
  return isOpen(item) && (!isOne || item === current || isBeside);
}

export function show(nowClosed = closed) {
  closed = nowClosed;
  const asked = openQuestions();
  current = asked.includes(current) ? current : asked[0];
  items.forEach((item) => (item.hidden = !isShown(item)));
  form.querySelectorAll(".group").forEach((group) => (group.hidden = !group.querySelector(":is(fieldset, .field, .said):not([hidden])")));
  const number = asked.indexOf(current) + 1;
  form.classList.toggle("one", isOne);
  form.classList.toggle("begun", number > 1);
  form.classList.toggle("last", number === asked.length);
  steps.hidden = !isOne;
  previous.hidden = number === 1;
  next.hidden = number === asked.length;
  Object.assign(steps.querySelector("progress"), { max: asked.length, value: number });
  say(steps.querySelector("p"), words.progress, number, asked.length);
  const told = asked.slice(1);
  say(answered, words.answered_of, told.filter((item) => writtenIn(linkIdOf(item)).length > 0).length, told.length);
  answered.hidden = false;
  for (const button of form.querySelectorAll("[data-layout]")) {
    button.setAttribute("aria-pressed", (button.dataset.layout === "one") === isOne);
  }
}

export function choose(layout) {
  isOne = layout === "one";
  show();
}

export function goTo(item) {
  current = item;
  show();
  const title = wordsOf(item);
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
  item.scrollIntoView();
}

export function step(by) {
  const asked = openQuestions();
  const other = asked[asked.indexOf(current) + by];
  if (other) {
    goTo(other);
  }
}

previous.addEventListener("click", () => step(-1));
next.addEventListener("click", () => step(1));
