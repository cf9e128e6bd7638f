// What a figure does not say: fonts, papers and lines, those of the page.

import { brushOf } from "../kit/screen.js";

const probe = document.createElement("canvas");
const CLEAR = "rgba(0,0,0,0)";

/** Where surfaces are seen from: the front edge is the last row, as in a grid. */
export const CAMERA = { eye: { x: 0.74, y: -1.7, z: 1.06 }, center: { x: 0, y: 0, z: -0.2 }, up: { x: 0, y: 0, z: 1 } };

/**
 * A colour as Plotly reads it: it knows neither variables nor mixtures.
 * @param {string} colour
 */
export function plainColour(colour) {
  const context = brushOf(probe, { willReadFrequently: true });
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, opacity] = context.getImageData(0, 0, 1, 1).data;
  return `rgba(${red},${green},${blue},${opacity / 255})`;
}

/**
 * A template in the colours of `theme`, with text `scale` times as large as usual.
 * @param {import("../kit/theme.js").Theme} theme
 * @param {number} scale
 */
export function templateOf(theme, scale) {
  const [ink, muted, line, paper] = [theme.ink, theme.muted, theme.line, theme.paper].map(plainColour);
  const faint = plainColour(`color-mix(in srgb, ${ink} 12%, ${paper})`);
  const font = { family: theme.font, color: ink, size: 12 * scale };
  const axis = {
    automargin: true, gridcolor: faint, zerolinecolor: line, linecolor: line, tickcolor: line,
    tickfont: { color: muted, size: 11 * scale }, title: { font, standoff: 6 * scale },
  };
  const edge = { ...axis, showbackground: false, color: muted, spikesides: false, spikecolor: muted, spikethickness: 1 };
  const colourBar = {
    orientation: "h", thickness: 8 * scale, lenmode: "pixels", len: 220 * scale, y: 0, yanchor: "bottom", outlinewidth: 0,
    tickfont: { color: muted, size: 11 * scale }, title: { side: "top" },
  };
  return {
    data: { surface: [{ colorbar: colourBar, lighting: { ambient: 0.9, diffuse: 0.25, specular: 0.05, roughness: 0.9 } }] },
    layout: {
      font,
      paper_bgcolor: CLEAR,
      plot_bgcolor: CLEAR,
      margin: { l: 8, r: 8, t: 8, b: 8, pad: 0 },
      xaxis: axis,
      yaxis: axis,
      scene: {
        xaxis: edge, yaxis: edge, zaxis: edge,
        domain: { y: [0.15, 1] }, // above the colour bar
        camera: CAMERA,
      },
      hoverlabel: { bgcolor: paper, bordercolor: line, align: "left", font, namelength: -1 },
      legend: { orientation: "h", x: 0, y: 1, xanchor: "left", yanchor: "bottom", font },
      modebar: { bgcolor: CLEAR, color: muted, activecolor: ink },
      annotationdefaults: { font: { ...font, color: muted } },
    },
  };
}
