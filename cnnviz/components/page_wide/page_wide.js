// What holds on every page, whatever it shows.

import { copyAnywhere } from "./clipboard.js";
import { oneEntryPerPage } from "./history.js";
import { tabEntersPanels } from "./keys.js";
import { plainNames } from "./names.js";
import { QuestionNotice } from "./question_notice.js";

/** @param {import("../kit/mounting.js").Component} component */
export default function (component) {
  const { votes, base } = component.data;
  if (votes) (window.cnnvizQuestion ??= new QuestionNotice(base)).update(component);
  // On the window: the browser may read this module anew on each visit of a page.
  if (window.cnnvizPageWide) return;
  window.cnnvizPageWide = true;
  for (const install of [plainNames, tabEntersPanels, oneEntryPerPage, copyAnywhere]) install();
}
