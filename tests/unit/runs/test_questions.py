import base64
import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from cnnviz.runs import Run, RunError
from cnnviz.runs.questions import (
    Option,
    Question,
    Tile,
    pose,
    read_questions,
    reveal,
    vote,
)

QUESTION = Question("class", "Which class?", (Option("cat"), Option("dog")))
ANN, BOB = "ann-0123456789", "bob-0123456789"


def test_a_question_comes_back_as_it_was_asked(run):
    tile = Tile((2, 2), base64.b64encode(bytes(4)).decode(), -0.5, 0.5, "weights")
    asked = Question("filter", "Which filter?", (Option("1", tile), Option("2")), tile)
    id = pose(run, asked)
    (read,) = read_questions(run)
    assert read.id == id
    assert (read.kind, read.text, read.options, read.shown) == (
        "filter",
        "Which filter?",
        asked.options,
        tile,
    )
    assert (read.votes, read.revealed, read.answer) == ({}, False, None)
    data = json.loads(json.dumps(read.to_json()))
    assert data["options"][1] == {"label": "2"}
    assert data["shown"]["palette"] == "weights"


def test_what_is_kept_for_the_answer_is_told_to_nobody(run):
    pose(run, dataclasses.replace(QUESTION, picture=6, secret={"answer": 1, "words": "A dog."}))
    (read,) = read_questions(run)
    assert read.secret == {"answer": 1, "words": "A dog."}
    assert read.to_json()["picture"] == 6
    assert "dog." not in json.dumps(read.to_json())
    assert "secret" not in read.to_json()


def test_each_voter_counts_once_with_the_last_vote(run):
    id = pose(run, QUESTION)
    vote(run, id, 0, ANN)
    vote(run, id, 1, ANN)
    vote(run, id, 1, BOB)
    (question,) = read_questions(run)
    assert question.votes == {1: 2}
    assert question.counts == [0, 2]
    assert question.count == 2


def test_the_reveal_closes_the_votes(run):
    id = pose(run, QUESTION)
    vote(run, id, 0, ANN)
    reveal(run, id, 1, "A dog.")
    with pytest.raises(RunError, match="closed"):
        vote(run, id, 1, ANN)
    with pytest.raises(RunError, match="closed"):
        reveal(run, id, 0)
    # One that slipped in behind the reveal does not count either.
    with (run.path / "questions.jsonl").open("a") as file:
        file.write(json.dumps({"vote": {"question": id, "option": 1, "voter": "x"}}) + "\n")
    (question,) = read_questions(run)
    assert question.votes == {0: 1}
    assert (question.revealed, question.answer, question.words) == (True, 1, "A dog.")


def test_a_new_question_closes_the_one_before(run):
    first = pose(run, QUESTION)
    second = pose(run, QUESTION)
    assert first != second
    with pytest.raises(RunError, match="closed"):
        vote(run, first, 0, ANN)
    vote(run, second, 0, ANN)
    assert [q.count for q in read_questions(run)] == [0, 1]


@pytest.mark.parametrize("option", [-1, 2, 99, True, "0", 0.0, None])
def test_options_that_are_none_are_refused(option, run):
    id = pose(run, QUESTION)
    with pytest.raises(RunError, match="no such answer"):
        vote(run, id, option, ANN)
    assert read_questions(run)[0].count == 0


@pytest.mark.parametrize("voter", ["", "short", "a b c d e f g h", "x" * 500, "line\nbreak-12"])
def test_nobody_cannot_vote(voter, run):
    id = pose(run, QUESTION)
    with pytest.raises(RunError, match="voting card"):
        vote(run, id, 0, voter)


def test_unknown_questions_are_refused(run):
    with pytest.raises(RunError, match="no such question"):
        vote(run, "x", 0, ANN)
    with pytest.raises(RunError, match="no such question"):
        reveal(run, "x", 0)
    with pytest.raises(RunError, match="no such answer"):
        reveal(run, pose(run, QUESTION), 5)


def test_questions_that_make_no_sense_are_refused(run):
    for options in ((), (Option("one"),), (Option("a"),) * 17, (Option("a"), Option(" "))):
        with pytest.raises(RunError, match="answers"):
            pose(run, Question("class", "Which?", options))
    with pytest.raises(RunError, match="characters"):
        pose(run, Question("class", "", QUESTION.options))
    assert read_questions(run) == []


def test_a_shipped_run_is_not_written_to(run):
    shipped = Run(run.path, shipped=True)
    with pytest.raises(RunError, match="read-only"):
        pose(shipped, QUESTION)
    assert not (run.path / "questions.jsonl").exists()


def test_lines_that_make_no_sense_are_passed_over(run):
    id = pose(run, QUESTION)
    path = run.path / "questions.jsonl"
    nonsense = ["{]", "[]", "1", '{"vote":1}', '{"pose":{"id":1}}', '{"reveal":{}}', "null"]
    with path.open("a") as file:
        file.write("\n".join(nonsense) + "\n")
        file.write('{"vote":{"question":"' + id)  # torn by a crash
    vote(run, id, 1, ANN)
    assert read_questions(run)[0].votes == {1: 1}


def test_votes_at_once_all_count(run):
    id = pose(run, QUESTION)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: vote(run, id, n % 2, f"voter-{n:06d}"), range(100)))
    assert read_questions(run)[0].counts == [50, 50]


def test_the_file_is_bounded(run, monkeypatch):
    monkeypatch.setattr("cnnviz.runs.questions.MAX_BYTES", 400)
    id = pose(run, QUESTION)
    vote(run, id, 0, ANN)
    vote(run, id, 1, ANN)
    with pytest.raises(RunError, match="no room"):
        vote(run, id, 0, ANN)
    assert (run.path / "questions.jsonl").stat().st_size <= 500
    assert read_questions(run)[0].votes == {1: 1}


def test_who_voted_cannot_be_read_from_the_file(run):
    id = pose(run, QUESTION)
    vote(run, id, 0, ANN)
    assert ANN not in (run.path / "questions.jsonl").read_text()


def test_nobody_fills_the_file_alone(run):
    id = pose(run, QUESTION)
    for change in range(30):
        vote(run, id, change % 2, ANN)
    with pytest.raises(RunError, match="too often"):
        vote(run, id, 0, ANN)
    vote(run, id, 0, BOB)
    assert read_questions(run)[0].counts == [1, 1]
