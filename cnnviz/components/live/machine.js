// The time machine on frames that are given: nothing to wait for, nobody to ask.

import { bytesOf } from "../kit/arrays.js";
import { fixed } from "../kit/numbers.js";
import { FrameStore } from "./frames.js";
import { Sight } from "./sight.js";
import { Numbers, probabilityTable, scoreTable } from "./tables.js";
import { taskOf } from "./task.js";
import { Transport } from "./transport.js";
import { StepLink, View } from "./view.js";

export class MachineView extends View {
  constructor(root, data) {
    super(root);
    this.link = new StepLink(data.stepParameter);
    this.sight = new Sight(data.palettes, this.wake);
    this.transport = new Transport(() => {
      this.link.write(this.transport.step);
      this.wake();
    });
    this.transport.wanted = this.link.read();
    this.numbers = new Numbers();
    this.numbers.root.ontoggle = this.wake;
    root.append(this.sight.root, this.numbers.root, this.transport.root);
  }

  take(data) {
    if (data.id === this.data?.id) return;
    this.data = data;
    this.store = new FrameStore();
    this.store.take(bytesOf(data.frames).buffer);
    const { shape, labels, targetsShape } = data;
    this.pictures = { shape, labels, targetsShape, images: bytesOf(data.images), targets: data.targets && bytesOf(data.targets) };
    this.sight.filters.painted = this.sight.maps.painted = this.sight.probes.painted = null;
  }

  draw(now) {
    const { transport, store, data } = this;
    transport.update(store.steps);
    if (transport.advance(now)) this.wake();
    const frame = transport.shown === null ? null : store.get(transport.shown);
    this.sight.draw(frame, { pictures: this.pictures, classes: data.classes, limits: store.limits, task: taskOf(data) });
    transport.draw({ active: false, loading: false, place: Number.isFinite(frame?.seconds) ? `${fixed(frame.seconds, 1)} s` : "" });
    this.numbers.draw(`${data.id} ${frame?.step}`, () => (frame ? [data.task ? scoreTable(frame, data.task) : probabilityTable(frame, data.labels, data.classes)] : []));
    this.root.dataset.step = frame?.step ?? "";
  }

  destroy() {
    super.destroy();
    this.link.close();
  }
}
