/* Shared behaviour: theme, copy, toast. Classic deferred script, no dependency, CSP friendly. */
(() => {
  const root = document.documentElement;
  const store = { get: k => { try { return localStorage.getItem(k); } catch { return null; } }, set: (k, v) => { try { localStorage.setItem(k, v); } catch { /* private mode */ } } };
  const saved = store.get("theme");
  if (saved === "light" || saved === "dark") root.dataset.theme = saved;

  const say = text => {
    let box = document.querySelector(".toast");
    if (!box) { box = document.createElement("div"); box.className = "toast"; box.setAttribute("role", "status"); document.body.append(box); }
    box.textContent = text; box.hidden = false;
    clearTimeout(box.timer); box.timer = setTimeout(() => { box.hidden = true; }, 2400);
  };

  document.addEventListener("click", async event => {
    const toggle = event.target.closest("[data-theme-toggle]");
    if (toggle) {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark"; store.set("theme", root.dataset.theme);
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      try { await navigator.clipboard.writeText(copy.dataset.copy); say(root.lang === "fr" ? "Copié" : "Copied"); }
      catch { getSelection().selectAllChildren(copy.firstElementChild); }
    }
  });
  const here = document.querySelector(".nav [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.clientWidth / 2 + here.clientWidth / 2;
  /* the reader's own time beside UTC */
  const clock = root => { for (const time of root.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime), lang = document.documentElement.lang === "fr" ? "fr" : "en-GB";
    const local = at.toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" });
    const zone = new Intl.DateTimeFormat(lang, { timeZoneName: "short" }).formatToParts(at).find(part => part.type === "timeZoneName").value;
    const utc = at.toLocaleTimeString(lang, { timeZone: "UTC", timeStyle: "short" });
    time.textContent = zone === "UTC" ? `${local} UTC` : `${local} ${zone} (${utc} UTC)`; time.removeAttribute("data-local");
  } };
  clock(document);
  window.filigrane = { say, clock };
})();
