// The calendar: drag a post to another day or hour; "Move" as a dialog. Without it the same forms are pages.
const mover = () => document.getElementById("cal-mover");
const two = (number) => String(number).padStart(2, "0");
let dragged = null;

function fill(form, card, date, time) {
  form.action = card.dataset.url;
  form.elements.taken.value = card.dataset.taken;
  form.elements.date.value = date;
  form.elements.time.value = time;
}
// Today's draft goes to the next full hour, not into the past.
function timeFor(card, cell) {
  if (cell.dataset.hour) return `${two(cell.dataset.hour)}:${card.dataset.taken ? card.dataset.time.slice(3) : "00"}`;
  const next = new Date(Date.now() + 36e5);
  const isToday = cell.classList.contains("cal-today") && next.getDate() === new Date().getDate();
  return !card.dataset.taken && isToday ? `${two(next.getHours())}:00` : card.dataset.time;
}
async function send(card, cell) {
  const form = mover().querySelector("form");
  const [home, before] = [card.parentElement, card.nextElementSibling];
  fill(form, card, cell.dataset.drop, timeFor(card, cell));
  cell.querySelector("[data-cards]").append(card);
  card.classList.add("cal-going");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = told.querySelector("#main");
    if (!main || !told.querySelector("[data-calendar], .empty-state")) return location.reload();
    document.getElementById("main").replaceWith(document.adoptNode(main));
  } catch {
    home.insertBefore(card, before);
    card.classList.remove("cal-going");
    const line = document.createElement("div");
    line.className = "toast-line toast-error";
    line.append(Object.assign(document.createElement("p"), { textContent: form.dataset.broken }));
    document.getElementById("toasts").replaceChildren(line);
  }
}
document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-card]");
  if (!card || !mover()) return;
  dragged = card;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", card.dataset.url);
  card.classList.add("cal-dragged");
});
document.addEventListener("dragend", () => {
  for (const one of document.querySelectorAll(".cal-over, .cal-dragged")) one.classList.remove("cal-over", "cal-dragged");
  dragged = null;
});
document.addEventListener("dragover", (event) => {
  const cell = dragged && event.target.closest?.("[data-drop]");
  for (const one of document.querySelectorAll(".cal-over")) if (one !== cell) one.classList.remove("cal-over");
  if (!cell) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "move";
  cell.classList.add("cal-over");
});
document.addEventListener("drop", (event) => {
  const cell = dragged && event.target.closest?.("[data-drop]");
  if (!cell) return;
  event.preventDefault();
  const isHere = cell.dataset.drop === dragged.dataset.date && dragged.dataset.taken;
  if (isHere && timeFor(dragged, cell) === dragged.dataset.time) return;
  send(dragged, cell);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-move]");
  const dialog = mover();
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const card = link.closest("[data-card]");
  fill(dialog.querySelector("form"), card, card.dataset.date, card.dataset.time);
  dialog.querySelector("[data-mover-text]").textContent = card.querySelector(".cal-text").textContent;
  dialog.showModal();
  dialog.querySelector("[name=date]").focus();
});
