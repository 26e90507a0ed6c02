// Copies the synthesis as plain text. Without this script the text can be selected by hand below the page.

const button = document.getElementById("copy");
const text = document.getElementById("text");
const said = document.getElementById("said");

async function copy() {
  await navigator.clipboard.writeText(text.textContent);
  said.textContent = button.dataset.copied;
}

// A page that is not of a secure context has no clipboard.
if (navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", copy);
}
