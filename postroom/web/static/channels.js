// A secret never comes back in a page. What was typed stays in this browser when a form is shown again with an error.
const kept = new Map();
document.addEventListener("htmx:beforeSwap", () => {
  for (const field of document.querySelectorAll("[data-keep]")) kept.set(field.id, field.value);
});
document.addEventListener("htmx:afterSettle", () => {
  for (const field of document.querySelectorAll("[data-keep]")) {
    if (kept.has(field.id)) field.value = kept.get(field.id);
  }
  kept.clear();
  document.querySelector("#connect-form [aria-invalid]")?.focus();
});
