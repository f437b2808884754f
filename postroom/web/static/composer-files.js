// Files by drop, paste or button, each with its progress; and their order by dragging.
export function takeFiles(form, arrange) {
  const drop = document.getElementById("drop");
  const list = document.getElementById("ups");
  const waiting = [];
  let busy = false;

  const add = (files) => {
    for (const file of files) {
      const line = document.createElement("li");
      const name = Object.assign(document.createElement("span"), { textContent: file.name, className: "clip" });
      const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
      bar.setAttribute("aria-label", file.name);
      line.append(name, bar);
      list.append(line);
      if (file.size > Number(form.dataset.most)) fail(line, form.dataset.tooLarge);
      else waiting.push([file, line]);
    }
    if (!busy) next();
  };
  const fail = (line, why) => {
    const words = Object.assign(document.createElement("p"), { className: "said said-blocks" });
    words.textContent = `${line.querySelector("span").textContent}: ${why}`;
    line.remove();
    drop.querySelector("#media-problems").append(words);
  };
  const next = () => {
    const found = waiting.shift();
    busy = Boolean(found);
    if (!found) return;
    const [file, line] = found;
    const bar = line.querySelector("progress");
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ name: file.name, brand: form.elements.brand.value });
    request.open("POST", `${form.dataset.upload}?${query}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      bar.value = Math.round((100 * event.loaded) / event.total);
      if (bar.value === 100) line.querySelector("span").textContent = `${file.name}: ${form.dataset.checking}`;
    });
    request.addEventListener("load", async () => {
      // The library answers with the page of the file: its address ends with the file's id.
      const id = request.response?.url?.match(/[0-9a-f-]{36}/)?.[0];
      if (request.status < 300 && id) {
        line.remove();
        await attach(id);
      } else fail(line, request.response?.error ?? form.dataset.broken);
      next();
    });
    request.addEventListener("error", () => {
      fail(line, form.dataset.broken);
      next();
    });
    request.send(file);
  };
  const attach = async (id) => {
    const picked = Object.assign(document.createElement("input"), { type: "hidden", name: "pick", value: id });
    form.append(picked);
    await arrange("attach");
    picked.remove();
  };

  form.elements.file?.addEventListener("change", () => {
    add([...form.elements.file.files]);
    form.elements.file.value = "";
  });
  if (form.elements.file) {
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      drop.classList.add("over-drop");
    });
    addEventListener("dragleave", (event) => {
      if (!event.relatedTarget) drop.classList.remove("over-drop");
    });
    addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      drop.classList.remove("over-drop");
      add([...event.dataTransfer.files]);
    });
    form.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (!files.length) return;
      event.preventDefault();
      add(files);
    });
  }

  let dragged = null;
  drop.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.(".file");
    dragged?.classList.add("dragged");
  });
  drop.addEventListener("dragover", (event) => {
    const over = event.target.closest?.(".file");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const middle = over.getBoundingClientRect();
    over[event.clientY < middle.top + middle.height / 2 ? "before" : "after"](dragged);
  });
  drop.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    if (dragged) arrange("files");
    dragged = null;
  });
}
