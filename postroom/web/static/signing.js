// A new workspace's time zone: the machine's own, where the page has nothing better.
const zone = document.querySelector("[data-guess-zone] select[name=time_zone]");
if (zone) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zone.options].some((one) => one.value === here)) zone.value = here;
}
