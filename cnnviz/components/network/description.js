// What is said of the map and of what is looked at in it: a sentence, and tables.

import { count, numberText } from "../kit/numbers.js";
import { cellContribution, layerSum } from "./backwards.js";
import { cellText, layerText, mapText, shapeText, titleOf } from "./words.js";

/**
 * The sentence below the map: on what is pointed at, else on the whole.
 * @param {import("./map.js").NetworkMap} map
 * @returns {string}
 */
export function wordsOf(map) {
  const { spot, state, opened, inks, painter, facts } = map;
  const weight = state.hover ? "" : opened.weightWords();
  if (weight) return weight;
  if (map.contributions) return contributionWords(map);
  if (!spot) {
    const scale = state.grey ? "from black for its lowest value to white for its highest" : "centred on 0";
    return `${map.pictured}: the network predicts ${map.answer}. Each layer’s maps share one colour scale, ${scale}.`;
  }
  const { layer, map: number, row } = spot;
  if (number === null || number === undefined) return layerText(facts.get(layer.name));
  const [, high = 1, wide = 1] = layer.shape;
  const dead = inks.rangeOf(layer).dead.has(number) ? " It is 0 everywhere for this picture." : "";
  if (row === undefined && high * wide > 1) return `${mapText(layer, number)}.${dead} ${painter.words}`;
  const value = layer.values[(number * high + (row ?? 0)) * wide + (spot.column ?? 0)];
  const shown = layer === map.network.input ? pixelWords(value, number, map.data.network) : numberText(value);
  return `${cellText(layer, { row: 0, column: 0, ...spot })}: ${shown}.${dead} ${painter.words}`;
}

/** The same, while the map shows what spoke for a class. */
function contributionWords(map) {
  const { spot, network, inks, state: { asked } } = map;
  const name = map.data.network.classes[asked];
  if (!spot) {
    return `What each cell contributed to the logit of ${name}, its value times its gradient: blue spoke for ${name}, orange against it. ${layerSum(network, network.output, network.output, { output: asked, name })}`;
  }
  const { layer, map: number, row } = spot;
  const shown = inks.shownOf(layer);
  const [, high = 1, wide = 1] = layer.shape;
  const sum = layerSum(network, layer, shown, { output: asked, name });
  if (number === null || number === undefined || (row === undefined && high * wide > 1)) return `${layer.name}. ${sum}`;
  return `${cellText(layer, { row: 0, column: 0, ...spot })}. ${cellContribution(network, layer, shown, spot, name)} ${sum}`;
}

function pixelWords(value, channel, { mean, std }) {
  return `${numberText(value)} (pixel ${Math.round(255 * (value * std[channel] + mean[channel]))} of 255, normalised)`;
}

/**
 * The numbers as tables: of the map or the features that are looked at, and of all layers.
 * @param {import("./map.js").NetworkMap} map
 */
export function tablesOf(map) {
  const lines = map.data.network.layers.map(({ name, kind, shape, parameters, macs, field }) => [
    name, titleOf(kind), shapeText(shape), count(parameters), count(macs), field.join("×"),
  ]);
  const found = [{ caption: "Layers", heads: ["Name", "Kind", "Output", "Parameters", "Multiply-adds", "Receptive field"], lines }];
  const { layer, map: number } = map.state.chosen ?? map.state.cursor ?? {};
  if (!layer || number === null || number === undefined) return found;
  const [maps, rows = 1, columns = 1] = layer.shape;
  const flat = rows * columns === 1;
  const values = flat ? [...layer.values] : [...layer.values.subarray(number * rows * columns, (number + 1) * rows * columns)];
  const texts = values.map((value) => numberText(value));
  const wide = flat ? Math.min(maps, 16) : columns;
  const body = [...Array(Math.ceil(texts.length / wide)).keys()].map((row) => texts.slice(row * wide, (row + 1) * wide));
  return [{ caption: flat ? `${layer.name}, all features` : mapText(layer, number), lines: body }, ...found];
}
