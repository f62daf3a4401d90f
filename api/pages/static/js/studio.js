/* Studio: the check while one types, the marks behind the words, and the progress of clips.
   Without this file the button "Check" and a reload do the same. */
(() => {
  const form = document.querySelector("[data-composer]");
  if (form) {
    const field = form.querySelector("[data-preflight]"), area = field.querySelector("textarea");
    const marks = field.querySelector(".prompt-marks"), box = document.getElementById("check");
    let timer, asked = 0;

    const draw = () => {
      const text = [...area.value]; /* places count code points */
      const spans = [...box.querySelectorAll(".finding[data-start]")]
        .map(item => [Number(item.dataset.start), Number(item.dataset.end), item.classList.contains("is-stop") ? "is-stop" : "is-warn"])
        .sort((a, b) => a[0] - b[0]);
      marks.replaceChildren(); let from = 0;
      for (const [start, end, tone] of spans) {
        const first = Math.max(start, from);
        if (end <= first) continue;
        const mark = document.createElement("mark"); mark.className = tone; mark.textContent = text.slice(first, end).join("");
        marks.append(text.slice(from, first).join(""), mark); from = end;
      }
      marks.append(text.slice(from).join("") + "\n");
    };
    const check = async () => {
      if (!area.value.trim()) return;
      const turn = ++asked, body = new FormData(form);
      body.delete("input_reference"); /* pictures are looked at when the clip is asked for, or by the button */
      const answer = await fetch(field.dataset.preflight, { method: "POST", body, headers: { "X-Part": "check" } }).catch(() => null);
      if (turn !== asked || !answer?.headers.get("content-type")?.startsWith("text/html")) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== asked || page.querySelector("main")) return;
      box.replaceChildren(...page.body.childNodes); draw();
    };
    area.addEventListener("input", () => {
      asked++; clearTimeout(timer); marks.textContent = area.value + "\n"; timer = setTimeout(check, 400);
    });
    form.addEventListener("change", () => { clearTimeout(timer); timer = setTimeout(check, 400); });
    document.addEventListener("click", event => {
      const offered = event.target.closest("[data-rewrite]");
      if (!offered) return;
      area.value = offered.dataset.rewrite; area.dispatchEvent(new Event("input")); area.focus();
    });
    area.addEventListener("keydown", event => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
    if (box.querySelector(".finding")) draw(); /* else the marks of a refusal stand as the server drew them */
  }

  const follow = async card => {
    const answer = await fetch(card.dataset.follow).catch(() => null);
    if (answer?.ok) {
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("article");
      if (next && next.outerHTML !== card.outerHTML) { card.replaceWith(next); window.filigrane.clock(next); card = next; }
    }
    if (card.dataset.follow && card.isConnected) setTimeout(follow, document.hidden ? 10000 : 1500, card);
  };
  document.querySelectorAll("[data-follow]").forEach(card => setTimeout(follow, 1000, card));
})();
