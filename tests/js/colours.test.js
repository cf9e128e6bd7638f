import assert from "node:assert/strict";
import { test } from "node:test";

import { colourAt, colourTable, gradient, hexToRgb, inkOn, mix, Scale, signedScale } from "../../cnnviz/components/kit/figure/colours.js";
import { GroupScale, paddingOf, scaleOf, unreadOf } from "../../cnnviz/components/linked_grids/marks.js";

/** @type {[number, string][]} */
const STOPS = [[0, "#ff8000"], [0.5, "#ffffff"], [1, "#0000ff"]];

function luminance(rgb) {
  const [red, green, blue] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

test("colours between stops", () => {
  assert.deepEqual(hexToRgb("#0a10ff"), [10, 16, 255]);
  assert.deepEqual(mix([0, 10, 20], [10, 20, 40], 0.5), [5, 15, 30]);
  assert.deepEqual([0, 0.5, 1].map((share) => colourAt(STOPS, share)), [[255, 128, 0], [255, 255, 255], [0, 0, 255]]);
  assert.deepEqual(colourAt(STOPS, 0.75), [127.5, 127.5, 255]);
  assert.equal(gradient(STOPS), "linear-gradient(90deg, #ff8000 0%, #ffffff 50%, #0000ff 100%)");
});

test("a table of colours is the same 256 times, from one place to another", () => {
  const table = colourTable(STOPS, 1, 0);
  for (const code of [0, 1, 100, 255]) {
    assert.deepEqual([...table.subarray(code * 3, code * 3 + 3)], [...Uint8ClampedArray.from(colourAt(STOPS, 1 - code / 255))]);
  }
  assert.deepEqual([...colourTable(STOPS, 0, 3).subarray(-3)], [0, 0, 255]); // full colour beyond the scale
});

test("ink can be read on every grey and on the ends, as WCAG counts", () => {
  const greys = Array.from({ length: 256 }, (_, grey) => [grey, grey, grey]);
  for (const rgb of [...greys, ...STOPS.map(([, hex]) => hexToRgb(hex))]) {
    const [dark, light] = [0, luminance(rgb)].toSorted();
    const ratio = inkOn(rgb) === "#000" ? (light + 0.05) / (dark + 0.05) : 1.05 / (luminance(rgb) + 0.05);
    assert(ratio >= 4.5, `${rgb}: ${ratio}`);
  }
});

test("signed numbers: 0 is neutral, blue is positive, both sides are alike", () => {
  const scale = signedScale([-1, 4], STOPS);
  assert.equal(scale.css(0), "rgb(255 255 255)");
  assert.equal(scale.css(4), "rgb(0 0 255)");
  assert.equal(scale.css(-4), "rgb(255 128 0)");
  assert.deepEqual([scale.low, scale.high, scale.bottom, scale.top], [-1, 4, -4, 4]);
  assert.equal(signedScale([0, 0], STOPS).css(0), "rgb(255 255 255)");
  assert.equal(scale.faded([255, 255, 255]).css(4), "rgb(153 153 255)");
  assert(scale.gradient().startsWith("linear-gradient(90deg, "));
});

test("pixels go from black to white, and are a picture", () => {
  const scale = Scale.pixels("grey");
  assert.deepEqual([0, 255].map((value) => scale.css(value)), ["rgb(0 0 0)", "rgb(255 255 255)"]);
  assert(scale.picture);
  assert(!signedScale([0, 1], STOPS).picture);
});

test("each palette of a panel has its colours, and given limits hold", () => {
  const values = [-2, NaN, 6];
  const signed = scaleOf({ palette: "signed", limits: null, stops: STOPS, values });
  assert.deepEqual([signed.low, signed.high, signed.top], [-2, 6, 6]);
  assert.equal(scaleOf({ palette: "signed", limits: [-10, 10], stops: STOPS, values }).top, 10);
  assert.equal(scaleOf({ palette: "pixels", limits: [0, 1], stops: STOPS, values }).css(1), "rgb(255 255 255)");
  assert.equal(scaleOf({ palette: "counts", limits: null, stops: STOPS, values: [0, 4] }).css(0), "rgb(247 247 247)");
  const groups = new GroupScale();
  assert.equal(groups.css(1), "rgb(68 119 170)");
  assert.equal(groups.css(9), groups.css(1));
  assert.equal(groups.ink(0), "transparent");
});

test("padding is what lies around, and what nothing reads is listed", () => {
  const isPadding = paddingOf({ pads: [[1, 0], [0, 2]], shape: [2, 4] });
  assert.deepEqual([...Array(8).keys()].filter(isPadding), [0, 1, 2, 3, 6, 7]);
  assert.equal(paddingOf({ pads: [[0, 0], [0, 0]], shape: [2, 4] }), null);
  assert.equal(paddingOf({ pads: null, shape: [2, 4] }), null);
  assert.deepEqual([...Array(4).keys()].filter(unreadOf({ unread: [2] })), [2]);
  assert.equal(unreadOf({ unread: [] }), null);
});
