"use strict";
const box = document.querySelector(".search");
if (box) {
  const field = document.getElementById("find");
  const found = document.getElementById("found");
  const cards = [...document.querySelectorAll("details.card")];
  const names = cards.map((card) => `${card.querySelector("h3").textContent} ${card.dataset.school}`.toLowerCase());
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    cards.forEach((card, i) => {
      card.hidden = !words.every((word) => names[i].includes(word));
      shown += card.hidden ? 0 : 1;
    });
    found.textContent = words.length ? `${shown} of ${cards.length} ${cards.length === 1 ? "school" : "schools"}` : `${cards.length} ${cards.length === 1 ? "school" : "schools"}`;
  };
  field.addEventListener("input", show);
  document.getElementById("open-all").addEventListener("click", () => {
    const seen = cards.filter((card) => !card.hidden);
    const open = seen.some((card) => !card.open);
    seen.forEach((card) => { card.open = open; });
  });
  box.hidden = false;
  show();
}
const openTarget = () => {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
};
addEventListener("hashchange", openTarget);
openTarget();
