// A pad to draw on, and of the drawing what a network sees, for whoever on the page looks. Where the
// server is told nothing, a picture of one's own can be chosen as well: it stays in the browser.

import { centred, ruleOf } from "../kit/centring.js";
import { mounting } from "../kit/mounting.js";
import { OwnPicture } from "../kit/own_picture.js";
import { Pad } from "../kit/pad.js";
import { offerPicture } from "../kit/pictures.js";

const USUAL_PEN = 24;

class Draw {
  constructor(parent) {
    this.data = null;
    this.component = null;
    this.sent = null;
    this.rule = undefined;
    this.place = parent.querySelector(".pad");
    /** @type {Pad | null} */
    this.pad = null;
    /** @type {OwnPicture | null} */
    this.own = null;
    this.offer = null;
  }

  destroy() {
    this.offer.stop();
  }

  update(data, component) {
    // Another picture than before is known, perhaps none any more: what was sent may be lost.
    if (data.known !== this.data?.known) this.sent = null;
    const other = data.dataset !== this.data?.dataset;
    Object.assign(this, { data, component });
    this.rule = ruleOf(data.dataset);
    if (!this.pad) this.begin();
    if (other) this.pad.setPen(this.rule?.pen ?? USUAL_PEN);
    this.offer ??= offerPicture(data.name, () => this.picture());
    this.offer.tell(); // the network may be another one
    this.send();
  }

  begin() {
    const tell = () => this.offer?.tell();
    if (this.data.sends) {
      this.pad = new Pad(this.place, { onChange: tell, onEnd: () => this.send() });
      return;
    }
    this.own = new OwnPicture(tell);
    this.own.open(this.data);
    this.pad = this.own.pad;
    this.place.classList.remove("pad");
    this.place.replaceChildren(this.own.root);
  }

  picture() {
    const { rule, data: { dataset, shape } } = this;
    const [, rows, columns] = shape;
    if (this.own && !this.own.drawn) {
      const { levels, how } = this.own.seen(dataset, shape);
      return { values: levels, rows, columns, painted: !this.own.empty, how };
    }
    const drawing = this.pad.picture();
    const values = centred(drawing, [rows, columns], rule);
    const how = rule?.words ?? `the whole pad, scaled to ${rows}×${columns} pixels`;
    return { values, rows, columns, painted: drawing.painted, how };
  }

  /** Tell the server what the network sees, if it wants to know and does not. */
  send() {
    if (!this.data.sends || this.pad.stroke) return;
    const text = btoa(String.fromCharCode(...Array.from(this.picture().values)));
    if (text === this.data.known || text === this.sent) return;
    this.sent = text;
    this.component.setTriggerValue("drawn", text);
  }
}

export default mounting(Draw);
