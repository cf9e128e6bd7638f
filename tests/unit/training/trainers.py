"""Real training processes without the seconds that importing torch takes.

They are forked from one that has imported torch and computed nothing, so that forking is sound.
From then on each is a process in a session of its own, as `spawn` of
`cnnviz.training.engines.process` starts them, and knows the environment of the moment.
"""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys

from cnnviz.training.engines.process import PROJECT

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["cnnviz.training.__main__", "cnnviz.training.loop", "cnnviz.training.engines.warm", __name__]
)


class Forked:
    """What tests and engines ask of a `subprocess.Popen` that trains."""

    def __init__(self, arguments, *, stdin=subprocess.DEVNULL, stdout, stderr, prepare=None):
        inside, outside = [], []
        for stream, written in ((stdin, True), (stdout, False), (stderr, False)):
            if stream == subprocess.PIPE:
                reader, writer = _CONTEXT.Pipe(duplex=False)
                theirs, ours = (reader, writer) if written else (writer, reader)
                with ours:
                    outside.append(os.fdopen(os.dup(ours.fileno()), "wb" if written else "rb"))
                inside.append(theirs)
            else:
                outside.append(None)
                inside.append(os.devnull if stream == subprocess.DEVNULL else stream.name)
        self.stdin, self.stdout, self.stderr = outside
        self._process = _CONTEXT.Process(
            target=_train, args=(arguments, dict(os.environ), inside, prepare), daemon=True
        )
        self._process.start()
        for stream in inside:
            if not isinstance(stream, str):
                stream.close()
        self.pid = self._process.pid

    def poll(self):
        return self._process.exitcode

    def wait(self, timeout=None):
        self._process.join(timeout)
        if self.poll() is None:
            raise subprocess.TimeoutExpired(self.pid, timeout)
        return self.poll()

    def send_signal(self, number):
        os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)


def _train(arguments, environ, streams, prepare):
    from cnnviz.training.__main__ import main

    os.setsid()
    os.chdir(PROJECT)
    os.environ.clear()
    os.environ.update(environ)
    for target, stream in enumerate(streams):
        flags = os.O_RDONLY if target == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        source = os.open(stream, flags) if isinstance(stream, str) else stream.fileno()
        os.dup2(source, target)
    sys.stdin = os.fdopen(0, closefd=False)  # it was another file's
    sys.stdout.reconfigure(line_buffering=True)
    if prepare is not None:
        prepare()
    assert "torch" in sys.modules
    code = main(arguments)
    assert "torch._dynamo" not in sys.modules  # the compiler, which takes a second to import
    sys.exit(code)


def hurry(savings, file_size):
    """Save as often as a test is short, and let no file grow beyond so many bytes."""
    from cnnviz.training import loop, recorder
    from cnnviz.training.schedule import Pace

    class Hurried(recorder.Recorder):
        def __init__(self, *args, **values):
            super().__init__(*args, **values)
            self.savings = Pace(savings, 0.5)

    loop.Recorder = Hurried
    if file_size:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
