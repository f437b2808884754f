// The composer, alive: the form is sent while somebody writes, and parts of the page come back. Without it every button
// is a plain submit of the same form.
import { arrangeTabs } from "./composer-tabs.js";
import { takeFiles } from "./composer-files.js";

const form = document.getElementById("composer");
if (form) start();

function start() {
  document.documentElement.classList.add("js");
  const saved = document.getElementById("saved");
  const trouble = document.getElementById("trouble");
  let lookTimer, saveTimer, asked = 0, dirty = false, stopped = false, saving = false, leaving = false;

  const body = (action) => {
    const data = new FormData(form);
    data.delete("file");
    data.set("action", action);
    return data;
  };
  const send = (action) =>
    fetch(form.getAttribute("action"), { method: "POST", body: body(action), headers: { "X-Parts": "1" }, redirect: "error" });

  const swap = (html) => {
    const found = new DOMParser().parseFromString(html, "text/html");
    const focused = document.activeElement?.id;
    for (const part of found.querySelectorAll("[data-swap]")) document.getElementById(part.id)?.replaceWith(part);
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  };
  // What somebody typed while an answer was under way is newer than the answer: only the last one counts.
  const ask = async (action) => {
    const mine = ++asked;
    try {
      const answer = await send(action);
      if (answer.ok) {
        const html = await answer.text();
        if (mine === asked || action !== "look") swap(html);
      }
    } catch {
      saved.textContent = form.dataset.offline;
    }
  };
  const look = () => {
    clearTimeout(lookTimer);
    lookTimer = setTimeout(() => ask("look"), 300);
  };
  const arrange = async (action) => {
    clearTimeout(lookTimer);
    await ask(action);
    changed();
  };

  const changed = () => {
    dirty = true;
    look();
    if (form.dataset.status !== "draft" || stopped) return;
    saved.textContent = form.dataset.unsaved;
    clearTimeout(saveTimer);
    saveTimer = setTimeout(save, 3000);
  };
  const save = async () => {
    if (saving || leaving || stopped) return;
    if (document.getElementById("ups").childElementCount) return changed();
    saving = true;
    dirty = false;
    try {
      const answer = await send("autosave");
      const told = await answer.json();
      if (leaving) return;
      saved.textContent = told.is_conflict ? form.dataset.unsaved : (told.said ?? "");
      if (answer.ok && told.url) {
        form.elements.version.value = told.version;
        if (form.getAttribute("action") !== told.url) {
          form.setAttribute("action", told.url);
          history.replaceState(null, "", told.url);
          for (const option of form.elements.brand.options ?? []) option.disabled = !option.selected;
        }
      } else if (told.is_conflict) conflict(told);
    } catch {
      dirty = true;
      saved.textContent = form.dataset.offline;
      saveTimer = setTimeout(save, 8000);
    } finally {
      saving = false;
    }
    if (dirty && !stopped) saveTimer = setTimeout(save, 3000);
  };
  const conflict = (told) => {
    stopped = true;
    const box = document.createElement("div");
    const words = document.createElement("p");
    const theirs = Object.assign(document.createElement("a"), {
      className: "btn btn-sm", href: form.getAttribute("action"), target: "_blank", rel: "noopener", textContent: form.dataset.theirs,
    });
    const mine = Object.assign(document.createElement("button"), {
      className: "btn btn-sm", type: "button", textContent: form.dataset.overwrite,
    });
    mine.addEventListener("click", () => {
      form.elements.version.value = told.version;
      stopped = false;
      trouble.replaceChildren();
      save();
    });
    box.className = "form-error";
    words.textContent = told.said;
    box.append(words, theirs, " ", mine);
    trouble.replaceChildren(box);
    trouble.scrollIntoView({ block: "nearest" });
  };

  const tabs = arrangeTabs(form, changed);
  takeFiles(form, arrange);

  form.addEventListener("input", (event) => {
    if (event.target.id === "q" || event.target.name === "pick" || event.target.type === "file") return;
    changed();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "brand") form.requestSubmit(form.querySelector('[value="look"]'));
    if (event.target.name === "channels") tabs();
    if (event.target.id === "at") form.querySelector('[name="when"][value="at"]').checked = true;
  });
  form.addEventListener("submit", (event) => {
    const pressed = event.submitter;
    const action = pressed?.value ?? "look";
    if (pressed?.hasAttribute("data-parts")) {
      event.preventDefault();
      if (action === "attach") pressed.closest("dialog")?.close();
      arrange(action).then(() => {
        if (action.startsWith("add:")) [...document.querySelectorAll("#items textarea")].at(-1)?.focus();
      });
    } else if (action === "pick") {
      event.preventDefault();
      pick();
    } else {
      leaving = true;
      clearTimeout(saveTimer);
      clearTimeout(lookTimer);
    }
  }, true);
  addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
  });

  const picker = document.getElementById("picker");
  let searched = 0;
  const pick = async () => {
    const mine = ++searched;
    if (picker.open && !picker.matches(":modal")) picker.close();
    if (!picker.open) picker.showModal();
    const query = new URLSearchParams({ q: form.elements.q.value, brand: form.elements.brand.value });
    const answer = await fetch(`${form.dataset.files}?${query}`);
    const html = await answer.text();
    if (answer.ok && mine === searched) document.getElementById("pick-grid").outerHTML = html;
  };
  picker.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      picker.close();
    }
  });
  picker.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "q") return;
    event.preventDefault();
    pick();
  });
}
