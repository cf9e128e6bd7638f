// What components keep in the page's address, also when the server writes the whole of it.

import assert from "node:assert/strict";
import { test } from "node:test";

const page = { location: { href: "http://app/train?t_run=a" }, addEventListener() {} };
globalThis.document = { addEventListener() {} };
const written = (_state, _unused, url) => { page.location = new URL(url, page.location.href); };
page.history = { state: null, replaceState: written, pushState: written };
globalThis.history = page.history;
page.location = new URL(page.location.href);
globalThis.window = page;
const { keepInAddress } = await import("../../cnnviz/components/kit/address.js");
const { StepLink } = await import("../../cnnviz/components/live/view.js");
const { oneEntryPerPage } = await import("../../cnnviz/components/page_wide/history.js");
const { Sliding } = await import("../../cnnviz/components/sliding/sliding.js");
const { Stepper } = await import("../../cnnviz/components/stepper/stepper.js");

test("a value is written, stays when the server writes what it knows, and is forgotten", () => {
  oneEntryPerPage();
  keepInAddress("t_step", 7);
  assert.equal(page.location.search, "?t_run=a&t_step=7");
  page.history.pushState(null, "", "/train?t_run=b");
  assert.equal(page.location.search, "?t_run=b&t_step=7");
  keepInAddress("t_step", null);
  assert.equal(page.location.search, "?t_run=b");
  page.history.pushState(null, "", "/train?t_run=c&t_step=7");
  assert.equal(page.location.search, "?t_run=c");
});

test("another page keeps nothing of it", () => {
  keepInAddress("t_step", 8);
  page.history.pushState(null, "", "/inside");
  assert.equal(page.location.href, "http://app/inside");
});

test("a figure's cell and place are kept while it rests, and not while it plays", () => {
  const stepper = { data: { urlParameter: "s_cell" }, model: { outputAt: (step) => [step, 5] }, step: 3 };
  const sliding = { data: { urlParameter: "si_place" }, at: { t: 0, place: 1, f: "box", g: "ramp" }, shownT: 2.5 };
  for (const [playing, cell, place] of [[false, "3,5", "2.5,1,box,ramp"], [true, null, null]]) {
    Stepper.prototype.saveCell.call({ ...stepper, playing });
    Sliding.prototype.saveAddress.call({ ...sliding, playing });
    assert.equal(page.location.searchParams.get("s_cell"), cell);
    assert.equal(page.location.searchParams.get("si_place"), place);
  }
});

test("the step of a run is kept, with the run where the page follows whatever is shown", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const link = new StepLink("t_at");
  for (const [run, text] of [[undefined, "480"], ["its-id", "480@its-id"]]) {
    link.write(480, run);
    context.mock.timers.tick(1000);
    assert.equal(page.location.searchParams.get("t_at"), text);
    assert.equal(link.read(), 480);
  }
});
