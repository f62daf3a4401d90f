/* Show that a file is over the zone, its name once chosen, and refuse at once what is too large.
   Works without: the label is a plain file input. */
(() => {
  for (const zone of document.querySelectorAll("[data-drop]")) {
    const input = zone.querySelector("input"), name = zone.querySelector("[data-drop-name]");
    const form = zone.closest("form"), say = form.querySelector("[data-drop-say]");
    const over = on => zone.classList.toggle("over", on);
    zone.addEventListener("dragover", event => { event.preventDefault(); over(true); });
    zone.addEventListener("dragleave", () => over(false));
    zone.addEventListener("drop", event => { event.preventDefault(); over(false); input.files = event.dataTransfer.files; input.dispatchEvent(new Event("change")); });
    input.addEventListener("change", () => {
      const file = input.files[0];
      const tooLarge = file && file.size > Number(zone.dataset.largest);
      input.setCustomValidity(tooLarge ? zone.dataset.tooLarge : "");
      if (say) say.textContent = tooLarge ? zone.dataset.tooLarge : "";
      if (file) name.textContent = file.name;
    });
    form.addEventListener("submit", () => { if (say && form.dataset.busy) say.textContent = form.dataset.busy; });
  }
})();
