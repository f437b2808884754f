// What every page does beyond HTML: menus that close, toasts that go, dialogs that open. Everything works without it.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  if (event.target.closest("[data-dismiss]")) event.target.closest(".toast-line")?.remove();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
// A form that would do something twice: the second press waits for the first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "1";
  addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});
for (const toast of document.querySelectorAll(".toast-success:not(:has(form))")) setTimeout(() => toast.remove(), 6000);
