// A field for a text: its lines are numbered, and what is written is sent a moment after the last key, not only when
// somebody leaves the field.  Lines with a fault are marked; their numbers stand in the element .text-editor-wrong.
(() => {
  if (window.rankshiftEditor) return;
  window.rankshiftEditor = true;
  const PAUSE = 600, LOOK = 400, FIELD = ".st-key-text-editor textarea";
  let waiting, drawn = "";

  function number() {
    const area = document.querySelector(FIELD);
    if (!area) return;
    const marked = document.querySelector(".text-editor-wrong")?.dataset.lines || "";
    let gutter = area.parentElement.querySelector(".text-editor-lines");
    if (!gutter) {
      gutter = document.createElement("div");
      gutter.className = "text-editor-lines";
      gutter.setAttribute("aria-hidden", "true");
      Object.assign(area.parentElement.style, { display: "flex", flexDirection: "row" });
      Object.assign(area.style, { flex: "1", minWidth: "0" });
      area.before(gutter);
      drawn = "";
    }
    const count = area.value.split("\n").length, now = `${count}|${marked}`;
    if (now !== drawn) {
      const wrong = marked.split(",");
      gutter.replaceChildren(...Array.from({ length: count }, (_, k) => {
        const line = document.createElement("div");
        line.textContent = String(k + 1);
        if (wrong.includes(String(k + 1))) line.className = "wrong";
        return line;
      }));
      drawn = now;
    }
    gutter.style.height = `${area.clientHeight}px`;
    gutter.scrollTop = area.scrollTop;
  }

  document.addEventListener("input", (event) => {
    if (!event.target.matches?.(FIELD)) return;
    number();
    clearTimeout(waiting);
    const sending = { key: "Enter", ctrlKey: true, bubbles: true };
    waiting = setTimeout(() => event.target.dispatchEvent(new KeyboardEvent("keydown", sending)), PAUSE);
  });
  document.addEventListener("scroll", (event) => { if (event.target.matches?.(FIELD)) number(); }, true);
  setInterval(number, LOOK);
})();
