// The numbers of a figure as tables: what is drawn and what is read are the same.

import { element } from "../kit/elements.js";
import { numberText } from "../kit/numbers.js";

const head = (text, scope) => Object.assign(element("th", "", text), { scope });
const written = (value) => (value === undefined || value === null ? "" : typeof value === "number" ? numberText(value) : String(value));
const rising = (values) => values.every((value, at) => at === 0 || value > values[at - 1]);

/** The axis of a trace: `letter` is x, y or z. */
function axisOf({ layout }, trace, letter) {
  if (trace.type === "surface") return layout.scene?.[`${letter}axis`] ?? {};
  const which = (trace[`${letter}axis`] ?? letter).slice(1);
  return layout[`${letter}axis${which}`] ?? {};
}

const titleOf = (axis) => axis.title?.text ?? "";
const nameOf = (axis, value) => axis.ticktext?.[axis.tickvals.indexOf(value)] ?? written(value);

/** Rows and columns of a surface or heat map: [[corner, …], [row, …], …] as texts. */
export function gridLines(figure, trace) {
  const [across, down] = ["x", "y"].map((letter) => axisOf(figure, trace, letter));
  const numbers = trace.customdata ?? trace.z;
  return [
    [`${titleOf(down)} \\ ${titleOf(across)}`, ...trace.x.map((x) => nameOf(across, x))],
    ...numbers.map((row, at) => [nameOf(down, trace.y[at]), ...row.map(written)]),
  ];
}

/** Traces over the same axis side by side where each has one value a place, else one of them. */
export function columnLines(figure, traces) {
  const across = axisOf(figure, traces[0], "x");
  const heading = (trace) => {
    const title = titleOf(axisOf(figure, trace, "y"));
    return traces.length > 1 ? [trace.name, new Set(traces.map(({ yaxis }) => yaxis)).size > 1 ? title : ""].filter(Boolean).join(", ") : title;
  };
  const first = [titleOf(across), ...traces.map(heading)];
  if (traces.length === 1) {
    const [{ x, y }] = traces;
    return [first, ...x.map((value, at) => [nameOf(across, value), written(y[at])])];
  }
  const columns = traces.map(({ x, y }) => new Map(x.map((value, at) => [value, y[at]])));
  const places = [...new Set(traces.flatMap(({ x }) => x))].sort((a, b) => a - b);
  return [first, ...places.map((place) => [place, ...columns.map((column) => column.get(place))].map(written))];
}

/** Each table of a figure: {caption, lines of texts}. */
export function tablesOf(figure) {
  const grids = figure.data.filter(({ z }) => z);
  const curves = figure.data.filter(({ z }) => !z);
  const together = curves.length && curves.every(({ x }) => x.every(Number.isFinite) && rising(x));
  const groups = together ? [curves] : curves.map((trace) => [trace]);
  return [
    ...grids.map((trace) => ({ caption: trace.name, lines: gridLines(figure, trace) })),
    ...groups.map((traces) => ({ caption: traces.length > 1 ? "" : traces[0].name, lines: columnLines(figure, traces) })),
  ];
}

/** The same with the first line and the first cell of each other line as headings. */
export function marked({ caption, lines }) {
  return {
    caption,
    lines: lines.map((cells, line) => cells.map((text, at) => (line && at ? text : head(text, line ? "row" : "col")))),
  };
}
