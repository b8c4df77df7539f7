"use strict";
// All of this is convenience: without it the page reads the same, folded blocks open by a click.
(() => {
  const open = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    const target = id && document.getElementById(id);
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
  for (const [id, language] of [["say-zh", "zh"], ["say-en", "en"]]) {
    const button = document.getElementById(id);
    const say = () => { if (button.checked) document.documentElement.lang = language; };
    button.addEventListener("change", say);
    say();
  }
  const filter = document.getElementById("filter");
  if (!filter) return;
  filter.hidden = false;
  const input = filter.querySelector("input");
  const households = [...document.querySelectorAll(".household")].map((block) => [block, block.textContent.toLowerCase()]);
  const count = filter.querySelector("output");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [block, text] of households) {
      block.hidden = !words.every((word) => text.includes(word));
      if (!block.hidden) shown += 1;
    }
    for (const list of document.querySelectorAll("details.list")) if (words.length) list.open = true;
    count.textContent = words.length ? String(shown) : "";
  });
})();
