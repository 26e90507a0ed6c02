// Judges by the page's own rules what stands on the input: [{rules, written: [answers of one form, ...]}, ...].
import { readFileSync } from "node:fs";
import { closedItems, urgentFound } from "../../app/pages/static/rules.js";

const judged = ({ rules, written }) =>
  written.map((answers) => ({ closed: [...closedItems(rules, answers)], urgent: urgentFound(rules, answers).map((found) => found.concept) }));
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(judged)));
