// Pictures to take away: the chart of the button that is clicked, with its title above and its source and run below.
(() => {
  if (window.rankshiftPictures) return;
  window.rankshiftPictures = true;
  const SVG = "http://www.w3.org/2000/svg", FONT = "'Source Sans', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif";
  const pen = document.createElement("canvas").getContext("2d");

  function wrapped(text, size, weight, width) {
    pen.font = `${weight} ${size}px ${FONT}`;
    const lines = [""];
    for (const part of text.match(/[\u2E80-\uFFEF]|[^\s\u2E80-\uFFEF]+\s*|\s+/g) || []) {
      if (lines.at(-1) && pen.measureText(lines.at(-1) + part).width > width) lines.push("");
      lines[lines.length - 1] += part;
    }
    return lines;
  }

  function picture(box, title, notes) {
    const chart = box.querySelector("svg.marks").cloneNode(true), drawn = box.querySelector("svg.marks");
    const wide = drawn.clientWidth || Number(drawn.getAttribute("width")), width = Math.max(wide, 320) + 24;
    const height = drawn.clientHeight || Number(drawn.getAttribute("height"));
    const style = getComputedStyle(document.querySelector(".stApp")), all = document.createElementNS(SVG, "svg");
    let y = 8;
    const write = (text, size, weight) => {
      for (const line of wrapped(text, size, weight, width - 24)) {
        const words = document.createElementNS(SVG, "text");
        y += size * 1.4;
        const looks = { x: 12, y, fill: style.color, "font-size": size, "font-weight": weight, "font-family": FONT };
        Object.entries(looks).forEach(([name, value]) => words.setAttribute(name, value));
        words.textContent = line;
        all.append(words);
      }
    };
    write(title, 15, 600);
    chart.setAttribute("x", 12);
    chart.setAttribute("y", y + 10);
    chart.setAttribute("width", wide);
    chart.setAttribute("height", height);
    all.append(chart);
    y += height + 14;
    notes.forEach((note) => write(note, 11, 400));
    const paper = document.createElementNS(SVG, "rect");
    Object.entries({ width, height: y + 12, fill: style.backgroundColor }).forEach(([n, v]) => paper.setAttribute(n, v));
    all.prepend(paper);
    Object.entries({ xmlns: SVG, width, height: y + 12 }).forEach(([n, v]) => all.setAttribute(n, v));
    return [new XMLSerializer().serializeToString(all), width, y + 12];
  }

  function save(url, name) {
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-picture]");
    if (!button) return;
    const { picture: kind, title, notes, name } = button.dataset;
    const [text, width, height] = picture(button.closest("[class*=st-key-picture-]"), title, JSON.parse(notes));
    const url = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
    if (kind === "svg") return save(url, `${name}.svg`);
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = 2 * width;
      canvas.height = 2 * height;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      save(canvas.toDataURL("image/png"), `${name}.png`);
    };
    image.src = url;
  });
})();
