"use strict";
// Sorting, filtering and paging of the device tables, and the line that names the cell under the pointer. Without it, all is shown.
// What the page does not show at first stands in noscript elements: markup as text, of which elements are made when they are asked for.
document.documentElement.classList.add("js");
document.addEventListener("DOMContentLoaded", () => {
  const filter = document.getElementById("filter");
  const found = document.getElementById("found");
  const collator = new Intl.Collator("en", {numeric: true});
  const number = count => count.toLocaleString("en");
  const made = markup => new DOMParser().parseFromString(markup, "text/html").body;

  const signs = {amp: "&", lt: "<", gt: ">", "#34": "\"", "#39": "'"};
  const bare = markup => markup.replace(/<[^>]*>/g, " ").replace(/&(amp|lt|gt|#34|#39);/g, (_, name) => signs[name]).trim();

  // A device is a tbody, as an element or as markup.
  const read = device => device.text ??= (device.group?.textContent ?? bare(device.markup)).toLowerCase();
  const key = ({group, markup}, column) => {
    const cell = group?.rows[0].cells[column];
    if (cell) return cell.dataset.k || cell.textContent;
    const [, tag, text] = markup.split(/<t[dh](?= |>)/, column + 2).at(-1).match(/^([^>]*)>([^]*)$/);
    return tag.match(/data-k="(\d+)"/)?.[1] || bare(text);
  };
  const groups = devices => {
    const missing = devices.filter(device => !device.group);
    const bodies = made(`<table>${missing.map(device => device.markup).join("")}</table>`).querySelectorAll("tbody");
    missing.forEach((device, n) => { device.group = bodies[n]; });
    return devices.map(device => device.group);
  };

  const tables = [...document.querySelectorAll("table.devices")].map(table => {
    const devices = [...table.tBodies].map(group => ({id: group.id, group}));
    const rest = table.parentElement.querySelector("noscript")?.textContent.split("<tbody ").slice(1) ?? [];
    for (const markup of rest) devices.push({id: markup.slice(4, markup.indexOf("\"", 4)), markup: `<tbody ${markup}`});
    const page = table.tBodies.length;
    const more = document.createElement("button");
    more.type = "button";
    more.className = "more";
    table.after(more);
    return {table, more, devices, page, most: page, fitting: devices, called: null};
  });
  const homes = new Map(tables.flatMap(entry => entry.devices.map(device => [device.id, [entry, device]])));

  // A browser is slow with thousands of rows in a page and quick with rows in memory, so only those shown are in the page.
  const lay = (entry, most = entry.most) => {
    const {table, fitting, called, more, page} = entry;
    const shown = fitting.slice(0, most);
    if (called && fitting.indexOf(called) >= most) shown.push(called);
    table.replaceChildren(table.caption, table.tHead, ...groups(shown));
    table.parentElement.hidden = !fitting.length;
    const left = fitting.length - most;
    more.hidden = left <= 0;
    more.textContent = `Show ${number(Math.min(left, page))} more of ${number(left)}`;
  };

  const ahead = (devices, from = 0) => { // what the filter looks through, made ready between two frames
    devices.slice(from, from + 200).forEach(read);
    if (from < devices.length) setTimeout(ahead, 0, devices, from + 200);
  };

  const show = () => {
    const sought = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let all = 0, whole = 0;
    for (const entry of tables) {
      entry.fitting = sought.length ? entry.devices.filter(device => sought.every(word => read(device).includes(word))) : entry.devices;
      entry.most = entry.page;
      entry.called = null;
      all += entry.fitting.length;
      whole += entry.devices.length;
      lay(entry);
    }
    found.textContent = sought.length ? `${number(all)} of ${number(whole)} found` : "";
    found.dataset.sought = sought.join(" "); // paper says it too: it shows no more
  };

  const sort = (entry, heads, column) => {
    const up = heads[column].ariaSort !== "ascending";
    heads.forEach(head => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = entry.devices.map(device => [key(device, column), device]);
    keyed.sort(([a], [b]) => (!a - !b) || (up ? collator.compare(a, b) : collator.compare(b, a)));
    entry.devices = keyed.map(pair => pair[1]);
    const fitting = new Set(entry.fitting);
    entry.fitting = entry.devices.filter(device => fitting.has(device));
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
    ahead(entry.devices);
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
    const [entry, device] = homes.get(location.hash.slice(1)) ?? [];
    if (!device) return;
    if (!device.group?.isConnected) {
      filter.value = "";
      show();
      entry.called = device;
      lay(entry);
      location.replace(location.hash); // it is the target only from now on
    }
    device.group.scrollIntoView({block: "center"});
    const details = device.group.querySelector("details");
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
  const step = event => {
    const by = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
    if (!by) return;
    event.preventDefault();
    const links = [...event.currentTarget.querySelectorAll("a")];
    const from = links.indexOf(document.activeElement);
    const to = links[from + by];
    if (!to) return;
    links[from].setAttribute("tabindex", -1);
    to.setAttribute("tabindex", 0);
    to.focus();
  };
  const wire = within => within.querySelectorAll(".map svg").forEach(map => {
    map.querySelectorAll("a").forEach((link, n) => link.setAttribute("tabindex", n ? -1 : 0));
    map.addEventListener("pointerover", tell);
    map.addEventListener("focusin", tell);
    map.addEventListener("keydown", step);
  });
  wire(document);
  const folded = document.querySelector("details.more");
  folded?.addEventListener("toggle", () => {
    folded.querySelector("noscript").replaceWith(...made(folded.querySelector("noscript").textContent).children);
    wire(folded);
  }, {once: true});
});
