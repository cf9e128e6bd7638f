// First-layer filters, and what the first stage makes of one picture: tile k is of channel k.

import { columnsOf, element, rove, write } from "../kit/elements.js";
import { significant } from "../kit/numbers.js";
import { ScaleBar } from "../kit/figure/scale_bar.js";
import { letterOf } from "./cards.js";
import { OWN, paintCodes, paintFilter, peak, scaleTable, updateScale } from "./paint.js";

class Tiles {
  /** `chosen(index)` is told of a tile that was clicked. */
  constructor({ title, kind, stops, chosen }) {
    this.kind = kind;
    this.chosen = chosen;
    this.root = element("section", `panel ${kind}`);
    this.title = element("h3", "", title);
    this.hint = element("p", "hint");
    this.grid = element("div", "tiles");
    this.grid.setAttribute("role", "group");
    this.stops = stops;
    this.scale = new ScaleBar(`${title}: colours`);
    this.root.append(this.title, this.hint, this.grid, this.scale.root);
    this.tiles = [];
    this.grid.onkeydown = (event) => rove(event, this.tiles, columnsOf(this.tiles));
  }

  resize(amount) {
    if (this.tiles.length === amount) return;
    this.tiles = Array.from({ length: amount }, (_, index) => {
      const tile = element("button", "tile");
      tile.type = "button";
      tile.dataset.rove = String(index);
      tile.tabIndex = index ? -1 : 0;
      tile.append(element("canvas"));
      tile.onclick = () => this.chosen(index);
      return tile;
    });
    this.grid.replaceChildren(...this.tiles);
  }

  /** Mark the channel that is lit, or none (null). */
  light(index) {
    if (index === this.lit) return;
    this.lit = index;
    this.tiles.forEach((tile, at) => tile.setAttribute("aria-pressed", String(at === index)));
  }
}

/** The largest and smallest value of codes on a scale, in words. */
function rangeWords(codes, { low, high }) {
  let [least, most] = [255, 0];
  for (const code of codes) {
    if (code < least) least = code;
    if (code > most) most = code;
  }
  const value = (code) => significant(low + (code / 255) * (high - low), 2);
  return `from ${value(least)} to ${value(most)}`;
}

export class Filters extends Tiles {
  constructor(palettes, chosen) {
    super({ title: "First-layer filters", kind: "filters", stops: palettes.weights, chosen });
    this.palettes = palettes;
  }

  draw(frame, lit, limit) {
    this.root.hidden = !frame?.has("filters");
    if (this.root.hidden) return;
    const [amount, channels, height, width] = frame.tensors.filters.shape;
    this.resize(amount);
    const colour = channels === 3;
    const size = `${amount} of ${height}\u00d7${width}`;
    write(this.hint, colour
      ? `${size}, as colours of the three channels; mid-grey is 0. Click one to highlight its map.`
      : `${size}. Click one to highlight its map.`);
    const painted = `${frame.serial} ${limit}`;
    if (painted !== this.painted) {
      this.painted = painted;
      this.tiles.forEach((tile, index) => {
        const codes = frame.slice("filters", index);
        paintFilter(tile.firstChild, frame, index, this.palettes, limit === OWN ? peak(codes, frame.filters) : limit ?? 0);
        tile.setAttribute("aria-label", `Filter ${index}, weights ${rangeWords(codes, frame.filters)}`);
        tile.title = tile.getAttribute("aria-label");
      });
      const top = limit > 0 ? limit : frame.filters.high;
      updateScale(this.scale, this.stops, -top, top, limit === OWN);
      this.scale.root.classList.toggle("grey", colour);
    }
    this.light(lit);
  }
}

export class Maps extends Tiles {
  constructor(palettes, chosen) {
    super({ title: "Feature maps", kind: "maps", stops: palettes.activations, chosen });
    this.palettes = palettes;
    this.secret = null; // the picture whose maps would answer what the class votes on
  }

  /** The maps of picture `probe`, called `name`. */
  draw(frame, probe, name, lit, limit) {
    this.root.hidden = !frame?.has("maps");
    if (this.root.hidden) return;
    const [, amount, height, width] = frame.tensors.maps.shape;
    const { layer, low, high, of = amount, reduced = 1 } = frame.maps;
    this.resize(amount);
    const alone = frame.tensors.maps.shape[0] === 1;
    write(this.title, alone ? "Feature maps" : `Feature maps of picture ${letterOf(probe)}${name ? ` (${name})` : ""}`);
    const first = amount < of ? `The first ${amount} of ${of}` : String(amount);
    const smaller = reduced > 1 ? `, averaged over ${reduced}\u00d7${reduced}` : "";
    const secret = probe === this.secret;
    this.grid.classList.toggle("secret", secret);
    const open = secret ? "Voting is open: the maps are shown afterwards." : `${first} after ${layer}, ${height}\u00d7${width}${smaller}.`;
    write(this.hint, `${open}${alone ? "" : " Choose another picture below."}`);
    const painted = `${frame.serial} ${probe} ${limit}`;
    if (painted !== this.painted) {
      this.painted = painted;
      this.tiles.forEach((tile, index) => {
        const codes = frame.slice("maps", probe, index);
        const reach = limit === OWN ? peak(codes, frame.maps) : limit ?? 0;
        paintCodes(tile.firstChild, codes, width, height, scaleTable(this.palettes.activations, low, high, reach));
        tile.setAttribute("aria-label", `Map ${index}, ${rangeWords(codes, frame.maps)}`);
        tile.title = tile.getAttribute("aria-label");
      });
      const top = limit > 0 ? limit : Math.max(high, -low);
      updateScale(this.scale, this.stops, low < 0 ? -top : 0, top, limit === OWN);
    }
    this.light(lit);
  }
}
