// The choice of a version: versions.json lies beside the folders of the versions. Without it, as in a local copy that
// the browser reads as a file, there is no choice.
"use strict";

(async () => {
  const box = document.querySelector(".versions");
  if (box === null || location.protocol === "file:") return;
  const root = new URL(box.dataset.root, location.href);
  const answer = await fetch(new URL("../versions.json", root)).catch(() => null);
  if (answer === null || !answer.ok) return;
  const versions = await answer.json();
  if (versions.length < 2) return;
  const select = box.querySelector("select");
  for (const version of versions) {
    select.append(new Option(version, version, false, version === box.dataset.version));
  }
  select.addEventListener("change", async () => {
    const top = new URL(`../${select.value}/`, root);
    const same = new URL(location.href.slice(root.href.length), top);
    const there = await fetch(same, { method: "HEAD" }).catch(() => null);
    location.assign(there !== null && there.ok ? same : top);
  });
  box.hidden = false;
})();
