// Before the first paint: "auto" follows the machine, so that nothing flashes.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");
function paint() {
  const asked = root.dataset.theme;
  root.dataset.bsTheme = asked === "auto" ? (dark.matches ? "dark" : "light") : asked.replace("contrast", "light");
}
dark.addEventListener("change", paint);
paint();
