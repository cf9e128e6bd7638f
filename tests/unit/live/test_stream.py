"""What a viewer is sent: history, then the stream; nothing twice, nothing missing."""

import asyncio
import json
import os

import pytest

from cnnviz.runs import delete_run


def test_history_comes_first_then_the_stream(view, written, play):
    written.writer.write("status", status="running", total_steps=90)
    written.steps(1, 50)

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.events)
            assert client.messages[0]["type"] == "hello"
            assert len(client.of("events")) == 1
            assert client.events == written.recorded()
            written.steps(51, 55)
            await client.until(lambda c: len(c.events) >= 56)
            assert client.events == written.recorded()
            assert client.of("events")[-1]["offset"] == written.events.stat().st_size

    play(watch())


def test_hello_describes_the_run(view, written, play):
    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            return (await client.until(lambda c: c.messages)).messages[0]

    hello = play(watch())
    about = hello["run"]
    assert hello["alive"] is False
    assert hello["from"] == 0
    assert about["id"] == written.run.id
    assert about["classes"] == ["a", "b"]
    assert about["recipe"]["seed"] == 7
    assert about["shipped"] is False
    assert [layer["kind"] for layer in about["layers"]] == ["gap", "flatten", "linear"]
    assert about["parameters"] == 4  # 1 weight and 1 bias for each of two classes


def test_resuming_misses_nothing_and_repeats_nothing(view, written, play):
    written.steps(1, 12)
    offsets = [0]
    for line in written.events.read_bytes().splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))

    async def resume(number):
        path = f"/live/{written.run.id}?after={offsets[number]}"
        async with view(path) as client:
            await client.until(lambda c: c.messages)
            written.steps(100 + number, 100 + number)
            await client.until(lambda c: c.events and c.events[-1]["step"] == 100 + number)
            assert client.messages[0]["from"] == offsets[number]
            assert client.events == written.recorded()[number:]

    for number in (0, 1, 5, 11, 12):
        play(resume(number))


@pytest.mark.parametrize("after", ["17", "-5", "99999999", "x", "1e3"])
def test_an_offset_that_is_no_line_begins_anew(after, view, written, play):
    written.steps(1, 5)

    async def watch():
        async with view(f"/live/{written.run.id}?after={after}") as client:
            await client.until(lambda c: c.events)
            assert client.messages[0]["from"] == 0
            assert client.events == written.recorded()

    play(watch())


def test_a_history_longer_than_what_is_kept_in_memory_is_whole(view, written, play):
    written.steps(1, 30, note="x" * 150_000)  # 4.5 MB

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: len(c.events) >= 30)
            assert client.events == written.recorded()
            assert len(client.of("events")) > 1
            assert all(len(json.dumps(m)) < 1_300_000 for m in client.of("events"))
        # From the middle, which is not in memory either.
        middle = written.events.read_bytes().index(b"\n", 2_000_000) + 1
        async with view(f"/live/{written.run.id}?after={middle}") as client:
            await client.until(lambda c: c.events and c.events[-1]["step"] == 30)
            assert client.events == written.recorded()[-len(client.events) :]
            assert client.messages[0]["from"] == middle

    play(watch())


def test_a_torn_line_is_not_sent_until_it_is_whole(view, written, play):
    written.steps(1, 3)

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.events)
            line = b'{"event":"step","step":4,"loss":2.5}\n'
            with written.events.open("ab", buffering=0) as file:
                file.write(line[:20])
                await client.for_a_while()
                assert len(client.events) == 3
                file.write(line[20:])
            await client.until(lambda c: len(c.events) == 4)
            assert client.events[-1] == json.loads(line)

    play(watch())


def test_a_resumed_run_goes_on_in_the_same_stream(view, written, play):
    frames = {step: written.snapshot(step) for step in (1, 2, 50)}
    written.steps(1, 60)

    async def watch():
        async with view(f"/live/{written.run.id}") as first:
            await first.until(lambda c: len(c.frames) == 3)
            # A trainer that comes back begins at its checkpoint, at step 40.
            written.writer.write("status", status="running", step=40)
            frames[50] = written.snapshot(50)
            await first.until(lambda c: len(c.frames) == 4)
            assert first.frames[-1] == frames[50]
            assert first.events == written.recorded()
        async with view(f"/live/{written.run.id}") as second:
            await second.until(lambda c: len(c.frames) == 3)
            assert set(second.frames) == set(frames.values())

    play(watch())


def test_a_step_taken_back_has_no_frame(view, written, play):
    kept = written.snapshot(10)
    written.snapshot(50)
    written.writer.write("status", status="running", step=40)
    thinned = written.snapshot(45)
    (written.path / "frames" / "45.safetensors").unlink()
    written.writer.write("thinned", step=45)

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.frames)
            await client.ask(frames=[45, 10])
            await client.until(lambda c: len(c.frames) == 2)
            await client.for_a_while(0.5)
            assert client.frames == [kept, kept]
            assert thinned not in client.frames

    play(watch())


def test_whether_a_process_trains_is_told(view, written, play):
    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.messages)
            assert client.messages[0]["alive"] is False
            with written.run.writing():
                await client.until(lambda c: c.of("alive"))
                assert client.of("alive")[-1]["alive"] is True
            await client.until(lambda c: len(c.of("alive")) == 2)
            assert client.of("alive")[-1]["alive"] is False

    play(watch())


