import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

from cnnviz import server


def run(coroutine):
    """In a thread of its own: Playwright keeps an event loop in this one."""
    with ThreadPoolExecutor() as pool:
        return pool.submit(asyncio.run, coroutine).result()


class Node:
    pass


def test_garbage_is_swept_while_the_server_runs(monkeypatch):
    monkeypatch.setattr(server, "SWEEP_SECONDS", 0.01)
    monkeypatch.setattr(server, "_warm_up", lambda: None)
    gc.disable()
    try:
        node = Node()
        node.self = node
        gone = weakref.ref(node)
        del node
        assert gone() is not None

        async def serve():
            async with server.lifespan(None):
                for _ in range(500):
                    if gone() is None:
                        return
                    await asyncio.sleep(0.01)

        run(serve())
        assert gone() is None
    finally:
        gc.enable()


def test_shutdown_ends_the_sweeper(monkeypatch):
    monkeypatch.setattr(server, "_warm_up", lambda: None)

    async def serve():
        async with server.lifespan(None):
            assert len(asyncio.all_tasks()) > 1
        return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    assert run(serve()) == []
