"""Frames arrive byte for byte, and whoever reads slowly holds up nobody."""

import socket

from cnnviz.live.run_channel import HISTORY_FRAMES, spread


def test_frames_are_the_files_byte_for_byte(view, written, play):
    frames = [written.snapshot(step) for step in (1, 2, 4)]

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: len(c.frames) == 3)
            assert client.frames == [frames[2], frames[0], frames[1]]  # the newest first
            frames.append(written.snapshot(8, size=300_000))
            await client.until(lambda c: len(c.frames) == 4)
            assert client.frames[-1] == frames[3]
            await client.ask(frames=[2, 4])
            await client.until(lambda c: len(c.frames) == 6)
            assert client.frames[-2:] == frames[1:3]
            await client.for_a_while(0.5)
            assert len(client.frames) == 6

    play(watch())


def test_frames_that_a_viewer_has_are_not_sent_again(view, written, play):
    frames = [written.snapshot(step) for step in (1, 2, 4)]
    size = written.events.stat().st_size

    async def watch():
        async with view(f"/live/{written.run.id}?after={size}&frames=1,4") as client:
            await client.until(lambda c: c.frames)
            await client.for_a_while(0.5)
            assert client.frames == [frames[1]]

    play(watch())


def test_who_wants_no_frames_gets_none(view, written, play):
    written.snapshot(1)

    async def watch():
        async with view(f"/live/{written.run.id}?after=0&frames=none") as client:
            await client.until(lambda c: c.events)
            written.snapshot(2)
            await client.until(lambda c: len(c.events) == 2)
            await client.for_a_while(0.5)
            assert not client.binary

    play(watch())


def test_frames_of_one_moment_all_come(view, written, play):
    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.messages)
            frames = [written.snapshot(step) for step in (1, 2, 3)]
            await client.until(lambda c: len(c.frames) == 3)
            assert sorted(client.frames) == sorted(frames)

    play(watch())


def test_long_histories_are_thinned_evenly_and_the_rest_can_be_asked_for(view, written, play):
    frames = {step: written.snapshot(step) for step in range(1, 101)}

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: len(c.frames) >= HISTORY_FRAMES)
            await client.for_a_while(0.5)
            assert len(client.frames) == HISTORY_FRAMES
            assert client.frames[0] == frames[100]
            assert frames[1] in client.frames
            lacking = [step for step, frame in frames.items() if frame not in client.frames]
            await client.ask(frames=lacking[:64])
            await client.ask(frames=lacking[64:])
            await client.until(lambda c: len(c.frames) >= 100)
            assert sorted(client.frames) == sorted(frames.values())

    play(watch())


def test_spread_takes_evenly():
    assert spread([]) == []
    assert spread([3, 5]) == [5, 3]
    assert spread(list(range(101)), most=11) == [100, *range(0, 100, 10)]


def test_a_slow_reader_is_skipped_ahead_and_nobody_waits(view, written, play):
    async def watch():
        async with view(f"/live/{written.run.id}") as fast:
            await fast.until(lambda c: c.messages)
            # One message in hand, a small window: then the server has nowhere to put more.
            with socket.socket() as small:
                small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100_000)
                small.connect(("127.0.0.1", fast.socket.remote_address[1]))
                small.setblocking(False)
                async with view(f"/live/{written.run.id}", sock=small, max_queue=1) as slow:
                    await slow.until(lambda c: c.messages)
                    frames = []
                    for step in range(1, 17):
                        frames.append(written.snapshot(step, size=1_000_000))
                        written.steps(step, step)
                        await fast.until(lambda c: len(c.frames) >= len(frames))
                    assert fast.frames == frames
                    assert fast.events == written.recorded()
                    # It reads only now: all events, merged, and of the frames the newest.
                    await slow.until(lambda c: c.frames and c.frames[-1] == frames[-1])
                    await slow.until(lambda c: c.events and c.events[-1]["step"] == 16)
                    assert slow.events == written.recorded()
                    assert len(slow.frames) < 16
                    assert len(slow.of("events")) < len(fast.of("events"))
                    # The others can still be had.
                    await slow.ask(frames=[9])
                    await slow.until(lambda c: c.frames[-1] == frames[8])

    play(watch())