def test_a_new_name_is_told(view, written, play):
    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.messages)
            written.run.rename("Small <b>one</b>")
            await client.until(lambda c: c.of("renamed"))
            assert client.of("renamed")[0]["name"] == "Small <b>one</b>"
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.messages)
            assert client.messages[0]["run"]["name"] == "Small <b>one</b>"

    play(watch())


def test_probe_images_come_once_they_exist(view, written, play):
    import base64

    import torch

    images = torch.randint(0, 256, (3, 1, 8, 8), dtype=torch.uint8)

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.messages)
            tensors = {"images": images, "labels": torch.tensor([2, 0, 1])}
            written.run.write_tensors("probes.safetensors", tensors)
            await client.until(lambda c: c.of("probes"))
            return client.of("probes")[0]

    probes = play(watch())
    assert probes["shape"] == [3, 1, 8, 8]
    assert base64.b64decode(probes["images"]) == images.numpy().tobytes()
    assert probes["labels"] == [2, 0, 1]


def test_a_deleted_run_is_gone_for_its_viewers_alone(view, written, write_run, play):
    written.steps(1, 2)
    other = write_run()

    async def watch():
        async with (
            view(f"/live/{written.run.id}") as client,
            view(f"/live/{other.run.id}") as neighbour,
        ):
            await client.until(lambda c: c.events)
            delete_run(written.run)
            assert await client.closed() == 4404
            assert client.messages[-1] == {"type": "gone"}
            other.steps(1, 1)
            await neighbour.until(lambda c: c.events)
        async with view(f"/live/{written.run.id}") as client:
            assert await client.closed() == 4404
            assert client.messages == [{"type": "gone"}]

    play(watch())


@pytest.mark.parametrize("nonsense", [b"{]\n", b"[1]\n", b'{"event":"step","loss":NaN}\n', b"\n"])
def test_a_mangled_line_ends_that_run_alone(nonsense, view, written, write_run, play):
    written.steps(1, 2)
    other = write_run()

    async def watch():
        async with (
            view(f"/live/{written.run.id}") as client,
            view(f"/live/{other.run.id}") as neighbour,
        ):
            await client.until(lambda c: c.events)
            with written.events.open("ab") as file:
                file.write(nonsense)
            assert await client.closed() == 4422
            assert client.messages[-1]["type"] == "error"
            assert "not an event" in client.messages[-1]["message"]
            other.steps(1, 1)
            await neighbour.until(lambda c: c.events)

    play(watch())


def test_a_run_edited_into_nonsense_is_an_error_at_once(view, written, play):
    (written.path / "run.json").write_text("{}")

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            assert await client.closed() == 4422
            return client.messages

    (message,) = play(watch())
    assert message["type"] == "error"
    assert "run.json" in message["message"]


def test_events_that_got_fewer_are_an_error(view, written, play):
    written.steps(1, 9)

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.events)
            os.truncate(written.events, 30)
            assert await client.closed() == 4422
            assert "shorter" in client.messages[-1]["message"]

    play(watch())


def test_many_viewers_see_the_same(view, written, play):
    written.steps(1, 4)

    async def watch():
        async def one():
            async with view(f"/live/{written.run.id}") as client:
                await client.until(lambda c: c.events and c.events[-1]["step"] == 40)
                return client.events

        async def write():
            for step in range(5, 41):
                written.steps(step, step)
                await asyncio.sleep(0.01)

        *seen, _ = await asyncio.gather(*(one() for _ in range(30)), write())
        assert all(events == written.recorded() for events in seen)

    play(watch())


def test_a_long_run_comes_thinned_and_goes_on_as_it_is(view, written, play):
    lines = "".join(
        json.dumps(
            {
                "event": "step",
                "time": 1.0,
                "step": step,
                "loss": 1 / step,
                "accuracy": 0.5,
                "epoch": 0.1,
                "seconds": 1.0,
                "learning_rate": 0.01,
                "images_per_second": 9.0,
            }
        )
        + "\n"
        for step in range(1, 40_001)
    )
    with written.events.open("a") as file:
        file.write(lines)
    assert len(lines) > 4_000_000

    async def watch():
        async with view(f"/live/{written.run.id}") as client:
            await client.until(lambda c: c.events and c.events[-1]["step"] == 40_000)
            assert len(client.events) < 5000
            assert client.events[0]["step"] == 1
            steps = [event["step"] for event in client.events]
            assert steps == sorted(set(steps))
            assert client.of("events")[-1]["offset"] == written.events.stat().st_size
            written.steps(40_001, 40_003)
            await client.until(lambda c: c.events[-1]["step"] == 40_003)
            assert [event["step"] for event in client.events[-4:]] == list(range(40_000, 40_004))
        # Somebody who comes later, and somebody whose connection was lost long ago.
        for after in (0, len(lines.split("\n", 1)[0]) + 1):
            async with view(f"/live/{written.run.id}?after={after}") as client:
                await client.until(lambda c: c.events and c.events[-1]["step"] == 40_003)
                assert client.messages[0]["from"] == 0
                assert len(client.events) < 5000

    play(watch())
