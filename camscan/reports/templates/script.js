"use strict";
// Sorting and filtering of the device tables, and the line that names the cell under the pointer. Without it, all is shown.
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", () => {
  const tables = [...document.querySelectorAll("table.devices")].map(table => ({
    table, groups: [...table.tBodies], most: +table.dataset.most, more: null, sorted: false,
  }));
  const filter = document.getElementById("filter");
  const found = document.getElementById("found");
  const text = new WeakMap();
  const collator = new Intl.Collator("en", {numeric: true});
  const words = group => {
    if (!text.has(group)) text.set(group, group.textContent.toLowerCase());
    return text.get(group);
  };

  const show = () => {
    const sought = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let all = 0;
    for (const entry of tables) {
      let count = 0;
      const shown = [];
      for (const group of entry.groups) {
        const fits = !sought.length || sought.every(word => words(group).includes(word));
        if (fits) count++;
        group.className = !fits ? "out" : count > entry.most ? "late" : "";
        if (!group.className) shown.push(group);
      }
      if (entry.sorted) entry.table.tHead.after(...shown); // moving thousands that nobody sees takes seconds
      all += count;
      entry.table.parentElement.hidden = !count;
      entry.more.hidden = count <= entry.most;
      entry.more.textContent = `Show all ${count.toLocaleString("en")}`;
    }
    found.textContent = sought.length ? `${all.toLocaleString("en")} found` : "";
  };

  const key = (group, column) => {
    const cell = group.rows[0].cells[column];
    return cell.dataset.k || cell.textContent;
  };
  const sort = (entry, heads, column) => {
    const up = heads[column].ariaSort !== "ascending";
    heads.forEach(head => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = entry.groups.map(group => [key(group, column), group]);
    keyed.sort(([a], [b]) => (!a - !b) || (up ? collator.compare(a, b) : collator.compare(b, a)));
    entry.groups = keyed.map(pair => pair[1]);
    entry.sorted = true;
    show();
  };

  for (const entry of tables) {
    const heads = [...entry.table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(entry, heads, column));
      head.append(button);
    });
    entry.more = document.createElement("button");
    entry.more.type = "button";
    entry.more.className = "more";
    entry.more.addEventListener("click", () => { entry.most = Infinity; show(); });
    entry.table.after(entry.more);
  }
  if (filter) {
    let timer;
    filter.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 120); });
    filter.addEventListener("keydown", event => { if (event.key === "Escape") { filter.value = ""; show(); } });
    show();
  }

  // A link from the map opens its device, wherever the filter or the fold has put it.
  const reveal = () => {
    const group = /^#d\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    if (!group) return;
    if (group.className) { filter.value = ""; show(); group.className = ""; }
    group.scrollIntoView({block: "center"});
    const details = group.querySelector("details");
    if (details) details.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Each map is one stop of the Tab key; the arrow keys go from device to device.
  const told = document.getElementById("told");
  const tell = event => {
    const title = event.target.closest("a, path")?.querySelector("title");
    if (title) told.textContent = title.textContent;
  };
  for (const map of document.querySelectorAll(".map svg")) {
    const links = [...map.querySelectorAll("a")];
    links.forEach((link, n) => link.setAttribute("tabindex", n ? -1 : 0));
    map.addEventListener("pointerover", tell);
    map.addEventListener("focusin", tell);
    map.addEventListener("keydown", event => {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
      if (!step) return;
      event.preventDefault();
      const from = links.indexOf(document.activeElement);
      const to = links[from + step];
      if (!to) return;
      links[from].setAttribute("tabindex", -1);
      to.setAttribute("tabindex", 0);
      to.focus();
    });
  }
});
