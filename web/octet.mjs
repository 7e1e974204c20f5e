// Runs .octet models in browsers and in Node, with the runtime that chips have, as WebAssembly.
//
//   import { loadModel } from "./octet.mjs";
//   const model = await loadModel(await (await fetch("cnn-two-pool.octet")).arrayBuffer());
//   const answer = model.classify(context.getImageData(0, 0, canvas.width, canvas.height));
//   console.log(answer.label, answer.probabilities);
//
// octet.wasm.gz is looked for beside this file, unless its bytes, or those of octet.wasm, or what WebAssembly.compile
// made of them, are given. Nothing else is asked for. All numbers are integers computed by the same code as everywhere;
// only probabilities and real values are made into fractions here.

/** Why a model or a picture was refused. `kind` is "model", "noInk", "size" or "form". */
export class OctetError extends Error {
  constructor(kind, message) {
    super(message);
    this.name = "OctetError";
    this.kind = kind;
  }
}

const meanings = ["classes", "labels", "numbers"];
const heads = ["linear", "softmax", "sigmoid"];
const fits = ["auto", "exact", "digit", "stretch", "crop", "pad"];
const inversions = ["auto", "no", "yes"];
const largestSide = 4096;

const decode = (memory, place, count) => new TextDecoder().decode(new Uint8Array(memory.buffer, place, count));

/**
 * Loads a model.
 *
 * @param {ArrayBuffer | Uint8Array} file an .octet file
 * @param {ArrayBuffer | Uint8Array | WebAssembly.Module} [runtime] octet.wasm, compressed with gzip or not
 * @returns {Promise<OctetModel>}
 */
export async function loadModel(file, runtime) {
  let module = runtime ?? (await readBeside("octet.wasm.gz"));
  if (!(module instanceof WebAssembly.Module)) module = await WebAssembly.compile(await unpacked(module));
  const instance = await WebAssembly.instantiate(module, {});
  return new OctetModel(instance.exports, file instanceof Uint8Array ? file : new Uint8Array(file));
}

