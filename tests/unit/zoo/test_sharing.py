"""One copy for everybody, within the limit, and nobody overtakes in the line."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cnnviz import zoo
from cnnviz.zoo.sharing import Line, Shelf

SMALL = 4 * 1_248_424  # bytes of SqueezeNet 1.0's weights


def test_everybody_has_the_same_network():
    shelf = Shelf()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: shelf.network("squeezenet1_1", weights=False), range(4)))
    assert len({id(network) for network in found}) == 1


def test_the_least_recently_used_goes_at_the_limit():
    shelf = Shelf(2 * SMALL)
    first = shelf.network("squeezenet1_0", weights=False)
    second = shelf.network("squeezenet1_1", weights=False)
    assert shelf.network("squeezenet1_0", weights=False) is first
    shelf.network("shufflenet_v2_x0_5", weights=False)
    assert shelf.network("squeezenet1_1", weights=False) is not second
    with pytest.raises(zoo.ZooError, match=r"VGG11 takes 0\.5 GB of memory, more than the 0\.0 GB"):
        shelf.network("vgg11", weights=False)


def test_the_line_is_in_order_and_tells_how_many_are_before():
    line, order, told = Line(), [], {}
    stop, ready = threading.Event(), threading.Semaphore(0)

    def first():
        with line.turn():
            ready.release()
            stop.wait(30)
            order.append(0)

    def person(number):
        told[number] = []

        def on_wait(before):
            told[number].append(before)
            ready.release()

        with line.turn(on_wait):
            order.append(number)

    threads = [threading.Thread(target=first)]
    threads[0].start()
    assert ready.acquire(timeout=30)
    for number in range(1, 6):
        threads.append(threading.Thread(target=person, args=(number,)))
        threads[-1].start()
        assert ready.acquire(timeout=30)  # it stands in line before the next one comes
    stop.set()
    for thread in threads:
        thread.join(30)
    assert order == list(range(6))
    for number in range(1, 6):
        assert told[number][0] == number
        assert told[number] == sorted(told[number], reverse=True)


def test_who_leaves_the_line_holds_up_nobody():
    line = Line()

    class LeftError(Exception):
        pass

    def leave(_before):
        raise LeftError

    with line.turn(), pytest.raises(LeftError), line.turn(leave):
        pass
    with line.turn(leave):  # nobody is before
        pass
