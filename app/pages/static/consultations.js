// Keys within the list of consultations. They act only while a row of it has the focus (WCAG 2.1.4): elsewhere a letter
// is a letter, and the arrows scroll. Without this script everything is reached with the Tab key.
const rows = [...document.querySelectorAll(".visits a.open")];
const steps = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, Home: -Infinity, End: Infinity };

function move(event) {
  const here = rows.indexOf(document.activeElement);
  if (here < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "/") {
    document.querySelector("#search").focus();
  } else if (event.key in steps) {
    rows[Math.min(Math.max(here + steps[event.key], 0), rows.length - 1)].focus();
  } else {
    return;
  }
  event.preventDefault();
}

if (rows.length > 0) {
  document.querySelector(".visits").addEventListener("keydown", move);
  document.querySelector("#keys").hidden = false;
}
