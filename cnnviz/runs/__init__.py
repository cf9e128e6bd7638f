"""A run is a folder: what was asked, what happened, and the weights on the way.

```
run.json                       what was asked (written once)
events.jsonl                   what happened, append-only, one writer
control.jsonl                  what people asked since: pause, resume, stop
snapshots/<step>.safetensors   weights and buffers at that step
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
from cnnviz.runs.folder import Run, create_run, delete_run, list_runs, open_run, runs_root
from cnnviz.runs.state import Evaluation, Progress, RunState, Status, fold

__all__ = [
    "Evaluation",
    "Progress",
    "Recipe",
    "Run",
    "RunConfig",
    "RunError",
    "RunState",
    "Status",
    "create_run",
    "delete_run",
    "fold",
    "list_runs",
    "open_run",
    "runs_root",
]
