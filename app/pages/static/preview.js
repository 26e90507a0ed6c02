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

function showForm(found) {
  const enabled = new Set(found.enabled);
  const faulty = new Set(found.issues.filter((issue) => issue.code !== "required").map((issue) => issue.link_id));
  for (const item of form.querySelectorAll("[data-link-id]")) {
    item.toggleAttribute("data-closed", !enabled.has(item.dataset.linkId));
    item.toggleAttribute("data-fault", faulty.has(item.dataset.linkId));
  }
}

function showIssues(issues) {
  place("issue-count").value = issues.length === 0 ? "none: it would be stored" : `${issues.length}`;
  place("issues").replaceChildren(
    ...issues.map((issue) => {
      const allowed = issue.allowed.length > 0 ? ` (allowed: ${issue.allowed.join(", ")})` : "";
      return entry("li", code(issue.link_id), ` ${issue.text}${allowed}`);
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
  place("alerts").replaceChildren(...(told.length > 0 ? told : [entry("li", "none")]));
}

function show(found) {
  showForm(found);
  showIssues(found.issues);
  showScores(found.scores);
  showAlerts(found.alerts);
  place("answers").textContent = JSON.stringify(found.answers, null, 2);
}

async function ask() {
  const number = ++latest;
  const answers = written();
  judgement.ariaBusy = "true";
  sessionStorage.setItem(kept, JSON.stringify(answers));
  const language = form.dataset.language ? `?lang=${encodeURIComponent(form.dataset.language)}` : "";
  const answer = await fetch(`/answers${language}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(answers),
  });
  // An answer that comes late must not undo a later one.
  if (number !== latest) {
    return;
  }
  if (answer.ok) {
    show(await answer.json());
  } else {
    place("issue-count").value = "";
    place("issues").replaceChildren(entry("li", `the server could not judge these answers (${answer.status})`));
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
