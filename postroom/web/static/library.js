// Files dropped or chosen are sent one after the other, each with its progress. Without this the form sends them.
document.documentElement.classList.add("js");
for (const select of document.querySelectorAll("select[data-go]")) select.addEventListener("change", () => select.form.requestSubmit());

const form = document.getElementById("upload");
if (form) {
  const list = document.getElementById("uploads");
  const row = document.getElementById("upload-row");
  const waiting = [];
  let busy = false;

  const add = (files) => {
    for (const file of files) {
      const line = row.content.cloneNode(true).firstElementChild;
      line.querySelector(".upload-name").textContent = file.name;
      line.querySelector("progress").setAttribute("aria-label", file.name);
      line.querySelector(".upload-said").textContent = form.dataset.waiting;
      list.append(line);
      list.hidden = false;
      if (file.size > Number(form.dataset.most)) fail(line, form.dataset.tooLarge);
      else waiting.push([file, line]);
    }
    if (!busy) next();
  };

  const fail = (line, why) => {
    line.classList.add("upload-wrong");
    line.querySelector("progress").remove();
    line.querySelector(".upload-said").textContent = why;
  };

  const done = (line, told) => {
    line.classList.add("upload-good");
    line.querySelector("progress").remove();
    line.querySelector(".upload-said").textContent = told.said;
    const link = line.querySelector("a");
    link.href = told.url;
    link.querySelector(".upload-link").textContent = form.dataset.describe;
    link.hidden = false;
    if (told.thumbnail) {
      const picture = new Image();
      picture.alt = "";
      picture.src = told.thumbnail;
      line.querySelector(".upload-thumb").replaceChildren(picture);
    }
  };

  const next = () => {
    const found = waiting.shift();
    busy = Boolean(found);
    if (!found) {
      if (list.querySelector(".upload-good")) htmx.ajax("GET", location.href, { target: "#grid", select: "#grid", swap: "outerHTML" });
      return;
    }
    const [file, line] = found;
    const said = line.querySelector(".upload-said");
    const bar = line.querySelector("progress");
    const request = new XMLHttpRequest();
    const query = new URLSearchParams({ name: file.name, brand: form.elements.brand?.value ?? "" });
    request.open("POST", `${form.action}?${query}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", form.elements.csrfmiddlewaretoken.value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      const part = Math.round((100 * event.loaded) / event.total);
      bar.value = part;
      said.textContent = part < 100 ? `${part} %` : form.dataset.checking;
    });
    request.addEventListener("load", () => {
      if (request.status < 300 && request.response) done(line, request.response);
      else fail(line, request.response?.error ?? form.dataset.broken);
      next();
    });
    request.addEventListener("error", () => {
      fail(line, form.dataset.broken);
      next();
    });
    request.send(file);
  };

  form.elements.file.addEventListener("change", () => {
    add(form.elements.file.files);
    form.elements.file.value = "";
  });
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    form.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) form.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    form.classList.remove("over");
    add(event.dataTransfer.files);
  });
  addEventListener("beforeunload", (event) => {
    if (busy) event.preventDefault();
  });
}
