// What the cells of a panel look like: their colours, and which are padding or read by nothing.

const GROUP_COLOURS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#bb7733", "#999933"];

/** The colour scale of a panel. */
function scaleOf({ palette, limits: given, stops, values }) {
  const [low, high] = given ?? limits(values.filter((value) => !Number.isNaN(value)));
  if (palette === "pixels") return new Scale(low, high, low, high, (share) => mix([0, 0, 0], [255, 255, 255], share));
  if (palette === "counts") {
    return new Scale(0, high || 1, 0, high || 1, (share) => mix([247, 247, 247], [33, 102, 172], share));
  }
  return signedScale([low, high], stops);
}

/** Groups have no order: a hue each, and none for group 0. */
class GroupScale {
  css(value) {
    return value ? GROUP_COLOURS[(value - 1) % GROUP_COLOURS.length] : "rgb(150 150 150 / 15%)";
  }

  ink(value) {
    return value && [4, 5].includes(((value - 1) % GROUP_COLOURS.length) + 1) ? "#111" : value ? "#fff" : "transparent";
  }
}

/** Which cells of a panel are padding; null if none. */
function paddingOf({ pads, shape: [rows, columns] }) {
  if (!pads?.flat().some(Boolean)) return null;
  const [[top, bottom], [left, right]] = pads;
  return (at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return row < top || row >= rows - bottom || column < left || column >= columns - right;
  };
}

/** Which cells of a panel nothing reads; null if none. */
function unreadOf({ unread }) {
  if (!unread?.length) return null;
  const cells = new Set(unread);
  return (at) => cells.has(at);
}
