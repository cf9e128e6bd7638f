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
const { oneEntryPerPage } = await import("../../cnnviz/components/page_wide/history.js");

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
