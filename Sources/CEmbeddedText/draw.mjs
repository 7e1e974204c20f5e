// The page of `octet draw`: a board to draw on, and what the network makes of it. Loads the model that the page carries
// and runs it with the functions of octet.mjs, which precede this in the page.

const $ = (id) => document.getElementById(id);
const facts = JSON.parse($("model-facts").textContent);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const grouped = (number) => number.toLocaleString("en-US");
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

/** The bytes of a script element, which are compressed by zlib and in base64. */
async function carried(id) {
  const bytes = Uint8Array.from(atob($(id).textContent), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The colour map cividis, which reads the same with every kind of colour vision, at nine places.
const shades = [
  [0, 34, 78], [18, 53, 112], [59, 73, 108], [87, 93, 109], [112, 113, 115], [138, 134, 120], [165, 156, 116],
  [195, 179, 105], [254, 232, 56],
];
const colors = new Uint32Array(256);
{
  const view = new DataView(colors.buffer);
  for (let level = 0; level < 256; level++) {
    const place = (level / 255) * (shades.length - 1);
    const [first, share] = [Math.min(Math.floor(place), shades.length - 2), place - Math.min(Math.floor(place), 7)];
    const mix = (channel) => Math.round(shades[first][channel] * (1 - share) + shades[first + 1][channel] * share);
    view.setUint32(4 * level, (mix(0) << 24) | (mix(1) << 16) | (mix(2) << 8) | 255);
  }
}

/** A picture of one map in cividis, or of the input in its own gray or color. */
function picture(width, height, color) {
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  for (let place = 0; place < words.length; place++) words[place] = color(place);
  const canvas = make("canvas", { width, height });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

const model = await loadModel(await carried("model-file"), await carried("model-runtime"));
const names = ["input", ...facts.layers];
const tensors = [model.input, ...model.layers.map((layer) => layer.output)];
const isPicture = model.takesPictures && (model.input.channels === 1 || model.input.channels === 3);
const canDraw = isPicture && model.input.channels === 1;
const hasDarkPaper = model.pictureForm.invert === "no";
const [paper, ink] = hasDarkPaper ? ["#000", "#fff"] : ["#fff", "#000"];

// MARK: what stands still

$("title").textContent = `${canDraw ? "Draw for" : "Try"} ${facts.name}`;
$("about").textContent =
  "The network runs in this page, in integers, with the code that runs on chips. Nothing leaves the page.";
const time = make("b", { textContent: "–" });
$("facts").append(
  make("li", {}, make("b", { textContent: grouped(model.fileBytes) }), " bytes of model"),
  make("li", {}, make("b", { textContent: grouped(model.arenaBytes) }), " bytes of memory to run"),
  make("li", {}, make("b", { textContent: String(model.layers.length) }), " layers"),
  make("li", {}, time, " an image here"));
$("footer").textContent = facts.footer;

// MARK: the outputs

const rows = [];
model.outputs.forEach((output, index) => {
  const tensor = tensors[output.tensor];
  const count = output.meaning === "numbers" ? tensor.height * tensor.width * tensor.channels : output.labels.length;
  const shown = Math.min(count, 200);
  const table = make("table", { className: "bars" });
  table.append(make("caption", {
    className: model.outputs.length > 1 ? "muted small" : "hidden",
    textContent: (facts.outputs[index] ?? `output ${index}`)
      + (shown < count ? `, the first ${shown} of ${count}` : ""),
  }));
  const body = make("tbody");
  rows[index] = Array.from({ length: shown }, (_, value) => {
    const fill = make("span", { className: "fill" });
    const share = make("td", { className: "share", textContent: "–" });
    const row = make("tr", {},
      make("th", { scope: "row", textContent: output.labels[value] ?? String(value) }),
      make("td", { className: "bar" }, make("span", { className: "track" }, fill)), share);
    body.append(row);
    return { row, fill, share };
  });
  table.append(body);
  $("outputs").append(table);
});

function percent(share) {
  return `${((share / 65536) * 100).toFixed(2)} %`;
}

function showOutput(index) {
  const output = model.output(index);
  const { meaning } = model.outputs[index];
  const largest = Math.max(...Array.from(output.values, Math.abs), 1e-30);
  rows[index].forEach(({ row, fill, share }, value) => {
    const hasShare = output.shares !== null;
    const part = hasShare ? output.shares[value] / 65536 : Math.abs(output.values[value] ?? 0) / largest;
    fill.style.width = `${(part * 100).toFixed(2)}%`;
    share.textContent = hasShare && meaning !== "numbers" ? percent(output.shares[value])
      : String(Number((hasShare ? part : output.values[value] ?? 0).toPrecision(5)));
    row.className = value === output.classIndex || (meaning === "labels" && part >= 0.5) ? "first" : "";
  });
  return output;
}

function clearOutputs(words, isError = false) {
  $("verdict").replaceChildren(make("span", { className: isError ? "error" : "", textContent: words }));
  for (const { row, fill, share } of rows.flat()) {
    row.className = "";
    fill.style.width = "0";
    share.textContent = "–";
  }
}

function verdict(output) {
  const { meaning, labels } = model.outputs[0];
  if (meaning === "classes") {
    const share = output.shares ? percent(output.shares[output.classIndex]) : "";
    $("verdict").replaceChildren(make("b", { textContent: output.label }), make("span", { textContent: share }));
    return `${output.label}${share ? `, ${share}` : ""}`;
  }
  const held = meaning === "labels" ? labels.filter((_, index) => output.shares?.[index] >= 32768) : [];
  const words = meaning === "labels" ? held.join(", ") || "no label"
    : output.values.length === 1 ? String(Number(output.values[0].toPrecision(6))) : `${output.values.length} numbers`;
  $("verdict").replaceChildren(make("b", { textContent: words }));
  return words;
}

// MARK: feature maps

const mostMaps = 64;
const cards = tensors.map((tensor, index) => {
  const canvas = make("canvas", { role: "img" });
  const text = make("p");
  const card = make("article", { className: `layer t${index % 4}` },
    make("h3", { textContent: names[index] }), text, canvas);
  $("layers").append(card);
  return { card, canvas, text, tensor, maps: [], isFlat: tensor.height * tensor.width === 1 };
});
const foldRows = new Map();
model.layers.forEach((layer, index) => {
  if (layer.accumulators.bytes > 0) foldRows.set(index + 1, tensors[layer.inputs[0]].height);
});

/** Pictures of a tensor's channels, or of all its values where it has no places. */
function mapsOf(card, values, isInput) {
  const { height, width, channels } = card.tensor;
  if (isInput && isPicture) {
    const order = model.pictureForm.bgr ? [2, 1, 0] : [0, 1, 2];
    return [picture(width, height, (place) => {
      const [r, g, b] = order.map((channel) => values[channels === 1 ? place : place * channels + channel]);
      return (255 << 24) | (b << 16) | (g << 8) | r;
    })];
  }
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const level = (value) => colors[most > least ? Math.round(((value - least) / (most - least)) * 255) : 0];
  if (card.isFlat) {
    const columns = Math.min(channels, 32);
    return [picture(columns, Math.ceil(channels / columns), (place) => (place < channels ? level(values[place]) : 0))];
  }
  return Array.from({ length: Math.min(channels, mostMaps) }, (_, channel) =>
    picture(width, height, (place) => level(values[place * channels + channel])));
}

/** Draws a card: rows that are in memory bright, those that were given up pale, those to come not at all. */
function drawCard(card, made, isDone) {
  const { canvas, tensor, maps, isFlat } = card;
  if (maps.length === 0) return;
  const [mapWidth, mapHeight] = [maps[0].width, maps[0].height];
  const room = Math.max(card.card.clientWidth - 16, 160);
  const zoom = Math.max(1, Math.min(isFlat ? 16 : 8, isFlat ? Math.floor(Math.min(room, 320) / mapWidth)
    : Math.floor((maps.length === 1 ? 144 : maps.length <= 8 ? 72 : 56) / Math.max(mapWidth, mapHeight))));
  const [width, height] = [mapWidth * zoom, mapHeight * zoom];
  const gap = 4;
  const columns = Math.max(1, Math.min(maps.length, Math.floor((room + gap) / (width + gap))));
  const size = [columns * (width + gap) - gap, Math.ceil(maps.length / columns) * (height + gap) - gap];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = false;
  const style = getComputedStyle(card.card);
  const kept = isDone || isFlat ? tensor.height : tensor.ring.rows;
  maps.forEach((map, index) => {
    const [x, y] = [(index % columns) * (width + gap), Math.floor(index / columns) * (height + gap)];
    context.globalAlpha = 1;
    context.fillStyle = style.getPropertyValue("--line");
    context.fillRect(x, y, width, height);
    const rows = isFlat ? (made > 0 ? mapHeight : 0) : made;
    const first = Math.max(0, rows - kept);
    context.globalAlpha = 0.35;
    if (first > 0) context.drawImage(map, 0, 0, mapWidth, first, x, y, width, first * zoom);
    context.globalAlpha = 1;
    const height2 = rows - (isFlat ? 0 : first);
    const top = isFlat ? 0 : first;
    if (height2 > 0) context.drawImage(map, 0, top, mapWidth, height2, x, y + top * zoom, width, height2 * zoom);
    if (!isDone && !isFlat && rows > 0 && rows < mapHeight) {
      context.fillStyle = style.getPropertyValue("--s2");
      context.fillRect(x, y + rows * zoom - 1, width, 2);
    }
  });
}

// MARK: the arena

const parts = [];
tensors.forEach(({ ring }, index) => {
  parts.push({ index, name: names[index], offset: ring.offset, rows: ring.rows, rowBytes: ring.rowBytes });
  const sums = index > 0 ? model.layers[index - 1].accumulators : { bytes: 0 };
  if (sums.bytes > 0) {
    parts.push({
      index, name: `accumulators of ${names[index]}`, offset: sums.offset, rows: 1, rowBytes: sums.bytes, isSums: true,
    });
  }
});
const end = (part) => part.offset + part.rows * part.rowBytes;
const areShared = parts.some((part) =>
  parts.some((other) => part !== other && part.offset < end(other) && other.offset < end(part)));
$("arena-text").textContent =
  `All of the ${grouped(model.arenaBytes)} bytes that a run takes beside the file. Each value has a ring with the few `
  + "rows that are still read; a number in it is the row that lies there."
  + (areShared ? " Rings that are never used at once share bytes." : "");
$("strip").ariaLabel = `The arena of ${grouped(model.arenaBytes)} bytes with ${parts.length} parts`;
const mostSlots = 64;
for (const part of parts) {
  const cells = Math.min(part.rows, mostSlots);
  const bytes = part.rows * part.rowBytes;
  const slots = make("div", { className: `slots${cells > 16 ? " narrow" : ""}` });
  part.slots = Array.from({ length: cells }, () => slots.appendChild(make("span", { className: "slot" })));
  part.stripes = Array.from({ length: cells }, (_, cell) => {
    const stripe = make("i", { className: `t${part.index % 4}` });
    stripe.style.left = `${((part.offset + (bytes * cell) / cells) / model.arenaBytes) * 100}%`;
    stripe.style.width = `${(bytes / cells / model.arenaBytes) * 100}%`;
    return $("strip").appendChild(stripe);
  });
  $("rings").append(make("div", { className: `ring t${part.index % 4}` },
    make("span", { className: "name", textContent: part.name }), slots,
    make("span", { className: "bytes", textContent: part.isSums ? `${grouped(bytes)} bytes`
      : `${part.rows} ${part.rows === 1 ? "row" : "rows"} of ${grouped(part.rowBytes)} bytes` })));
}

function drawArena(made, folded, step) {
  for (const part of parts) {
    const held = new Map();
    if (part.isSums) {
      if (folded[part.index] > 0 && made[part.index] === 0) held.set(0, `${folded[part.index]} rows added`);
    } else {
      const { ring, height } = tensors[part.index];
      // A ring that is shared is another's before its first row and after the last reader.
      for (let row = Math.max(0, made[part.index] - ring.rows); row < Math.min(made[part.index], height); row++) {
        held.set((ring.borderAbove + row) % ring.rows, row);
      }
    }
    part.slots.forEach((slot, cell) => {
      const place = part.slots.length === part.rows ? cell : Math.floor((cell * part.rows) / part.slots.length);
      const isFull = held.has(place);
      const isNow = step && step.tensor === part.index && Boolean(part.isSums) === step.isFold
        && (part.isSums || held.get(place) === made[part.index] - 1);
      slot.className = `slot${isFull ? " full" : ""}${isNow ? " now" : ""}`;
      const isOnlyRow = !part.isSums && tensors[part.index].height === 1;
      slot.textContent = !isFull ? "" : isOnlyRow ? "complete" : String(held.get(place));
      part.stripes[cell].className = `t${part.index % 4}${isFull ? " full" : ""}`;
    });
  }
}

// MARK: time

let run = null;
let shownStep = 0;
let playing = 0;

function showStep(count) {
  shownStep = count;
  const steps = run?.steps ?? [];
  const made = new Array(tensors.length).fill(0);
  const folded = new Array(tensors.length).fill(0);
  for (let index = 0; index < count; index++) (steps[index].isFold ? folded : made)[steps[index].tensor]++;
  const isDone = count === steps.length;
  const step = count > 0 ? steps[count - 1] : null;
  cards.forEach((card, index) => {
    drawCard(card, made[index], isDone);
    card.card.classList.toggle("now", !isDone && step?.tensor === index);
    const { height, width, channels, ring } = card.tensor;
    const added = foldRows.get(index);
    card.text.textContent = `${height} x ${width} x ${channels}`
      + (added ? `, ${folded[index]} of ${added} rows added` : card.isFlat ? "" : `, row ${made[index]} of ${height}`)
      + (card.isFlat || ring.rows >= height ? "" : `, ${Math.min(ring.rows, made[index])} in memory`)
      + (channels > mostMaps && !card.isFlat ? `; the first ${mostMaps} maps` : "");
  });
  drawArena(made, folded, step);
  $("time").value = count;
  $("step").textContent = steps.length > 0 ? `step ${count} of ${steps.length}` : "";
}

function stop() {
  cancelAnimationFrame(playing);
  playing = 0;
  $("play").textContent = "Play";
}

function play() {
  stop();
  if (!run) return;
  const steps = run.steps.length;
  const duration = Math.min(Math.max(steps * 55, 1500), 6000);
  const start = performance.now() - (shownStep < steps ? (shownStep / steps) * duration : 0);
  $("play").textContent = "Pause";
  const frame = (now) => {
    const count = Math.min(steps, Math.max(0, Math.floor(((now - start) / duration) * steps)));
    if (count !== shownStep) showStep(count);
    if (count < steps) playing = requestAnimationFrame(frame);
    else stop();
  };
  playing = requestAnimationFrame(frame);
}

$("play").addEventListener("click", () => (playing ? stop() : play()));
$("time").addEventListener("input", () => { stop(); showStep(Number($("time").value)); });

// MARK: running

const seen = $("seen");
[seen.width, seen.height] = [model.input.width, model.input.height];

/** Shows what the network makes of bytes; `isLast` once the pen is up. */
function show(bytes, words, isLast) {
  const start = performance.now();
  model.run(bytes);
  const elapsed = performance.now() - start;
  time.textContent = `${elapsed.toFixed(elapsed < 10 ? 2 : 0)} ms`;
  const output = showOutput(0);
  for (let index = 1; index < model.outputs.length; index++) showOutput(index);
  const said = verdict(output);
  if (isLast) $("status").textContent = `Answer: ${said}. ${words}`;
  if (isPicture) {
    seen.getContext("2d").drawImage(mapsOf(cards[0], bytes, true)[0], 0, 0);
    seen.ariaLabel = `The network's input, ${model.input.width} x ${model.input.height} pixels`;
    $("seen-text").textContent = words;
  }
  // Large networks are looked into once the pen is up.
  if (!isLast && elapsed > 8) return;
  run = model.watch(bytes);
  cards.forEach((card, index) => {
    card.maps = mapsOf(card, index === 0 ? bytes : run.layers[index - 1].values, index === 0);
    card.canvas.ariaLabel = `${names[index]}: ${card.maps.length} ${card.maps.length === 1 ? "picture" : "maps"}`;
  });
  $("time").max = run.steps.length;
  $("sums").replaceChildren(...run.layers.map((layer, index) => make("tr", {},
    make("th", { scope: "row", textContent: names[index + 1] }),
    make("td", {}, make("code", { textContent: layer.checksum.toString(16).padStart(8, "0") })))));
  stop();
  showStep(run.steps.length);
  if (isLast && !calm.matches) { shownStep = 0; play(); }
}

function blank(words, isError = false) {
  stop();
  run = null;
  for (const card of cards) {
    card.maps = [];
    card.canvas.width = card.canvas.height = 0;
  }
  $("time").max = 0;
  $("sums").replaceChildren();
  showStep(0);
  seen.getContext("2d").clearRect(0, 0, seen.width, seen.height);
  $("seen-text").textContent = "";
  clearOutputs(words, isError);
  if (isError) $("status").textContent = words;
}

// MARK: the board

const board = $("board");
const side = 320;
const invitation = canDraw ? "Draw something on the board."
  : isPicture ? "Drop a picture on the board." : "Give numbers.";
let strokes = [];
let opened = null;
let cursor = { x: side / 2, y: side / 2, isDown: false };
let due = 0;

if (isPicture) {
  board.width = side;
  board.height = Math.round((side * model.input.height) / model.input.width);
  $("hint").replaceChildren(...(canDraw ? [
    "Mouse, finger or pen; or drop, paste or open a picture. With keys: arrows move, ",
    make("kbd", { textContent: "Space" }), " puts the pen down or up, ",
    make("kbd", { textContent: "Backspace" }), " takes a stroke back, ",
    make("kbd", { textContent: "Delete" }), " clears.",
  ] : ["Drop, paste or open a picture."]));
  board.ariaLabel = canDraw
    ? "Board to draw on. Arrow keys move the pen, Space puts it down or up, Backspace takes a stroke back, "
      + "Delete clears."
    : "The picture that was opened";
  if (!canDraw) {
    $("board-title").textContent = "Picture";
    $("undo").hidden = true;
    board.tabIndex = -1;
    board.style.cursor = "default";
  }
}

function paint(context, scale, showsCursor) {
  const { canvas } = context;
  context.fillStyle = paper;
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (opened) {
    const fit = Math.min(canvas.width / opened.width, canvas.height / opened.height);
    const [width, height] = [opened.width * fit, opened.height * fit];
    context.imageSmoothingEnabled = fit < 1;
    context.drawImage(opened, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
  }
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = 0.075 * side * scale;
  context.lineCap = context.lineJoin = "round";
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0].x * scale, stroke[0].y * scale);
    // Through the middles between points, so that the line is smooth.
    for (let index = 1; index < stroke.length; index++) {
      const [last, next] = [stroke[index - 1], stroke[index]];
      context.quadraticCurveTo(
        last.x * scale, last.y * scale, ((last.x + next.x) / 2) * scale, ((last.y + next.y) / 2) * scale);
    }
    const end = stroke[stroke.length - 1];
    context.lineTo(end.x * scale, end.y * scale);
    context.stroke();
  }
  if (!showsCursor) return;
  context.lineWidth = 2;
  context.strokeStyle = "#b85000";
  context.beginPath();
  context.arc(cursor.x, cursor.y, cursor.isDown ? 6 : 12, 0, 7);
  context.stroke();
}

/** The pixels that the model is given: of the picture itself, or of the board. */
function pixels() {
  if (opened && strokes.length === 0) {
    const canvas = new OffscreenCanvas(opened.width, opened.height);
    const context = canvas.getContext("2d");
    context.drawImage(opened, 0, 0);
    return context.getImageData(0, 0, canvas.width, canvas.height);
  }
  const isExact = model.pictureForm.fit === "exact";
  const [width, height] = isExact ? [model.input.width, model.input.height] : [board.width, board.height];
  const canvas = new OffscreenCanvas(board.width, board.height);
  paint(canvas.getContext("2d"), 1, false);
  if (!isExact) return canvas.getContext("2d").getImageData(0, 0, width, height);
  const small = new OffscreenCanvas(width, height);
  const context = small.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(canvas, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

function wordsFor(fitted) {
  const { width, height, channels } = model.input;
  return [
    `${width} x ${height} pixels${channels === 1 ? "" : " in color"}`,
    fitted.ink ? "the ink was found, scaled and centered" : "",
    fitted.isInverted ? "dark and light changed places" : "",
    fitted.isThickened ? "thin strokes were broadened" : "",
  ].filter(Boolean).join("; ") + ".";
}

function update(isLast) {
  cancelAnimationFrame(due);
  due = requestAnimationFrame(() => {
    paint(board.getContext("2d"), 1, document.activeElement === board && usesKeys);
    $("undo").disabled = strokes.length === 0;
    $("clear").disabled = strokes.length === 0 && !opened;
    if (strokes.length === 0 && !opened) return blank(invitation);
    try {
      const fitted = model.fit(pixels());
      show(fitted.pixels, wordsFor(fitted), isLast);
    } catch (error) {
      if (!(error instanceof OctetError)) throw error;
      blank(`${error.message[0].toUpperCase()}${error.message.slice(1)}.`, true);
    }
  });
}

function clear() {
  strokes = [];
  opened = null;
  cursor.isDown = false;
  update(true);
}

function undo() {
  strokes.pop();
  cursor.isDown = false;
  update(true);
}

async function open(blob) {
  try {
    // The pixels as they stand in the file, as `octet classify` takes them.
    opened = await createImageBitmap(blob, { imageOrientation: "none", colorSpaceConversion: "none" });
    strokes = [];
    update(true);
  } catch {
    // What is on the board must not be taken for this file.
    cancelAnimationFrame(due);
    opened = null;
    strokes = [];
    paint(board.getContext("2d"), 1, false);
    $("undo").disabled = $("clear").disabled = true;
    blank("This file is no picture that the browser can read.", true);
  }
}

let usesKeys = false;
if (canDraw) {
  let pen = null;
  const place = (event) => {
    const box = board.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * board.width,
      y: ((event.clientY - box.top) / box.height) * board.height,
    };
  };
  board.addEventListener("pointerdown", (event) => {
    if (pen !== null || event.button !== 0) return;
    pen = event.pointerId;
    usesKeys = false;
    try { board.setPointerCapture(pen); } catch { /* A pointer that has just gone. */ }
    strokes.push([place(event)]);
    update(false);
  });
  board.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    const events = event.getCoalescedEvents?.() ?? [];
    strokes[strokes.length - 1].push(...(events.length > 0 ? events : [event]).map(place));
    update(false);
  });
  const lift = (event) => {
    if (event.pointerId !== pen) return;
    pen = null;
    update(true);
  };
  board.addEventListener("pointerup", lift);
  board.addEventListener("pointercancel", lift);
  board.addEventListener("blur", () => { cursor.isDown = false; update(false); });

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  board.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (move) {
      const reach = event.shiftKey ? 4 : 12;
      cursor.x = Math.min(Math.max(cursor.x + move[0] * reach, 0), board.width);
      cursor.y = Math.min(Math.max(cursor.y + move[1] * reach, 0), board.height);
      if (cursor.isDown) strokes[strokes.length - 1].push({ x: cursor.x, y: cursor.y });
    } else if (event.key === " " || event.key === "Enter") {
      cursor.isDown = !cursor.isDown;
      if (cursor.isDown) strokes.push([{ x: cursor.x, y: cursor.y }]);
    } else if (event.key === "Backspace") {
      strokes.pop();
      cursor.isDown = false;
    } else if (event.key === "Delete") {
      strokes = [];
      opened = null;
      cursor.isDown = false;
    } else {
      return;
    }
    event.preventDefault();
    usesKeys = true;
    update(!cursor.isDown && !move);
  });
}

