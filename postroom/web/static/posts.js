// A post's page while it is sent: what somebody has opened stays open, and nothing changes under their hands.
const opened = new Set();
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id !== "live") return;
  const busy = document.querySelector("#live details[data-typing][open], #post-state details[data-typing][open] :focus");
  if (busy) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", () => {
  opened.clear();
  for (const one of document.querySelectorAll("#live details[open], #post-state details[open]")) opened.add(one.id);
});
document.addEventListener("htmx:afterSwap", () => {
  for (const id of opened) {
    const one = document.getElementById(id);
    if (one) one.open = true;
  }
});
