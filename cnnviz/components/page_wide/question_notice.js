// Whoever watches votes on Train, where the question stands. On any other page a notice says that
// the class is asked something; it comes and goes by the live socket, and no script of a page runs.

import { element } from "../kit/elements.js";
import { liveAddress, Socket } from "../live/socket.js";

export class QuestionNotice {
  /** @param {string} base where the server's addresses begin */
  constructor(base) {
    this.asked = this.seen = "";
    this.root = element("div", "question-notice");
    this.root.setAttribute("role", "status"); // read aloud as it comes
    this.link = element("a", "", "The presenter asks the class a question: vote on Train");
    this.link.href = `${base}/train`;
    this.link.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // in a tab of its own
      event.preventDefault();
      this.component?.setTriggerValue("vote", true);
    };
    this.socket = new Socket(() => liveAddress(base, "/-question"), {
      message: (/** @type {{ question: string }} */ { question }) => {
        this.asked = question;
        this.draw();
      },
      binary: () => {},
      connected: () => {},
    });
    // The question itself is on screen, or was: see live/votes.js.
    window.addEventListener("cnnviz-question", (event) => {
      this.seen = /** @type {CustomEvent<string>} */ (event).detail;
      this.draw();
    });
  }

  /**
   * Stand where the page was drawn last: its style sheet holds there, and its server hears the press.
   * @param {import("../kit/mounting.js").Component} component
   */
  update(component) {
    this.component = component;
    if (this.root.parentNode !== component.parentElement) component.parentElement.append(this.root);
  }

  draw() {
    if (this.asked && this.asked !== this.seen) this.root.replaceChildren(this.link);
    else this.root.replaceChildren();
  }
}
