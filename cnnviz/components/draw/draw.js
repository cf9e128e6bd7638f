// A picture of one's own: drawn on a pad, or out of a file, and of it what a network sees, for whoever
// on the page looks. All places of a browser share it. Where the server draws the page's view, it is
// sent what the network sees, too.

import { mounting } from "../kit/mounting.js";
import { OwnPicture } from "../kit/picture/own_picture.js";
import { offerPicture } from "../kit/picture/shared_pictures.js";

/**
 * What Python sends.
 * @typedef {object} Data
 * @property {string} dataset whose pictures the network was trained on
 * @property {number[]} shape C, H, W of them
 * @property {string} name under which others find the picture
 * @property {string} known the picture that the server has, in base64
 * @property {boolean} sends whether the server wants to know the picture
 */

class Draw {
  /** @param {ShadowRoot} parent */
  constructor(parent) {
    /** @type {Data | null} */
    this.data = null;
    /** @type {import("../kit/mounting.js").Component | null} */
    this.component = null;
    /** @type {string | null} */
    this.sent = null;
    this.place = /** @type {HTMLElement} */ (parent.querySelector(".place"));
    this.tells = /** @type {HTMLElement} */ (parent.querySelector(".sends"));
    this.keys = /** @type {HTMLElement} */ (parent.querySelector(".keys"));
    this.own = new OwnPicture(() => {
      this.keys.hidden = !this.own.drawn;
      this.offer?.tell();
      this.send();
    }, () => this.send());
    /** @type {ReturnType<typeof offerPicture> | null} */
    this.offer = null;
  }

  destroy() {
    this.offer?.stop();
  }

  /**
   * @param {Data} data
   * @param {import("../kit/mounting.js").Component} component
   */
  update(data, component) {
    // Another picture than before is known, perhaps none any more: what was sent may be lost.
    if (data.known !== this.data?.known) this.sent = null;
    const other = data.dataset !== this.data?.dataset;
    Object.assign(this, { data, component });
    this.tells.hidden = !data.sends;
    if (!this.place.contains(this.own.root)) this.begin(data);
    if (other) this.own.suit(data.dataset);
    this.offer ??= offerPicture(data.name, () => this.picture(this.data ?? data));
    this.offer.tell(); // the network may be another one
    this.send();
  }

  /** @param {Data} data */
  begin(data) {
    this.own.open(data);
    this.keys.hidden = !this.own.drawn;
    this.place.replaceChildren(this.own.root);
  }

  /** @param {Data} data */
  picture({ dataset, shape }) {
    const { own } = this;
    const [, rows, columns] = shape;
    const { levels, how } = own.seen(dataset, shape);
    return { values: levels, rows, columns, painted: !own.empty, how, title: own.drawn ? "Your drawing" : "Your picture" };
  }

  /** Tell the server what the network sees, if it wants to know and does not. */
  send() {
    const { own, data } = this;
    if (!data?.sends || own.pad?.stroke) return;
    const text = btoa(String.fromCharCode(...Array.from(own.seen(data.dataset, data.shape).levels)));
    if (text === data.known || text === this.sent) return;
    this.sent = text;
    this.component?.setTriggerValue("drawn", text);
  }
}

export default mounting(Draw);
