// What to do now, as soon as an answer cannot wait: near that answer, without asking anybody.
import { itemOf } from "/pages/fields.js";
import { isOneAtATime } from "/pages/layout.js";

const box = document.getElementById("urgent");
const home = box.nextElementSibling;
let told = "";
box.append(...[...document.querySelectorAll(".emergency .numbers")].map((numbers) => numbers.cloneNode(true)));

export function warn(found, changed) {
  const concepts = found.map(({ concept }) => concept);
  box.querySelector(".self-harm").hidden = !concepts.includes("self-harm");
  box.hidden = found.length === 0;
  const isNew = concepts.some((concept) => !told.includes(`${concept} `));
  told = concepts.map((concept) => `${concept} `).join("");
  if (isOneAtATime()) {
    // One question is in view: below it is near. There it stays, for what moves is read out again.
    if (box.nextElementSibling !== home) {
      home.before(box);
    }
  } else if (isNew) {
    (changed ?? itemOf(found[0].item)).after(box);
  }
  if (isNew && changed) {
    box.scrollIntoView({ block: "nearest" });
  }
}
