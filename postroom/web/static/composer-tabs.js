// One tab for the text of every channel, one for each channel that has its own; and what is shown of chosen channels only.
export function arrangeTabs(form, changed) {
  const bar = document.getElementById("tabs");
  const all = document.getElementById("panel-all");
  const details = document.getElementById("variants");
  const variants = [...details.querySelectorAll(".variant")];
  let open = "";

  const box = (variant) => variant.querySelector("[name=own]");
  const isChosen = (id) => form.querySelector(`[name="channels"][value="${id}"]`)?.checked;

  const tab = (id, words) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "word-tab", textContent: words });
    made.setAttribute("role", "tab");
    made.setAttribute("aria-selected", String(id === open));
    made.tabIndex = id === open ? 0 : -1;
    made.addEventListener("click", () => {
      open = id;
      show();
      bar.querySelector("[aria-selected=true]").focus();
    });
    return made;
  };

  const show = () => {
    const chosen = variants.filter((one) => isChosen(one.dataset.variant));
    const own = chosen.filter((one) => box(one).checked);
    if (!own.some((one) => one.dataset.variant === open)) open = "";
    bar.replaceChildren();
    bar.hidden = chosen.length < 2 && own.length === 0;
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    list.append(tab("", form.dataset.everywhere), ...own.map((one) => tab(one.dataset.variant, one.dataset.name)));
    bar.append(list);
    const others = chosen.filter((one) => !box(one).checked);
    if (others.length) bar.append(detacher(others));
    all.hidden = open !== "";
    details.open = true;
    details.hidden = open === "";
    for (const one of variants) one.hidden = one.dataset.variant !== open;
    for (const set of form.querySelectorAll("[data-of]")) set.hidden = !isChosen(set.dataset.of);
    form.querySelector(".options").hidden = !form.querySelector("[data-of]:not([hidden])");
  };

  const detacher = (others) => {
    const select = document.createElement("select");
    select.className = "detach";
    select.setAttribute("aria-label", details.querySelector("summary").textContent);
    select.append(new Option(details.querySelector("summary").textContent, ""));
    for (const one of others) select.append(new Option(one.dataset.name, one.dataset.variant));
    select.addEventListener("change", () => {
      const variant = variants.find((one) => one.dataset.variant === select.value);
      if (!variant) return;
      const text = variant.querySelector("textarea");
      if (!text.value) text.value = form.elements.text.value;
      box(variant).checked = true;
      open = select.value;
      show();
      text.focus();
      changed();
    });
    return select;
  };

  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.target.getAttribute("role") !== "tab") return;
    const all = [...bar.querySelectorAll("[role=tab]")];
    all[(all.indexOf(event.target) + step + all.length) % all.length].click();
  });
  for (const one of variants) box(one).addEventListener("change", show);
  show();
  return show;
}
