// What holds on every page, whatever it shows.

import { copyAnywhere } from "./clipboard.js";
import { oneEntryPerPage } from "./history.js";
import { tabEntersPanels } from "./keys.js";
import { plainNames } from "./names.js";

export default function () {
  // On the window: the browser may read this module anew on each visit of a page.
  if (window.cnnvizPageWide) return;
  window.cnnvizPageWide = true;
  for (const install of [plainNames, tabEntersPanels, oneEntryPerPage, copyAnywhere]) install();
}