/** What gzip has packed; other bytes as they are: a server may have said of the file that it is compressed. */
async function unpacked(bytes) {
  const [first, second] = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  if (first !== 0x1f || second !== 0x8b) return bytes;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function readBeside(name) {
  const address = new URL(name, import.meta.url);
  if (address.protocol === "file:" && typeof process === "object") {
    return (await import("node:fs/promises")).readFile(address);
  }
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} cannot be read: ${answer.status} ${answer.statusText}`);
  return answer.arrayBuffer();
}

/** A model with the memory that it runs in. */
export class OctetModel {
  #call;

  /** @hideconstructor see loadModel */
  constructor(call, file) {
    this.#call = call;
    const place = call.octet_allocate(file.length) >>> 0;
    if (place === 0) throw new OctetError("model", `the model needs more memory than there is: ${file.length} bytes`);
    new Uint8Array(call.memory.buffer, place, file.length).set(file);
    if (!call.octet_load(place, file.length)) {
      const rule = decode(call.memory, call.octet_failure(0) >>> 0, call.octet_failure(1) >>> 0);
      const [offset, value] = [call.octet_failure(2) >>> 0, call.octet_failure(3) >>> 0];
      throw new OctetError("model", `${rule} (at byte ${offset}, found ${value})`);
    }
    const tensor = (index) => this.#tensor(index);
    const layerCount = call.octet_model(1);
    /** Bytes of the file, and of the arena: all the memory that a run takes on a chip. */
    this.fileBytes = file.length;
    this.arenaBytes = call.octet_model(0);
    /** The input: height, width, channels; a byte each. */
    this.input = tensor(0);
    /** "pictures" or "features". */
    this.inputKind = call.octet_model(3) ? "pictures" : "features";
    /** Whether `fit` and `classify` take pictures of any size. */
    this.takesPictures = call.octet_model(4) === 1;
    /** What is done to the size of pictures, and whether dark and light change places. */
    this.pictureForm = {
      fit: fits[call.octet_model(5)], invert: inversions[call.octet_model(6)], bgr: call.octet_model(7) === 1,
    };
    /** The layers in their order: kind, the tensors that they read, and their output. */
    this.layers = Array.from({ length: layerCount }, (_, index) => ({
      kind: decode(call.memory, call.octet_layer(index, 0) >>> 0, call.octet_layer(index, 1)),
      inputs: [call.octet_layer(index, 2), call.octet_layer(index, 3)].filter((tensor) => tensor >= 0),
      pool: [call.octet_layer(index, 6), call.octet_layer(index, 7)],
      accumulators: { offset: call.octet_layer(index, 4) >>> 0, bytes: call.octet_layer(index, 5) >>> 0 },
      output: tensor(index + 1),
    }));
    /** What comes out; most models have one output. */
    this.outputs = Array.from({ length: call.octet_model(2) }, (_, index) => {
      const source = tensor(call.octet_output(index, 0));
      const classes = call.octet_output(index, 3);
      const names = call.octet_output(index, 4) === 1;
      const count = Math.max(classes, source.channels);
      return {
        tensor: call.octet_output(index, 0), meaning: meanings[call.octet_output(index, 1)],
        head: heads[call.octet_output(index, 2)], scale: source.scale, classes,
        labels: Array.from({ length: names || classes > 0 ? count : 0 }, (_, value) =>
          names
            ? decode(call.memory, call.octet_name(index, value, 0) >>> 0, call.octet_name(index, value, 1))
            : String(value)),
      };
    });
    /** The names of the first output's classes. */
    this.labels = this.outputs[0].labels;
  }

  #tensor(index) {
    const field = (number) => this.#call.octet_tensor(index, number);
    const bits = new DataView(new ArrayBuffer(4));
    bits.setInt32(0, field(5));
    return {
      height: field(0), width: field(1), channels: field(2), elementBytes: field(3), zeroPoint: field(4),
      scale: bits.getFloat32(0),
      ring: { offset: field(6) >>> 0, rows: field(7), rowBytes: field(8), borderAbove: field(9) },
    };
  }

  get #inputBytes() {
    return this.input.height * this.input.width * this.input.channels;
  }

  #inputSpan() {
    return new Uint8Array(this.#call.memory.buffer, this.#call.octet_input() >>> 0, this.#inputBytes);
  }

  /**
   * Brings a picture to the model's input, as `octet classify` does: finds a digit, scales, inverts, as the model says.
   *
   * @param {{data: Uint8ClampedArray | Uint8Array, width: number, height: number}} picture as getImageData gives it:
   *   red, green, blue and alpha of each pixel. Behind what is transparent is white.
   * @returns {{pixels: Uint8Array, isInverted: boolean, isThickened: boolean, ink: object | null}} the input's bytes;
   *   where the ink was found, in the picture's pixels
   */
  fit(picture) {
    const call = this.#call;
    const { data, width, height } = picture ?? {};
    if (!data) throw new OctetError("form", "a picture has data, width and height, as getImageData gives them");
    if (!(width >= 1 && width <= largestSide && height >= 1 && height <= largestSide)) {
      throw new OctetError("size", `the picture is ${width} x ${height} pixels, and the limit is ${largestSide}`);
    }
    if (data.length !== 4 * width * height) {
      throw new OctetError("size", `${width} x ${height} pixels have ${4 * width * height} bytes, not ${data.length}`);
    }
    const place = call.octet_allocate(data.length) >>> 0;
    if (place === 0) throw new OctetError("size", "the picture needs more memory than there is");
    new Uint8Array(call.memory.buffer, place, data.length).set(data);
    const status = call.octet_fit(place, width, height);
    call.octet_free(place);
    const { height: rows, width: columns } = this.input;
    if (status === 1) throw new OctetError("noInk", "no ink found: the picture is blank, or shows no digit clearly");
    if (status === 2) throw new OctetError("size", `the model takes pictures of ${columns} x ${rows} pixels alone`);
    if (status !== 0) throw new OctetError("form", "pictures cannot become this model's input: give its values");
    const [left, top, boxWidth, boxHeight] = [2, 3, 4, 5].map((field) => call.octet_fitted(field));
    return {
      pixels: this.#inputSpan().slice(),
      isInverted: call.octet_fitted(0) === 1,
      isThickened: call.octet_fitted(1) === 1,
      ink: boxWidth < 0 ? null : { left, top, width: boxWidth, height: boxHeight },
    };
  }

  /**
   * The bytes that numbers are fed as: each is the integer of the input nearest to it, plus 128.
   *
   * @param {ArrayLike<number>} numbers one for each value of the input
   */
  bytes(numbers) {
    return Uint8Array.from(numbers, (number) => this.#call.octet_feed(number));
  }

  /**
   * Runs the network.
   *
   * @param {ArrayLike<number>} bytes the input, from `fit` or `bytes`: height x width x channels
   * @returns the first output as `output(0)` gives it
   */
  run(bytes) {
    this.#feed(bytes);
    this.#call.octet_run();
    return this.output(0);
  }

  #feed(bytes) {
    if (bytes?.length !== this.#inputBytes) {
      const { height, width, channels } = this.input;
      const found = bytes?.length ?? `${bytes}`;
      throw new OctetError("size", `the input is ${height} x ${width} x ${channels} bytes, not ${found}`);
    }
    this.#inputSpan().set(bytes);
  }

  /** Fits a picture and runs the network on it. */
  classify(picture) {
    return this.run(this.fit(picture).pixels);
  }

  /**
   * An output after a run: integers less their zero point (`logits`), the class and its label where it is one of
   * classes, and shares in 1/65536 with the same as fractions where it has probabilities.
   */
  output(index = 0) {
    const call = this.#call;
    if (!this.outputs[index]) {
      const count = this.outputs.length;
      throw new OctetError("form", `there is no output ${index}: the model has ${count}, counted from 0`);
    }
    const { labels, scale, head, meaning } = this.outputs[index];
    const words = (count) => new Int32Array(call.memory.buffer, call.octet_values() >>> 0, count).slice();
    const logits = words(call.octet_logits(index));
    const classIndex = meaning === "classes" ? call.octet_class(index) : null;
    const shares = head === "linear" ? null : words(call.octet_shares(index));
    return {
      logits, values: Array.from(logits, (logit) => logit * scale), classIndex,
      label: classIndex === null ? null : labels[classIndex], shares,
      probabilities: shares && Array.from(shares, (share) => share / 65536),
    };
  }

  /**
   * Runs the network and keeps what every layer made.
   *
   * @returns {{output: object, layers: object[], steps: object[]}} for each layer its values, row by row and channels
   *   last, and their CRC-32, which is the same on every machine; and what happened in order: `tensor` has got its next
   *   row (0 is the input, a layer writes the tensor after its number), or a row was added to the sums of it (`isFold`)
   */
  watch(bytes) {
    const call = this.#call;
    this.#feed(bytes);
    call.octet_watch();
    const layers = this.layers.map(({ output }, index) => {
      const Values = output.elementBytes === 2 ? Int16Array : Int8Array;
      const count = output.height * output.width * output.channels;
      return {
        // Of bytes that are copied first: they need not be at a multiple of 2.
        values: new Values(
          new Uint8Array(
            call.memory.buffer, call.octet_layer_values(index) >>> 0, count * Values.BYTES_PER_ELEMENT).slice().buffer),
        checksum: call.octet_layer_checksum(index) >>> 0,
      };
    });
    const steps = Array.from(
      new Uint16Array(call.memory.buffer, call.octet_steps() >>> 0, call.octet_step_count()),
      (step) => ({ tensor: step & 0x7fff, isFold: step >= 0x8000 }));
    return { output: this.output(0), layers, steps };
  }
}
