// Which questions branching leaves open, and which answers cannot wait: by the service's own rules (phone_rules.py),
// as it judges them (enablement.py, alerts.py). `written`: link id -> the texts of a form's fields.

const DIGITS = {};
for (let n = 0; n < 10; n++) {
  DIGITS[String.fromCharCode(0x660 + n)] = DIGITS[String.fromCharCode(0x6f0 + n)] = `${n}`;
}
// A thousand to some, one to others: nobody but who typed it knows.
const AMBIGUOUS = /^[+-]?[1-9]\d{0,2},\d{3}$/;
const FORM = { integer: /^[+-]?\d+$/, decimal: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i };

// The number that somebody typed, in the digits of any keyboard; null where it is none, or is out of range.
export function readNumber(text, [type, low, high]) {
  const digits = text.trim().replace(/./g, (sign) => DIGITS[sign] ?? sign);
  const typed = AMBIGUOUS.test(digits) ? digits : digits.replace(/[,٫]/g, ".");
  const number = FORM[type].test(typed) ? Number(typed) : null;
  return number === null || (low !== null && number < low) || (high !== null && number > high) ? null : number;
}

function readValue(text, reading) {
  if (!reading) {
    return text;
  }
  return reading[0] === "time" ? (text.length === 5 ? `${text}:00` : text) : readNumber(text, reading);
}

// Empty is not answered; what does not fit counts as not answered.
function valuesOf(rules, written, linkId) {
  const given = (written[linkId] ?? []).filter((text) => text.trim() !== "");
  return given.map((text) => readValue(text, rules.read[linkId])).filter((value) => value !== null);
}

const isSame = (value, other) => (typeof other === "boolean" ? value === String(other) : value === other);
const ordered = (compare) => (values, other) => values.some((value) => typeof value === typeof other && compare(value, other));
const OPERATORS = {
  exists: (values, wanted) => values.length > 0 === wanted,
  "=": (values, other) => values.some((value) => isSame(value, other)),
  "!=": (values, other) => !values.some((value) => isSame(value, other)),
  ">": ordered((value, other) => value > other),
  "<": ordered((value, other) => value < other),
  ">=": ordered((value, other) => value >= other),
  "<=": ordered((value, other) => value <= other),
};

// The link ids that branching hides. Conditions look backwards only, so one pass is enough.
export function closedItems(rules, written) {
  const closed = new Set();
  const holds = ([place, operator, answer]) => {
    const [question] = rules.asked[place];
    return OPERATORS[operator](closed.has(question) ? [] : valuesOf(rules, written, question), answer);
  };
  for (const [place, [linkId, above]] of rules.asked.entries()) {
    const when = rules.enable[place] ?? [];
    const isMet = rules.any.includes(place) ? when.some(holds) : when.every(holds);
    if (!isMet || (above >= 0 && closed.has(rules.asked[above][0]))) {
      closed.add(linkId);
    }
  }
  return closed;
}

// What cannot wait: for each rule that fires its concept, and the item that it looks at first.
export function urgentFound(rules, written, closed = closedItems(rules, written)) {
  const values = (linkId) => (closed.has(linkId) ? [] : valuesOf(rules, written, linkId));
  const answered = (linkId) => {
    const [value] = values(linkId);
    return typeof value === "string" ? rules.weights[linkId]?.[value] : value;
  };
  // A follow-up that was not asked counts as 0 where its lead does.
  const numberOf = (linkId) => {
    const place = rules.asked.findIndex(([asked]) => asked === linkId);
    const wasAsked = values(linkId).length > 0 || (!closed.has(linkId) && rules.enable[place]);
    return wasAsked || answered(rules.leads[linkId]) !== 0 ? answered(linkId) : 0;
  };
  const fires = ({ item, equals, at_least: low, at_most: high }) =>
    equals !== undefined ? values(item).includes(equals) : numberOf(item) >= (low ?? -Infinity) && numberOf(item) <= (high ?? Infinity);
  return rules.urgent.filter(({ when }) => when.every(fires)).map(({ concept, when }) => ({ concept, item: when[0].item }));
}
