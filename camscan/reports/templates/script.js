"use strict";
// Sorting, filtering and paging of the device tables, and the line that names the cell under the pointer. Without it, all is shown.
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", () => {
  const filter = document.getElementById("filter");
  const found = document.getElementById("found");
  const collator = new Intl.Collator("en", {numeric: true});
  const number = count => count.toLocaleString("en");
  const tables = [...document.querySelectorAll("table.devices")].map(table => {
    const more = document.createElement("button");
    more.type = "button";
    more.className = "more";
    table.after(more);
    const groups = [...table.tBodies];
    return {table, more, groups, page: +table.dataset.page, most: +table.dataset.page, fitting: groups, called: null};
  });
  const homes = new Map(tables.flatMap(entry => entry.groups.map(group => [group.id, [entry, group]])));

  // A browser is slow with thousands of rows in a page and quick with rows in memory, so only those shown are in the page.
  const lay = (entry, most = entry.most) => {
    const {table, fitting, called, more} = entry;
    const shown = fitting.slice(0, most);
    if (called && fitting.indexOf(called) >= most) shown.push(called);
    for (const group of shown) group.className = "";
    table.replaceChildren(table.caption, table.tHead, ...shown);
    table.parentElement.hidden = !fitting.length;
    const left = fitting.length - most;
    more.hidden = left <= 0;
    more.textContent = `Show ${number(Math.min(left, entry.page))} more of ${number(left)}`;
  };

  const texts = new Map();
  const read = group => {
    if (!texts.has(group)) texts.set(group, group.textContent.toLowerCase());
    return texts.get(group);
  };
  const ahead = (groups, from = 0) => { // what the filter looks through, made ready between two frames
    groups.slice(from, from + 200).forEach(read);
    if (from < groups.length) setTimeout(ahead, 0, groups, from + 200);
  };

  const show = () => {
    const sought = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let all = 0;
    for (const entry of tables) {
      entry.fitting = sought.length ? entry.groups.filter(group => sought.every(word => read(group).includes(word))) : entry.groups;
      entry.most = entry.page;
      entry.called = null;
      all += entry.fitting.length;
      lay(entry);
    }
    found.textContent = sought.length ? `${number(all)} found` : "";
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
    const fitting = new Set(entry.fitting);
    entry.fitting = entry.groups.filter(group => fitting.has(group));
    lay(entry);
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
    entry.more.addEventListener("click", () => { entry.most += entry.page; lay(entry); });
    lay(entry);
    ahead(entry.groups);
  }
  if (filter) {
    let timer;
    filter.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 60); });
    filter.addEventListener("keydown", event => { if (event.key === "Escape") { filter.value = ""; show(); } });
    if (filter.value) show(); // a browser keeps it when it goes back to a page
  }
  addEventListener("beforeprint", () => tables.forEach(entry => lay(entry, Infinity)));
  addEventListener("afterprint", () => tables.forEach(entry => lay(entry)));

  // A link from the map opens its device, wherever the filter or the page has put it.
  const reveal = () => {
    const [entry, group] = homes.get(location.hash.slice(1)) ?? [];
    if (!group) return;
    if (!group.isConnected) {
      filter.value = "";
      show();
      entry.called = group;
      lay(entry);
      location.replace(location.hash); // it is the target only from now on
    }
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
