"""Tasks beyond a class on this machine: seconds to an aim, the app's loop beside a plain one.

    python benchmarks/tasks.py [--threads 1] [--only NAME]

- U-Net on the scenes, with its skips and without: to a foreground IoU of .90 and .73 on 200 test
  scenes;
- U-Net on noisy digits: from 12.8 to 16 dB on 1,000 test pictures.

"Ours" is what the page Train runs as a quick look, watched, with its events, frames, evaluations
and checkpoints. The plain loop has the same network, pictures, batch size, optimiser and rates, and
tests every twenty steps; nothing else. Seconds to an aim are the processor's, in the steps alone:
with one thread, what a core would take that does nothing else, also on a busy machine, where they
are somewhat more because caches are shared. It takes about a minute on a quiet machine.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

AIMS = {
    "U-Net, noisy digits": ("noisy", "unet", "psnr", 16.0),
    "U-Net without skips, scenes": ("scenes", "encoderdecoder", "foreground", 0.73),
    "U-Net, scenes": ("scenes", "unet", "foreground", 0.90),
}
EVERY = 20  # steps between two tests of the plain loop


def ours(dataset, network):
    """Seconds and measures of each test, and the time in all, of a run as the page starts it."""
    import torch

    from cnnviz.runs import create_run
    from cnnviz.training.config import make_config, recipe_for
    from cnnviz.training.learner import Learner
    from cnnviz.training.loop import Trainer

    recipe = recipe_for("quick", network, len(dataset.train_images), task=dataset.task)
    run = create_run(make_config(dataset, network, recipe))
    step, after = Learner.step, [0.0]

    def timed(*arguments, **options):
        start = time.process_time()
        found = step(*arguments, **options)
        after.append(after[-1] + time.process_time() - start)
        return found

    began = time.process_time()
    with run.writing() as writer, patch.object(Learner, "step", timed):
        Trainer(run, writer, torch.device("cpu")).train()
    tests = [(after[point.step], point.measures) for point in run.state().evaluations]
    return tests, after[-1], time.process_time() - began


def plain(dataset, network):
    """The same for a loop of a few lines."""
    import torch

    from cnnviz.networks import build, network_spec
    from cnnviz.training.config import recipe_for
    from cnnviz.training.tasks import TASKS

    task = TASKS[dataset.task]
    recipe = recipe_for("quick", network, len(dataset.train_images), task=dataset.task)
    train, test = task.targets(dataset)
    pictures, tested = (
        (torch.from_numpy(one).float() / 255 - dataset.mean[0]) / dataset.std[0]
        for one in (dataset.train_images, dataset.test_images)
    )
    loss_of, wanted = task.loss_named("").mean, task.wanted(test)
    torch.manual_seed(0)
    model = build(network_spec(network, dataset.shape, len(dataset.classes)), dataset.shape)
    steps = round(recipe.epochs * (len(train) // recipe.batch_size))
    optimiser = torch.optim.AdamW(model.parameters(), weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=steps, cycle_momentum=False
    )
    tests, seconds, began = [], 0.0, time.process_time()
    for step in range(1, steps + 1):
        start = time.process_time()
        chosen = torch.randint(len(train), (recipe.batch_size,))
        optimiser.zero_grad()
        loss_of(model.train()(pictures[chosen]), task.wanted(train[chosen])).backward()
        optimiser.step()
        schedule.step()
        seconds += time.process_time() - start
        if step % EVERY == 0:
            with torch.inference_mode():
                outputs = model.eval()(tested)
                score = task.tested(0.0, task.test_tally(outputs, wanted), len(wanted))
            tests.append((seconds, score.measures))
    return tests, seconds, time.process_time() - began


def main() -> None:
    """Print a line for each aim and loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", choices=list(AIMS))
    arguments = parser.parse_args()
    os.environ["CNNVIZ_RUNS"] = tempfile.mkdtemp()
    import torch

    from cnnviz.datasets import load_dataset

    torch.set_num_threads(arguments.threads)
    print(f"{arguments.threads} threads, load {os.getloadavg()[0]:.1f}, torch {torch.__version__}")
    for title, (id, network, measure, aim) in AIMS.items():
        if arguments.only not in (None, title):
            continue
        dataset = load_dataset(id)
        for name, loop in (("ours, watched", ours), ("plain loop", plain)):
            tests, seconds, whole = loop(dataset, network)
            first = next((at for at, found in tests if found[measure] >= aim), None)
            last = tests[-1][1][measure]
            reached = "not reached" if first is None else f"{first:.1f} s"
            print(
                f"{title}, {name}: {measure} {aim:g}: {reached}; at the end {last:.3f} after"
                f" {seconds:.1f} s of training, {whole:.1f} s in all",
                flush=True,
            )


if __name__ == "__main__":
    main()
