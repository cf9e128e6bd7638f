import assert from "node:assert/strict";
import { test } from "node:test";

import * as numbers from "../../cnnviz/components/kit/numbers.js";

const CASES = {
  numberText: [
    [[2], "2"], [[-0.5], "−0.5"], [[1 / 3], "0.33333"], [[1e-12], "0"], [[123456], "123460"], [[0.1 + 0.2, 3], "0.3"],
    [[-1e-7], "−1e−7"],
  ],
  weightText: [[[1 / 9], "1/9"], [[-2 / 7], "−2/7"], [[0.25], "0.25"], [[-1], "−1"], [[Math.PI], "3.14"]],
  bracketed: [[["−3"], "(−3)"], [["3"], "3"]],
  cellText: [[[255], "255"], [[123.7], "124"], [[-0.1234], "−0.123"], [[1e6], "1000000"]],
  scaleText: [[[1234.4], "1234"], [[0.12345], "0.1235"], [[-255], "−255"]],
  sizeText: [[[3, 5], "3×5"]],
  significant: [
    [[0.031249], "0.0312"], [[12.44], "12.4"], [[-1.2345e-5], "−1.2e−5"], [[123456], "1.2e+5"], [[0], "0"],
    [[null], "–"], [[undefined], "–"], [[NaN], "–"], [[1234], "1234"],
  ],
  plain: [[[0.05], "0.05"], [[12], "12"], [[2.5], "2.5"], [[100], "100"], [[1e-5], "1.0e−5"]],
  mapText: [[[0], "0"], [[0.1234], "0.123"], [[-123.44], "−123.4"], [[1.234e-4], "1.23e−4"], [[Infinity], "Infinity"]],
  fixed: [[[-0.001, 2], "0.00"], [[-1.26, 1], "−1.3"], [[2, 2], "2.00"]],
  signed: [[[1.5, 1], "+1.5"], [[-1.5, 1], "−1.5"], [[0, 1], "0.0"]],
  digitsFor: [[[75], 1], [[8], 2], [[0], 2], [[0.0512], 4], [[2e-7], 9]],
  tenTo: [[[0], "1"], [[-2], "0.01"], [[-12], "10⁻¹²"], [[5], "10⁵"]],
  tinyText: [[[0], "0"], [[1.5e-8], "1.5·10⁻⁸"], [[-2e7], "−2.0·10⁷"], [[0.1234], "0.123"]],
  movingText: [[[0.0001, 2], "0"], [[1.006, 2], "1.01"], [[0.26, 1], "0.3"], [[1e6, 2], "1.0·10⁶"]],
  tickText: [[[0.5], "0.5"], [[-0.5], "\u22120.5"], [[-1], "\u22121"], [[12000], "12,000"], [[300], "300"], [[0.1 + 0.2], "0.3"]],
  lossTick: [[[2.5], "2.5"], [[1e6], "1e+6"]],
  count: [[[1234567.4], "1,234,567"], [[-1200], "−1,200"]],
  short: [[[1234567], "1.23 M"], [[23456], "23.5 k"], [[999], "999"], [[2.5e9], "2.50 G"], [[NaN], "–"]],
  percent: [[[0.93149], "93.1%"], [[1, 0], "100%"], [[undefined], "–"]],
  duration: [[[8.21], "8.2 s"], [[75.4], "75 s"], [[700], "12 min"], [[NaN], "–"]],
};

for (const [name, cases] of Object.entries(CASES)) {
  test(name, () => {
    for (const [given, wanted] of cases) assert.equal(numbers[name](...given), wanted, `${name}(${given})`);
  });
}

test("every way to write a number is tried, and none writes a hyphen for a minus", () => {
  const functions = Object.keys(numbers).filter((name) => typeof numbers[name] === "function");
  assert.deepEqual(functions.toSorted(), Object.keys(CASES).toSorted());
  for (const cases of Object.values(CASES)) for (const [, wanted] of cases) assert(!String(wanted).includes("-"));
});

test("small evidence keeps its digits: they follow the largest number", () => {
  const written = [75.24, 8.137, 0.0512, -0.0023149, 2e-7, 0].map((value) => numbers.fixed(value, numbers.digitsFor(Math.abs(value))));
  assert.deepEqual(written, ["75.2", "8.14", "0.0512", "−0.00231", "0.000000200", "0.00"]);
});
