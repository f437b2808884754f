// Keeps the timeline up to date: new posts come in at the top, counters are replaced, a playing video is left alone.
const feed = document.getElementById("feed");
async function look() {
  if (document.hidden) return;
  const answer = await fetch(feed.dataset.from);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const articles = [...fresh.querySelectorAll("article")];
  if (articles.length && !feed.querySelector("article")) feed.replaceChildren();
  const there = new Set(articles.map((article) => article.id));
  for (const old of feed.querySelectorAll("article")) if (!there.has(old.id)) old.remove();
  for (const article of articles.reverse()) {
    const old = document.getElementById(article.id);
    if (!old) {
      article.classList.add("fresh");
      feed.prepend(article);
    } else {
      for (const part of [".counts", ".poll", "small"]) {
        const [from, to] = [article.querySelector(part), old.querySelector(part)];
        if (from && to && from.innerHTML !== to.innerHTML) to.innerHTML = from.innerHTML;
      }
    }
  }
}
setInterval(() => look().catch(() => {}), 2000);
