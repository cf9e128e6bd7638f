import { MachineView } from "./machine.js";
import { RaceView } from "./race.js";
import { NETWORK_TITLES } from "./source.js";
import { LiveView } from "./view.js";

const VIEWS = new WeakMap(); // by parentElement
const KINDS = { live: LiveView, race: RaceView, machine: MachineView };

export default function mount(component) {
  const { parentElement, data } = component;
  Object.assign(NETWORK_TITLES, data.networks);
  let view = VIEWS.get(parentElement);
  if (!view) {
    const [root, template] = [".live", "template.network"].map((selector) => parentElement.querySelector(selector));
    view = new KINDS[data.kind](root, data, template);
    VIEWS.set(parentElement, view);
  }
  view.update(component);
  return () => {
    view.destroy();
    VIEWS.delete(parentElement);
  };
}
