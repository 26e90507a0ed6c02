// What needs another look: found here before sending, or told by the service.
import { itemOf, linkIdOf, questions, words, wordsOf, writtenIn } from "/pages/fields.js";
import { goTo, openQuestions } from "/pages/layout.js";
import { readNumber } from "/pages/rules.js";

const summary = document.getElementById("faults");
// A group of checkboxes has no such state, nor has a radio button: each checkbox has, and a group of radio buttons.
const isRadios = (item) => item.querySelector("[type=radio]") !== null;
const invalidIn = (item) => (isRadios(item) ? [item] : item.querySelectorAll("input, textarea"));

function faultIn(item) {
  const texts = writtenIn(linkIdOf(item));
  const number = item.querySelector("[data-number]");
  if (number && texts.length && readNumber(texts[0], JSON.parse(number.dataset.number)) === null) {
    return number.dataset.wrong;
  }
  const isNeeded = item.matches("[aria-required]") || item.querySelector("[aria-required]");
  return isNeeded && !texts.length ? words.issue_needed : null;
}

// What the phone itself can tell: an answer must not wait for a network only to be refused.
export function faultsHere() {
  const found = openQuestions().map((item) => ({ link_id: linkIdOf(item), sentence: faultIn(item) }));
  return found.filter(({ sentence }) => sentence);
}

export function removeFault(item) {
  item.querySelector(".fault")?.remove();
  for (const element of invalidIn(item)) {
    element.removeAttribute("aria-invalid");
    element.removeAttribute("aria-describedby");
  }
}

function addFault(item, sentence) {
  const told = document.createElement("p");
  Object.assign(told, { className: "fault", id: `fault-${linkIdOf(item)}`, textContent: sentence });
  wordsOf(item).after(told);
  if (isRadios(item)) {
    item.setAttribute("role", "radiogroup");
  }
  for (const element of invalidIn(item)) {
    element.setAttribute("aria-invalid", "true");
    element.setAttribute("aria-describedby", told.id);
  }
}

function entryOf({ link_id: linkId, sentence }) {
  const item = itemOf(linkId);
  const entry = document.createElement("li");
  const link = document.createElement("a");
  item.id = `item-${linkId}`;
  Object.assign(link, { href: `#${item.id}`, textContent: wordsOf(item).firstChild.textContent });
  link.addEventListener("click", (event) => {
    event.preventDefault();
    goTo(item);
  });
  entry.append(link, ` ${sentence}`);
  return entry;
}

export function showFaults(told) {
  questions.forEach(removeFault);
  const faults = told.filter(({ link_id: linkId }) => itemOf(linkId));
  faults.forEach(({ link_id: linkId, sentence }) => addFault(itemOf(linkId), sentence));
  const plural = new Intl.PluralRules(document.documentElement.lang).select(faults.length);
  summary.querySelector("h2").textContent = (words.issues[plural] ?? words.issues.other).replace("{count}", faults.length);
  summary.querySelector("ul").replaceChildren(...faults.map(entryOf));
  summary.hidden = faults.length === 0;
  summary.focus();
}
