// What becomes of the object: the same arithmetic as cnnviz.convolution.equivariance, on small grids.

export class Scene {
  /** @param {any} data of Python's `drag.payload` */
  constructor(data) {
    /** @type {number} of the canvas */
    this.side = data.side;
    /** @type {number} */
    this.background = data.background;
    /** @type {number[][]} */
    this.object = data.object;
    /** @type {number[]} row and column of its corner */
    this.home = data.home;
    /** @type {string} */
    this.edges = data.edges;
    /** @type {number[][]} */
    this.kernel = data.kernel;
    /** @type {number} */
    this.stride = data.stride;
    /** @type {string} */
    this.pooling = data.pooling;
    this.step = this.stride * (this.pooling === "none" ? 1 : 2);
  }

  /** The canvas with the object moved: {rows, columns, values}. */
  picture([down, right]) {
    const { side } = this;
    const values = new Float64Array(side * side).fill(this.background);
    this.object.forEach((line, row) => line.forEach((value, column) => {
      let [y, x] = [this.home[0] + down + row, this.home[1] + right + column];
      if (this.edges === "circular") [y, x] = [modulo(y, side), modulo(x, side)];
      if (y >= 0 && x >= 0 && y < side && x < side) values[y * side + x] = value;
    }));
    return { rows: side, columns: side, values };
  }

  output(picture) {
    const { kernel, stride, side, edges } = this;
    const [high, wide] = [kernel.length, kernel[0].length];
    const padded = edges !== "valid";
    const [top, left] = padded ? [(high - 1) >> 1, (wide - 1) >> 1] : [0, 0];
    const count = (k) => Math.floor((side + (padded ? k - 1 : 0) - k) / stride) + 1;
    const [rows, columns] = [count(high), count(wide)];
    const values = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        let sum = 0;
        for (let i = 0; i < high; i += 1) {
          for (let j = 0; j < wide; j += 1) {
            let [y, x] = [row * stride + i - top, column * stride + j - left];
            if (edges === "circular") [y, x] = [modulo(y, side), modulo(x, side)];
            if (y >= 0 && x >= 0 && y < side && x < side) sum += kernel[i][j] * picture.values[y * side + x];
          }
        }
        values[row * columns + column] = sum;
      }
    }
    return this.pool({ rows, columns, values });
  }

  pool(map) {
    if (this.pooling === "none") return map;
    const [rows, columns] = [map.rows >> 1, map.columns >> 1];
    const values = new Float64Array(rows * columns);
    for (let at = 0; at < values.length; at += 1) {
      const corner = 2 * Math.floor(at / columns) * map.columns + 2 * (at % columns);
      const four = [0, 1, map.columns, map.columns + 1].map((step) => map.values[corner + step]);
      values[at] = this.pooling === "max" ? Math.max(...four) : four.reduce((sum, value) => sum + value, 0) / 4;
    }
    return { rows, columns, values };
  }

  /** An output moved by whole cells; NaN where nothing is known. */
  moved({ rows, columns, values }, shift) {
    const [down, right] = this.cells(shift);
    const found = new Float64Array(values.length).fill(NaN);
    values.forEach((value, at) => {
      let [y, x] = [Math.floor(at / columns) + down, (at % columns) + right];
      if (this.edges === "circular") [y, x] = [modulo(y, rows), modulo(x, columns)];
      if (y >= 0 && x >= 0 && y < rows && x < columns) found[y * columns + x] = value;
    });
    return { rows, columns, values: found };
  }

  /** How many whole output cells a shift is. */
  cells(shift) {
    return shift.map((amount) => Math.trunc(amount / this.step) + 0);
  }
}

function modulo(value, size) {
  return ((value % size) + size) % size;
}

/** Largest absolute difference of two maps, where both are known. */
export function largestGap(one, other) {
  return one.values.reduce((most, value, at) => {
    const gap = Math.abs(value - other.values[at]);
    return gap > most ? gap : most;
  }, 0);
}