if (isPicture) {
  $("clear").addEventListener("click", clear);
  $("undo").addEventListener("click", undo);
  $("file").addEventListener("change", () => {
    if ($("file").files[0]) open($("file").files[0]);
    $("file").value = "";
  });
  const panel = $("board-panel");
  document.addEventListener("dragover", (event) => { event.preventDefault(); panel.classList.add("dropping"); });
  document.addEventListener("dragleave", () => panel.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    panel.classList.remove("dropping");
    const file = [...event.dataTransfer.files][0];
    if (file) open(file);
  });
  document.addEventListener("paste", (event) => {
    const file = [...event.clipboardData.files][0];
    if (file) open(file);
  });
  update(false);
} else {
  features();
}

// MARK: features

/** Models of features: a table of numbers, which can be filled from a line of text. */
function features() {
  const count = model.input.height * model.input.width * model.input.channels;
  $("board-title").textContent = "Numbers";
  board.remove();
  $("tools").remove();
  $("seen-panel").remove();
  const most = 256;
  const field = make("textarea", { className: "numbers", rows: 4, id: "numbers", spellcheck: false });
  const note = make("p", { className: "muted small" });
  const integers = [];
  // A value of a series or a map is named by its place.
  const { height, width, channels } = model.input;
  const place = (index) => [
    ["row", height, Math.floor(index / (width * channels))], ["column", width, Math.floor(index / channels) % width],
    ["channel", channels, index % channels],
  ].filter(([, size]) => size > 1);
  const placeName = (index) =>
    place(index).length > 1 ? place(index).map(([name, , number]) => `${name} ${number + 1}`).join(", ")
      : String(index + 1);
  const inputs = Array.from({ length: Math.min(count, most) }, (_, index) => {
    const input = make("input", { className: "numbers", inputMode: "decimal", value: "0" });
    input.ariaLabel = `value ${placeName(index)}`;
    integers[index] = make("td", { className: "muted" });
    return input;
  });
  const table = make("table", { className: "features" },
    make("thead", {}, make("tr", {}, ...["value", "number", "integer"].map((name) =>
      make("th", { scope: "col", textContent: name })))),
    make("tbody", {}, ...inputs.map((input, index) =>
      make("tr", {}, make("th", { scope: "row", textContent: placeName(index) }), make("td", {}, input),
        integers[index]))));
  $("hint").before(
    make("label", {
      htmlFor: "numbers", className: "small", textContent: `${grouped(count)} numbers, with commas or spaces`
        + (place(0).length > 1 ? `: ${place(0).map(([name, size]) => `${size} ${name}s`).join(" of ")}` : ""),
    }),
    field, note, make("div", { className: "long" }, table));
  $("hint").textContent = count > most ? `The table shows the first ${most}.` : "";
  let numbers = new Array(count).fill(0);
  const refresh = () => {
    const bytes = model.bytes(numbers);
    integers.forEach((cell, index) => { cell.textContent = String(bytes[index] - 128); });
    show(bytes, "", true);
  };
  field.addEventListener("input", () => {
    const words = field.value.split(/[\s,;]+/).filter(Boolean);
    const values = words.map(Number);
    const wrong = words.find((_, index) => !Number.isFinite(values[index]));
    note.className = wrong !== undefined || values.length !== count ? "error small" : "muted small";
    note.textContent = wrong !== undefined ? `"${wrong.slice(0, 20)}" is no number.`
      : values.length === count ? "" : `${values.length} of ${count} numbers.`;
    if (note.textContent) return;
    numbers = values;
    inputs.forEach((input, index) => { input.value = String(numbers[index]); });
    refresh();
  });
  inputs.forEach((input, index) => input.addEventListener("input", () => {
    const value = Number(input.value.replace(",", "."));
    const isNumber = input.value.trim() !== "" && Number.isFinite(value);
    input.setAttribute("aria-invalid", String(!isNumber));
    if (!isNumber) return;
    numbers[index] = value;
    refresh();
  }));
  refresh();
}

addEventListener("resize", () => showStep(shownStep));
