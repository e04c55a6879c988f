// Loads the page again when a file changed, and keeps the place in every frame. Nothing else needs JavaScript.
const shown = document.documentElement.dataset.version;
const key = location.pathname + location.search;
const frames = [...document.querySelectorAll("iframe")];

function remember() {
  const places = frames.map((frame) => frame.contentWindow.scrollY);
  sessionStorage.setItem(key, JSON.stringify([scrollY, ...places]));
}

function restore() {
  const [page, ...places] = JSON.parse(sessionStorage.getItem(key) || "[]");
  sessionStorage.removeItem(key);
  if (page === undefined) return;
  scrollTo(0, page);
  frames.forEach((frame, index) => frame.contentWindow.scrollTo(0, places[index] || 0));
}

async function look() {
  try {
    const version = await (await fetch("/version")).text();
    if (version !== shown && !document.hidden) {
      remember();
      return location.reload();
    }
  } catch {
    // The preview was stopped; it may come back at the same address.
  }
  setTimeout(look, 700);
}

document.querySelector(".tabs [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
addEventListener("load", () => {
  restore();
  look(); // not before: a second save would remember a place that was not found again yet
});
