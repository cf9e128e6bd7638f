// What components keep on the window, where it outlives the module that put it there.

interface Window {
  /** What components keep in the address: see kit/address.js. */
  cnnvizKept?: Map<string, string | number | null>;
  /** A picture of one's own: see kit/picture/own_picture.js. */
  cnnvizOwnPicture?: import("./kit/picture/own_picture.js").Chosen;
  /** The groups of pictures that are zoomed together: see compare/view.js. */
  cnnvizCompare?: Map<string, any>;
  /** Pictures that are filtered: see kit/filtering/source.js. */
  cnnvizSources?: Map<string, () => Promise<import("./kit/filtering/recipe.js").Planes>>;
  /** The graphics processor, null where it is not quicker: see kit/filtering/linear.js. */
  cnnvizGraphics?: import("./kit/filtering/webgl.js").Graphics | null;
  /** What was scrolled to already: see reveal/reveal.js. */
  cnnvizRevealed?: Set<string>;
  /** Whether page_wide is installed. */
  cnnvizPageWide?: boolean;
  /** What tells a viewer of questions to the class: see page_wide/question_notice.js. */
  cnnvizQuestion?: import("./page_wide/question_notice.js").QuestionNotice;
}
