"""What the views of One filter on Look inside cost, in seconds of a processor, on one thread.

The peer of switching filters off is the plain way: the whole network anew for each filter, with its
map set to 0 by a hook. The page does as many pictures or filters as the `affordable` functions say.

    python benchmarks/one_filter.py
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cnnviz.inspection.ablation import Ablation, affordable_pictures  # noqa: E402
from cnnviz.inspection.activation_maximisation import affordable_filters, climb, noise  # noqa: E402
from cnnviz.inspection.patches import peaks  # noqa: E402
from cnnviz.networks import build, network_spec  # noqa: E402

SHAPE = (1, 28, 28)
PICTURES = 2000


@contextmanager
def timed(what: str):
    began = time.process_time()
    yield
    print(f"{what}: {time.process_time() - began:.2f} s of a processor", flush=True)


def plainly(model: torch.nn.Module, layer: str, inputs: torch.Tensor) -> None:
    module = model.get_submodule(layer)
    for channel in range(module.out_channels):

        def off(_module, _inputs, output, channel=channel):
            output[:, channel] = 0

        hook = module.register_forward_hook(off)
        with torch.no_grad():
            model(inputs)
        hook.remove()


def main() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    inputs = torch.randn(PICTURES, *SHAPE)
    for network in ("gap", "vgg"):
        spec = network_spec(network, SHAPE, 10)
        model = build(spec, SHAPE).eval()
        layers = [n for n, m in model.named_modules() if isinstance(m, torch.nn.Conv2d)]
        with timed(f"{network}, nine best of all filters, {PICTURES} pictures"):
            for layer in layers:
                peaks(model, layer, inputs)
        for layer in (layers[0], layers[-1]):
            filters = model.get_submodule(layer).out_channels
            some = inputs[: affordable_pictures(spec, SHAPE, layer)]
            with timed(f"{network}, {filters} filters of {layer} off, {len(some)} pictures"):
                ablation = Ablation(model, layer, some, "zero")
                for channel in range(filters):
                    ablation.predicted(channel)
            with timed(f"{network}, the same by the peer"):
                plainly(model, layer, some)
        layer = layers[-1]
        count = min(affordable_filters(spec, SHAPE, layer), model.get_submodule(layer).out_channels)
        with timed(f"{network}, {count} filters of {layer} uphill"):
            for _ in climb(
                model,
                layer,
                [*range(count)],
                noise(SHAPE),
                ((0.5,), (0.3,)),
                jitter=True,
                smooth=True,
            ):
                pass


if __name__ == "__main__":
    main()
