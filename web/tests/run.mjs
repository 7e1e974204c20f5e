// What octet.wasm makes of models and pictures, under Node, in lines that tests compare with those of a host.
//
//   node run.mjs FOLDER answers (MODEL IMAGES)...  for each image of raw bytes: the check sum of every layer, then the
//                                                  class, values and shares of each output; watched and not, which must
//                                                  agree
//   node run.mjs FOLDER fit (MODEL PICTURES)...    for each picture (width and height in 32 bits, then red, green, blue
//                                                  and alpha): what the model sees in hexadecimal, or why not
//   node run.mjs FOLDER feed MODEL NUMBERS         the bytes that numbers of 32 bits are fed as
//   node run.mjs FOLDER load MODEL...              for each model: that it loads, or why not
//   node run.mjs FOLDER misuse MODEL               what calls say that cannot be answered
//   node run.mjs FOLDER imports                    what the module imports
//   node run.mjs FOLDER time MODEL IMAGES          the milliseconds that an image takes, the median of many
//
// FOLDER has octet.wasm and octet.mjs, as web/build writes them.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, task, ...paths] = process.argv.slice(2);
const { loadModel, OctetError } = await import(pathToFileURL(`${folder}/octet.mjs`));
const lines = [];
const pairs = Array.from({ length: paths.length >> 1 }, (_, index) => paths.slice(2 * index, 2 * index + 2));

const outcome = (model) =>
  model.outputs.map((_, index) => {
    const { logits, classIndex, shares } = model.output(index);
    return `${classIndex ?? "-"} ${logits.join(",")} ${shares ? shares.join(",") : "-"}`;
  }).join(" ");

function* images(model, bytes) {
  const count = model.input.height * model.input.width * model.input.channels;
  for (let start = 0; start + count <= bytes.length; start += count) yield bytes.subarray(start, start + count);
}

switch (task) {
  case "answers":
    for (const [file, data] of pairs) {
      const model = await loadModel(readFileSync(file));
      for (const image of images(model, readFileSync(data))) {
        const { layers } = model.watch(image);
        const watched = outcome(model);
        model.run(image);
        if (outcome(model) !== watched) throw new Error("a run that is watched gives another answer");
        lines.push(`${layers.map((layer) => layer.checksum.toString(16).padStart(8, "0")).join(" ")} ${watched}`);
      }
    }
    break;
  case "misuse": {
    const model = await loadModel(readFileSync(paths[0]));
    const calls = [
      () => model.output(1), () => model.output(-1), () => model.run(), () => model.run(new Uint8Array(3)),
      () => model.watch(null), () => model.fit(), () => model.fit({ data: new Uint8Array(3), width: 1, height: 1 }),
    ];
    for (const call of calls) {
      try {
        call();
        lines.push("an answer");
      } catch (error) {
        lines.push(`${error.name} ${error.kind}`);
      }
    }
    break;
  }
  case "fit":
    for (const [file, pictures] of pairs) {
      const model = await loadModel(readFileSync(file));
      const bytes = readFileSync(pictures);
      for (let place = 0; place < bytes.length;) {
        const [width, height] = [bytes.readUInt32LE(place), bytes.readUInt32LE(place + 4)];
        const data = bytes.subarray(place + 8, place + 8 + 4 * width * height);
        place += 8 + data.length;
        try {
          const { pixels, isInverted, isThickened } = model.fit({ data, width, height });
          lines.push(`${Buffer.from(pixels).toString("hex")} ${isInverted} ${isThickened}`);
        } catch (error) {
          if (!(error instanceof OctetError)) throw error;
          lines.push(error.kind);
        }
      }
    }
    break;
  case "feed": {
    const model = await loadModel(readFileSync(paths[0]));
    const bytes = readFileSync(paths[1]);
    const numbers = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(4 * index));
    lines.push(Array.from(model.bytes(numbers)).join(","));
    break;
  }
  case "load":
    for (const path of paths) {
      try {
        lines.push(`${(await loadModel(readFileSync(path))).layers.length} layers`);
      } catch (error) {
        lines.push(`${error.name}: ${error.message}`);
      }
    }
    break;
  case "imports":
    lines.push(
      JSON.stringify(WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(`${folder}/octet.wasm`)))));
    break;
  case "time": {
    const model = await loadModel(readFileSync(paths[0]));
    const times = [];
    for (const image of images(model, readFileSync(paths[1]))) {
      const start = performance.now();
      model.run(image);
      times.push(performance.now() - start);
    }
    lines.push(times.sort((one, other) => one - other)[times.length >> 1].toFixed(3));
    break;
  }
  default:
    throw new Error(`there is no task ${task}`);
}
process.stdout.write(lines.map((line) => `${line}\n`).join(""));
