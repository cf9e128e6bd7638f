"""A run is a folder: what was asked, what happened, and the weights on the way.

```
run.json                       what was asked (written once)
events.jsonl                   what happened, append-only, one writer
control.jsonl                  what people asked since: pause, resume, stop, step, …
name.txt                       what somebody called it, if anybody did
snapshots/<step>.safetensors   weights and buffers at that step
frames/<step>.safetensors      what is seen of them: filters, maps, CAMs, predictions
batches/<step>.safetensors     one mini-batch in detail, for those stepped by hand
checkpoint.safetensors         what resuming needs, replaced atomically
probes.safetensors             a few test images, shown with the predictions
data.safetensors               only for pictures a person brought: the data set itself
log.txt                        what the training process printed
lock                           held by the training process as long as it lives
```

The state of a run is the fold of its events (`fold`). Any number of processes may
read a run while one trains it. Nothing here needs torch until weights are loaded.
"""

from cnnviz.runs.config import Recipe, RunConfig, RunError
from cnnviz.runs.folder import (
    create_run,
    delete_run,
    find_run,
    list_runs,
    open_run,
    runs_root,
)
from cnnviz.runs.points import (
    Change,
    Diagnosis,
    Evaluation,
    Finding,
    Health,
    LayerHealth,
    Progress,
)
from cnnviz.runs.run import Run
from cnnviz.runs.shown import chosen_run, show_run_to_all, shown_run
from cnnviz.runs.state import RunState, Status, fold

__all__ = [
    "Change",
    "Diagnosis",
    "Evaluation",
    "Finding",
    "Health",
    "LayerHealth",
    "Progress",
    "Recipe",
    "Run",
    "RunConfig",
    "RunError",
    "RunState",
    "Status",
    "chosen_run",
    "create_run",
    "delete_run",
    "find_run",
    "fold",
    "list_runs",
    "open_run",
    "runs_root",
    "show_run_to_all",
    "shown_run",
]
