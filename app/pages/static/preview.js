// The preview's form. After each answer it asks the server what the answers come to; it knows no rule itself.
"use strict";

const form = document.getElementById("questions");
const place = (id) => document.getElementById(id);
const judgement = document.querySelector("aside");
const kept = `preview:${form.dataset.canonical}`;
let latest = 0;
let before = {};

// What the form holds: link id -> text, or a list of texts for an item that repeats.
function written() {
  const found = {};
  for (const holder of form.querySelectorAll("[data-item]")) {
    const fields = [...holder.querySelectorAll("input, textarea")];
    const values = fields
      .filter((field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : true))
      .flatMap((field) => ("repeats" in holder.dataset && field.tagName === "TEXTAREA" ? field.value.split("\n") : [field.value]))
      .map((value) => value.trim())
      .filter(Boolean);
    if (values.length > 0) {
      found[holder.dataset.item] = "repeats" in holder.dataset ? values : values[0];
    }
  }
  return found;
}

// The answers of before a reload or a change of language.
function restore(answers) {
  for (const holder of form.querySelectorAll("[data-item]")) {
    const given = [answers[holder.dataset.item] ?? []].flat();
    for (const field of holder.querySelectorAll("input, textarea")) {
      if (field.type === "radio" || field.type === "checkbox") {
        field.checked = given.includes(field.value);
      } else {
        field.value = given.join("\n");
      }
    }
  }
}

function entry(tag, ...parts) {
  const element = document.createElement(tag);
  element.append(...parts);
  return element;
}

function code(text) {
  return entry("code", text);
}

// What a screen reader reads out by itself is written only where it differs: it would be read again.
function replace(list, entries) {
  if (list.textContent !== entries.map((found) => found.textContent).join("")) {
    list.replaceChildren(...entries);
  }
}

function setOrRemove(element, attribute, value) {
  if (value) {
    element.setAttribute(attribute, value);
  } else {
    element.removeAttribute(attribute);
  }
}

// Ties an item's help and what is wrong with its answer to what takes the answer. `faults` are ids of list entries.
function describe(item, faults) {
  const holder = item.querySelector(":scope > [data-item]");
  if (holder === null) {
    return;
  }
  const described = holder.matches("fieldset") ? holder : holder.querySelector("input, textarea");
  const help = place(`help-${item.dataset.linkId}`);
  setOrRemove(described, "aria-describedby", [...(help ? [help.id] : []), ...faults].join(" "));
  // A group of checkboxes has no such state: each of them has.
  const fields = holder.matches("fieldset:not([role])") ? holder.querySelectorAll("input") : [described];
  for (const element of fields) {
    setOrRemove(element, "aria-invalid", faults.length > 0 ? "true" : "");
  }
}

const issueId = (number) => `issue-${number}`;

function showFaults(issues) {
  for (const item of form.querySelectorAll("[data-link-id]")) {
    const isFault = (issue) => issue.link_id === item.dataset.linkId && issue.code !== "required";
    const faults = issues.flatMap((issue, number) => (isFault(issue) ? [issueId(number)] : []));
    item.toggleAttribute("data-fault", faults.length > 0);
    describe(item, faults);
  }
}

function showForm(found) {
  const enabled = new Set(found.enabled);
  for (const item of form.querySelectorAll("[data-link-id]")) {
    item.toggleAttribute("data-closed", !enabled.has(item.dataset.linkId));
  }
  showFaults(found.issues);
}

function showIssues(issues) {
  replace(place("issue-count"), [new Text(issues.length === 0 ? "none: it would be stored" : `${issues.length}`)]);
  place("issues").replaceChildren(
    ...issues.map((issue, number) => {
      const allowed = issue.allowed.length > 0 ? ` (allowed: ${issue.allowed.join(", ")})` : "";
      const told = entry("li", code(issue.link_id), ` ${issue.text}${allowed}`);
      told.id = issueId(number);
      return told;
    }),
  );
}

function showScores(scores) {
  const now = {};
  const rows = scores.map((score) => {
    const scored = "value" in score;
    const imputed = score.imputed?.length > 0 ? ` (imputed: ${score.imputed.join(", ")})` : "";
    const name = entry("td", score.words === score.name ? code(score.name) : entry("bdi", score.words));
    if (!scored && score.missing.length > 0) {
      name.append(entry("small", `lacks ${score.missing.join(", ")}`));
    }
    now[score.name] = scored ? `${score.value}${imputed}` : `not scored: ${score.not_scored}`;
    const row = entry("tr", name, entry("td", scored ? entry("strong", now[score.name]) : now[score.name]));
    row.classList.toggle("not-scored", !scored);
    row.classList.toggle("changed", score.name in before && before[score.name] !== now[score.name]);
    row.dataset.score = score.name;
    return row;
  });
  before = now;
  // What has a value first; the others in their own order below.
  place("scores").replaceChildren(...rows.filter((row) => !row.matches(".not-scored")), ...rows.filter((row) => row.matches(".not-scored")));
}

function showAlerts(alerts) {
  const told = alerts.map((alert) => {
    const why = alert.triggers.map((trigger) => `${trigger.rule}: ${trigger.on} is ${trigger.value}`).join("; ");
    return entry("li", entry("strong", alert.severity), ` ${alert.concept} `, entry("small", why));
  });
  replace(place("alerts"), told.length > 0 ? told : [entry("li", "none")]);
}

function show(found) {
  showForm(found);
  showIssues(found.issues);
  showScores(found.scores);
  showAlerts(found.alerts);
  place("answers").textContent = JSON.stringify(found.answers, null, 2);
}

// Without a judgement the one of the answers before must not stay: it is not of these.
function showFailure(why) {
  for (const id of ["scores", "alerts", "answers"]) {
    place(id).replaceChildren();
  }
  before = {};
  showFaults([]);
  place("issues").replaceChildren();
  replace(place("issue-count"), [new Text(why)]);
}

// What the server judges these answers to be, or the failure in words.
async function judged(answers) {
  const language = form.dataset.language ? `?lang=${encodeURIComponent(form.dataset.language)}` : "";
  try {
    const answer = await fetch(`/answers${language}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(answers),
    });
    return answer.ok ? await answer.json() : `${judgement.dataset.refused} ${answer.status}`;
  } catch {
    return judgement.dataset.stopped;
  }
}

async function ask() {
  const number = ++latest;
  const answers = written();
  judgement.ariaBusy = "true";
  sessionStorage.setItem(kept, JSON.stringify(answers));
  const found = await judged(answers);
  // An answer that comes late must not undo a later one.
  if (number !== latest) {
    return;
  }
  if (typeof found === "string") {
    showFailure(found);
  } else {
    show(found);
  }
  judgement.ariaBusy = "false";
}

form.addEventListener("input", ask);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("click", (event) => {
  if (event.target.matches(".clear")) {
    for (const field of event.target.closest("fieldset").querySelectorAll("input")) {
      field.checked = false;
    }
    ask();
  }
});
place("show-closed").addEventListener("change", (event) => form.classList.toggle("shows-closed", event.target.checked));
place("start-again").addEventListener("click", () => {
  restore({});
  ask();
});

restore(JSON.parse(sessionStorage.getItem(kept) ?? "{}"));
ask();
