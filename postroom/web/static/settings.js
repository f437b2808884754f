// Copy buttons (hidden without JavaScript), and choosing a channel goes to it at once.
document.documentElement.classList.add("js");
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // no clipboard without HTTPS
    }
    button.querySelector(".icon use").setAttribute("href", button.querySelector(".icon use").getAttribute("href").replace("#copy", "#check"));
  });
}
for (const select of document.querySelectorAll("select[data-go]")) select.addEventListener("change", () => select.form.submit());
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
