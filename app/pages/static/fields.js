// The form's fields: what is written in them by link id, and which of them branching leaves open. The question of who
// answers has no link id: its own is "".

export const form = document.getElementById("questions");
export const words = JSON.parse(form.dataset.words);
const nameOf = (linkId) => (linkId ? `answer.${linkId}` : "answered_by");
const fields = [...form.elements].filter(({ name }) => /^answer(ed_by$|\.)/.test(name));

// What stands below each other in the form: questions, and texts between them.
export const items = [...form.querySelectorAll("fieldset, .field, .said")];
export const questions = items.filter((item) => !item.matches(".said"));
const linkIds = new Map(items.map((item) => [item, (item.querySelector("[name]")?.name ?? item.id).replace(/^(answer\.|answered_by|item-)/, "")]));
export const linkIdOf = (item) => linkIds.get(item);
export const itemOf = (linkId) => items.find((item) => linkIdOf(item) === linkId);
export const wordsOf = (item) => item.querySelector("legend, label");
const isChoice = (field) => field.type === "radio" || field.type === "checkbox";

// What was declined is written as an empty text, what was not answered not at all.
export function writtenIn(linkId) {
  const own = fields.filter((field) => field.name === nameOf(linkId));
  return own.filter((field) => (isChoice(field) ? field.checked : field.value.trim())).map((field) => field.value);
}

export const written = () => Object.fromEntries(questions.map(linkIdOf).map((linkId) => [linkId, writtenIn(linkId)]));

export function restore(answers) {
  for (const [linkId, texts] of Object.entries(answers)) {
    for (const field of fields.filter((found) => found.name === nameOf(linkId))) {
      if (isChoice(field)) {
        field.checked = texts.includes(field.value);
      } else {
        field.value = texts[0] ?? "";
      }
    }
  }
}

// An answer that excludes the others takes their place, and they take its.
export function excludeOthers(field) {
  if (field.type === "checkbox" && field.checked) {
    for (const other of fields.filter((found) => found.name === field.name && found !== field)) {
      other.checked &&= !("alone" in field.dataset || "alone" in other.dataset);
    }
  }
}

// What branching hides keeps its answer, and is not sent.
export function disableClosed(closed) {
  for (const item of questions) {
    for (const field of item.querySelectorAll("input, textarea")) {
      field.disabled = closed.has(linkIdOf(item));
    }
  }
}

export function bodyOf(action, more) {
  const body = new URLSearchParams(new FormData(form));
  Object.entries({ action, ...more }).forEach(([name, value]) => body.set(name, value));
  return body;
}
