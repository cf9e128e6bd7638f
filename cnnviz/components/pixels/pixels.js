// Brings the picture that the browser filters. It shows nothing.

import { offerSource, withdrawSource } from "../kit/filtering/source.js";
import { mounting } from "../kit/mounting.js";

class Pixels {
  constructor() {
    this.name = "";
    this.url = "";
  }

  /** @param {{ name: string, url: string, colour: boolean }} data what Python sent */
  update({ name, url, colour }) {
    if (this.url === url) return;
    [this.name, this.url] = [name, url];
    offerSource(name, url, colour);
  }

  destroy() {
    withdrawSource(this.name);
  }
}

export default mounting(Pixels);
