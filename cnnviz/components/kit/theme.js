// The colours and the font of the page.

/**
 * @typedef {object} Theme as CSS writes colours and fonts
 * @property {string} paper
 * @property {string} ink
 * @property {string} line of borders and axes
 * @property {string} muted of what is said beside
 * @property {string} accent
 * @property {string} window of the cells that are read
 * @property {string} padding
 * @property {string} font
 */

/**
 * What a canvas is drawn with; read anew when the theme may have changed.
 * @param {Element} root
 * @returns {Theme}
 */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  return {
    paper: colour("--st-background-color") || "#fff",
    ink: colour("--st-text-color") || "#111",
    line: colour("--line"),
    muted: colour("--muted"),
    accent: colour("--st-primary-color"),
    window: colour("--window"),
    padding: colour("--padding"),
    font: style.fontFamily,
  };
}
