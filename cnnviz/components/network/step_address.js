// The address at which the page that steps through a convolution shows one map and one filter.

const MOST = { side: 32, kernel: 15, stride: 4, padding: 4, dilation: 3 }; // as cnnviz/ui/step/settings.py has them

/**
 * The address, beside this page's; empty where that page cannot show it.
 * @param {import("../kit/network/layers.js").Layer} layer
 * @param {import("../kit/network/cell_sum.js").Part} part
 * @param {import("./chain.js").Cell} cell
 */
export function stepAddress({ kind, settings: { kernel, stride, padding, dilation } }, { source, channel, weights }, { row, column }) {
  const [, rows = 1, columns = 1] = source.shape;
  const fits = Math.max(rows, columns) <= MOST.side && kernel <= MOST.kernel && stride <= MOST.stride && padding <= MOST.padding && dilation <= MOST.dilation;
  if (kind !== "conv" || !weights || !fits) return "";
  const map = source.values.subarray(channel * rows * columns, (channel + 1) * rows * columns);
  const parameters = new URLSearchParams({
    s_source: "numbers", s_image: grid(map, columns), s_kernel: "custom", s_weights: grid(weights, kernel),
    s_stride: String(stride), s_padding: String(padding), s_dilation: String(dilation), s_cell: `${row},${column}`,
  });
  return `step?${parameters}`;
}

/**
 * @param {ArrayLike<number>} values
 * @param {number} columns
 */
function grid(values, columns) {
  const texts = Array.from(values, (value) => String(Number(value.toPrecision(5))));
  return [...Array(texts.length / columns).keys()].map((row) => texts.slice(row * columns, (row + 1) * columns).join(" ")).join("\n");
}
