// Convolutions in few long loops, and layers with filters of their own for each place.

/** @typedef {import("./layers.js").Layer} Layer */
/** @typedef {import("./layers.js").Windows} Windows */

/** The maps that each map of LeNet-5's C3 reads, as `TableConvolution` in cnnviz/networks/modules.py has them. */
export const TABLE = "012 123 234 345 045 015 0123 1234 2345 0345 0145 0125 0134 1245 0235 012345".split(" ").map((maps) => [...maps].map(Number));

/**
 * The shapes of the weights of a convolution.
 * @param {Layer} layer
 */
export function filters({ inputs: [{ shape }], settings: { out, kernel, groups, bias = 1 } }) {
  /** @type {Record<string, number[]>} */
  const shapes = { weight: [out, shape[0] / groups, kernel, kernel] };
  if (bias) shapes.bias = [out];
  return shapes;
}

/**
 * Filters that have zeros for the maps that they do not read.
 * @param {Layer} layer
 */
export function inTable({ tensors, settings: { kernel } }) {
  const [area, inputs] = [kernel * kernel, 6];
  const dense = new Float32Array(TABLE.length * inputs * area);
  let from = 0;
  TABLE.forEach((maps, out) => maps.forEach((map) => {
    dense.set(tensors.weight.subarray(from, from + area), (out * inputs + map) * area);
    from += area;
  }));
  tensors.weight = dense;
}

/**
 * How a convolution reads its input in few long loops: a weight meets a whole map at once. The
 * input is copied with its padding around it, and for a stride s into s×s smaller maps (every s-th
 * row and column of it, from each start), so that the places that meet a weight always lie side by
 * side. At the end of each row a few places are computed for nothing, which is cheaper than a loop
 * per row.
 * @param {Layer} layer
 * @returns {Windows}
 */
function windowsOf(layer) {
  const { shape: [out, rows, columns], settings: { kernel, stride, dilation, groups } } = layer;
  const { padded, pitch, plane, copy, addBack } = paddedCopy(layer);
  const inputs = layer.inputs[0].shape[0] / groups;
  const offsets = new Int32Array(inputs * kernel * kernel);
  for (let tap = 0; tap < offsets.length; tap += 1) {
    const [channel, down, across] = [Math.floor(tap / kernel / kernel), (Math.floor(tap / kernel) % kernel) * dilation, (tap % kernel) * dilation];
    const part = (channel * stride + (down % stride)) * stride + (across % stride);
    offsets[tap] = part * plane + Math.floor(down / stride) * pitch + Math.floor(across / stride);
  }
  const length = (rows - 1) * pitch + columns;
  const start = (/** @type {number} */ channel) => Math.floor((channel * groups) / out) * inputs * stride * stride * plane;
  return { padded, offsets, pitch, length, start, copy, addBack };
}

/**
 * What computes a convolution.
 * @param {Layer} layer
 */
export function convolution(layer) {
  const { values: output, shape: [out, rows, columns] } = layer;
  const windows = windowsOf(layer);
  layer.windows = windows;
  const { padded, offsets, pitch, length, copy } = windows;
  const taps = offsets.length;
  const sums = new Float64Array(length);
  return () => {
    copy();
    const { weight, bias } = layer.tensors;
    for (let channel = 0; channel < out; channel += 1) {
      const start = windows.start(channel);
      sums.fill(bias ? bias[channel] : 0);
      let [tap, at] = [0, channel * taps];
      for (; tap + 4 <= taps; tap += 4, at += 4) {
        addFour(sums, padded, length,
          start + offsets[tap], start + offsets[tap + 1], start + offsets[tap + 2], start + offsets[tap + 3],
          weight[at], weight[at + 1], weight[at + 2], weight[at + 3]);
      }
      for (; tap < taps; tap += 1, at += 1) addOne(sums, padded, length, start + offsets[tap], weight[at]);
      let to = channel * rows * columns;
      for (let row = 0; row < rows; row += 1) {
        for (let from = row * pitch; from < row * pitch + columns; from += 1, to += 1) output[to] = sums[from];
      }
    }
  };
}

/**
 * Four weights at once: a sum is loaded and stored a fourth as often.
 * @param {Float64Array} sums
 * @param {Float64Array} values
 * @param {number} length
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} weightA
 * @param {number} weightB
 * @param {number} weightC
 * @param {number} weightD
 */
export function addFour(sums, values, length, a, b, c, d, weightA, weightB, weightC, weightD) {
  for (let at = 0; at < length; at += 1) {
    sums[at] += weightA * values[a + at] + weightB * values[b + at] + weightC * values[c + at] + weightD * values[d + at];
  }
}

/**
 * @param {Float64Array} sums
 * @param {Float64Array} values
 * @param {number} length
 * @param {number} start
 * @param {number} weight
 */
export function addOne(sums, values, length, start, weight) {
  for (let at = 0; at < length; at += 1) sums[at] += weight * values[start + at];
}

/**
 * A layer's input with zeros around it, divided by the stride; see `windowsOf`.
 * @param {Layer} layer
 */
function paddedCopy({ inputs: [{ values, shape: [channels, height, width] }], settings: { stride, padding } }) {
  const pitch = Math.ceil((width + 2 * padding) / stride);
  const plane = pitch * Math.ceil((height + 2 * padding) / stride);
  const padded = new Float64Array(channels * stride * stride * plane);
  const places = new Int32Array(values.length); // of the cells
  let cell = 0;
  for (let channel = 0; channel < channels; channel += 1) {
    for (let row = padding; row < height + padding; row += 1) {
      const line = (channel * stride + (row % stride)) * stride * plane + Math.floor(row / stride) * pitch;
      for (let column = padding; column < width + padding; column += 1, cell += 1) {
        places[cell] = line + (column % stride) * plane + Math.floor(column / stride);
      }
    }
  }
  const copy = () => {
    for (let at = 0; at < places.length; at += 1) padded[places[at]] = values[at];
  };
  /** @type {Windows["addBack"]} */
  const addBack = (from, into) => {
    for (let at = 0; at < places.length; at += 1) into[at] += from[places[at]];
  };
  return { padded, pitch, plane, copy, addBack };
}

/**
 * As a convolution, but with filters of its own for each place: H×W×out×in×k×k.
 * @param {Layer} layer
 */
export function locallyConnected(layer) {
  const { values: output, shape: [out, rows, columns], settings: { kernel, stride, padding } } = layer;
  const { values, shape: [channels, height, width] } = layer.inputs[0];
  return () => {
    const { weight, bias } = layer.tensors;
    let filter = 0;
    for (let place = 0; place < rows * columns; place += 1) {
      const [top, left] = [Math.floor(place / columns) * stride - padding, (place % columns) * stride - padding];
      for (let channel = 0; channel < out; channel += 1) {
        let total = bias[place * out + channel];
        for (let input = 0; input < channels; input += 1) {
          for (let row = top; row < top + kernel; row += 1) {
            for (let column = left; column < left + kernel; column += 1, filter += 1) {
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              total += weight[filter] * values[(input * height + row) * width + column];
            }
          }
        }
        output[channel * rows * columns + place] = total;
      }
    }
  };
}
