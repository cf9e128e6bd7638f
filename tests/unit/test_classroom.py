"""Who presents, who watches, and what the command that opens a classroom does."""

import asyncio
import hashlib
import io
import os
import re
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import segno
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app import app as real_app
from cnnviz import classroom

SECRET = "correct horse"
PROOF = hashlib.sha256(SECRET.encode()).hexdigest()


@pytest.fixture
def opened(monkeypatch):
    monkeypatch.setenv("CNNVIZ_PRESENTER_SECRET", SECRET)


def test_alone_everybody_presents(monkeypatch):
    monkeypatch.delenv("CNNVIZ_PRESENTER_SECRET", raising=False)
    assert not classroom.is_open()
    assert classroom.is_presenter({})


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize(
    "cookies",
    [
        {},
        {"cnnviz_presenter": ""},
        {"cnnviz_presenter": SECRET},
        {"cnnviz_presenter": PROOF[:-1]},
        {"cnnviz_presenter": PROOF.upper()},
        {"cnnviz_presenter": "é\udcff"},
        {"cnnviz_viewer": PROOF},
    ],
)
def test_only_the_proof_presents(cookies):
    assert classroom.is_open()
    assert not classroom.is_presenter(cookies)
    assert classroom.is_presenter(cookies | {"cnnviz_presenter": PROOF})


@pytest.mark.usefixtures("opened")
def test_a_cookie_of_the_classroom_before_has_lapsed(monkeypatch):
    assert classroom.has_lapsed({"cnnviz_presenter": "of before"})
    assert not classroom.has_lapsed({"cnnviz_presenter": PROOF})
    assert not classroom.has_lapsed({})
    monkeypatch.delenv("CNNVIZ_PRESENTER_SECRET")
    assert not classroom.has_lapsed({"cnnviz_presenter": "of before"})


def test_an_empty_secret_lets_nobody_present(monkeypatch):
    monkeypatch.setenv("CNNVIZ_PRESENTER_SECRET", "")
    assert classroom.is_open()
    empty = hashlib.sha256(b"").hexdigest()
    assert not classroom.is_presenter({"cnnviz_presenter": empty})
    assert ask("/present/x")[0] == 403


def test_a_viewers_name_says_nothing_of_the_cookie():
    cookie = classroom.new_viewer()
    name = classroom.viewer_of({"cnnviz_viewer": cookie})
    assert re.fullmatch(r"[0-9a-f]{16}", name)
    assert name not in cookie
    assert name != classroom.viewer_of({"cnnviz_viewer": classroom.new_viewer()})


def test_viewers_cannot_be_invented():
    cookie = classroom.new_viewer()
    assert classroom.viewer_of({"cnnviz_viewer": cookie})
    another = ("B" if cookie[0] == "A" else "A") + cookie[1:]
    names = {hashlib.sha256(str(n).encode()).hexdigest()[:46] for n in range(1000)}
    for odd in ("", "short", "a" * 46, another, cookie[:-1], cookie + "\n", "<" * 46, *names):
        assert classroom.viewer_of({"cnnviz_viewer": odd}) == ""


def test_replicas_of_one_classroom_know_each_others_viewers(monkeypatch):
    monkeypatch.setenv("CNNVIZ_PRESENTER_SECRET", SECRET)
    cookie = {"cnnviz_viewer": classroom.new_viewer()}
    monkeypatch.setattr(classroom, "_START", "another process")
    assert classroom.viewer_of(cookie)
    monkeypatch.setenv("CNNVIZ_PRESENTER_SECRET", "of the next lecture")
    assert not classroom.viewer_of(cookie)


def test_a_class_behind_one_address_is_named_and_a_machine_that_asks_on_is_not(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(classroom.time, "monotonic", lambda: now[0])
    names = classroom.Allowance(classroom.VIEWERS_AT_ONCE, classroom.VIEWERS_PER_SECOND)

    def named(address, asked):
        return sum(names.take(address) for _ in range(asked))

    assert named("192.0.2.1", 40) == 40
    assert named("192.0.2.1", 1000) == 20
    assert named("192.0.2.2", 1) == 1  # whoever else comes is named
    now[0] += 30
    assert named("192.0.2.1", 1000) == 30
    now[0] += 3600
    assert named("192.0.2.1", 1000) == 60
    for n in range(20_000):
        names.take(f"2001:db8::{n:x}")
    assert len(names._left) <= 10_000


def test_only_so_many_pages_come_with_a_name():
    asked = [ask("/train") for _ in range(3)]
    assert all("set-cookie" in headers for _, headers, _ in asked)
    # In the order of the real app, too: the gate answers pages itself.
    behind_the_gate = Starlette(middleware=real_app._user_middleware)
    status, headers, _ = request(behind_the_gate, "/train")
    assert (status, "set-cookie" in headers) == (200, True)

    async def page(_request):
        return PlainTextResponse("page")

    app = Starlette(routes=[Route("/", page)], middleware=classroom.middleware)
    answers = [request(app, "/") for _ in range(100)]
    assert {status for status, _, _ in answers} == {200}
    assert 60 <= sum("set-cookie" in headers for _, headers, _ in answers) < 80


def ask(path, **options):
    """What the routes and the middleware answer."""

    async def page(_request):
        return PlainTextResponse("page")

    app = Starlette(
        routes=[*classroom.routes, Route("/{path:path}", page)], middleware=classroom.middleware
    )
    return request(app, path, **options)


def request(app, path, *, accept="text/html", cookie="", scheme="http", method="GET"):
    """Status, headers and body of an answer, asked for as a server would ask."""
    headers = [(b"host", b"x"), (b"accept", accept.encode()), (b"cookie", cookie.encode())]
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": headers,
        "scheme": scheme,
        "server": ("x", 80),
        "client": ("192.0.2.9", 50_000),
    }
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    # In a thread of its own: a browser test may have left an event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, app(scope, receive, send)).result()
    found = {}
    for name, value in sent[0]["headers"]:
        found.setdefault(name.decode(), []).append(value.decode())
    body = b"".join(m.get("body", b"") for m in sent[1:]).decode()
    return sent[0]["status"], found, body


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("base", ["", "/deep/er"])
def test_the_link_gives_the_cookie_and_leads_away_from_itself(base):
    status, headers, _ = ask(f"{base}/present/{SECRET}")
    assert status == 303
    assert headers["location"] == ["../train"]
    assert headers["cache-control"] == ["no-store"]
    assert headers["referrer-policy"] == ["no-referrer"]
    (cookie,) = [c for c in headers["set-cookie"] if c.startswith("cnnviz_presenter=")]
    value, *attributes = cookie.split("; ")
    assert value == f"cnnviz_presenter={PROOF}"
    assert {a.lower() for a in attributes} == {"httponly", "path=/", "samesite=strict"}
    assert SECRET not in str(headers)
    assert classroom.is_presenter({"cnnviz_presenter": value.partition("=")[2]})


@pytest.mark.usefixtures("opened")
def test_over_https_the_cookies_are_for_https_alone():
    _, headers, _ = ask(f"/present/{SECRET}", scheme="https")
    assert len(headers["set-cookie"]) == 2
    assert all("Secure" in cookie for cookie in headers["set-cookie"])


@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("shown", ["wrong", "correct%20horse%00", PROOF, "%C3%A9", "{secret}"])
def test_a_wrong_secret_is_refused(shown):
    status, headers, body = ask(f"/present/{shown}")
    assert status == 403
    assert "not the presenter’s link" in body
    assert not any("cnnviz_presenter" in c for c in headers.get("set-cookie", []))
    assert SECRET not in body


def test_without_a_classroom_the_link_is_harmless(monkeypatch):
    monkeypatch.delenv("CNNVIZ_PRESENTER_SECRET", raising=False)
    status, headers, _ = ask("/present/x")
    assert status == 303
    assert not any("cnnviz_presenter" in c for c in headers.get("set-cookie", []))


def test_each_browser_gets_one_name():
    status, headers, body = ask("/train")
    assert (status, body) == (200, "page")
    (cookie,) = headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))
    name, value = cookie.split("; ")[0].split("=")
    assert classroom.viewer_of({name: value})
    assert "set-cookie" not in ask("/train", cookie=f"{name}={value}")[1]
    assert "set-cookie" in ask("/train", cookie=f"{name}=nonsense!")[1]
    assert ask("/train")[1]["set-cookie"] != headers["set-cookie"]
    assert "set-cookie" not in ask("/static/x.js", accept="*/*")[1]
    assert "set-cookie" not in ask("/train", method="POST")[1]


@pytest.fixture
def launched(monkeypatch, capfd, tmp_path):
    """Runs the command; instead of the app, what would be started is returned."""

    def launch(*arguments):
        started = []
        monkeypatch.setattr(os, "execve", lambda *given: started.append(given))
        monkeypatch.setattr(classroom.subprocess, "call", lambda *_, **__: 0)
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("CNNVIZ_PRESENTER_SECRET", raising=False)
        assert classroom.main(list(arguments)) == 0
        ((_, command, environment),) = started
        return command, environment, capfd.readouterr().out, Path.cwd()

    return launch


def allowed(command):
    return [command[i + 1] for i, part in enumerate(command) if part == "--server.allowedHosts"]


@pytest.mark.skipif(os.name != "posix", reason="replaces the process, on POSIX only")
def test_the_command_keeps_its_secret(launched, root):
    command, environment, printed, folder = launched("--address", "192.0.2.7", "--port", "8123")
    secret = environment["CNNVIZ_PRESENTER_SECRET"]
    assert len(secret) >= 20
    assert f"http://192.0.2.7:8123/present/{secret}\n" in printed
    assert "http://192.0.2.7:8123\n" in printed
    code = io.StringIO()
    segno.make("http://192.0.2.7:8123/train", micro=False).terminal(code, compact=True)
    assert code.getvalue() in printed
    assert secret not in " ".join(command)
    assert "CNNVIZ_PRESENTER_SECRET" not in os.environ
    assert environment["CNNVIZ_JOIN_ADDRESS"] == "http://192.0.2.7:8123"
    assert command[command.index("--server.address") + 1] == "0.0.0.0"
    assert {"192.0.2.7", "127.0.0.1", "localhost"} <= set(allowed(command))
    assert "*" not in allowed(command)
    assert folder == root
    assert launched("--address", "192.0.2.7")[1]["CNNVIZ_PRESENTER_SECRET"] != secret


@pytest.mark.skipif(os.name != "posix", reason="replaces the process, on POSIX only")
def test_over_https_the_command_says_what_browsers_will(launched, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    command, environment, printed, _ = launched("--address", "192.0.2.7", "--https")
    assert environment["CNNVIZ_JOIN_ADDRESS"] == "https://192.0.2.7:8501"
    pem = Path(command[command.index("--server.sslCertFile") + 1])
    assert Path(command[command.index("--server.sslKeyFile") + 1]).parent == pem.parent
    sent = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.read_text())).hexdigest()
    found = re.findall(r"(?:[0-9A-F]{2}:){15}[0-9A-F]{2}", printed)
    assert "".join(found).replace(":", "").lower() == sent
    assert "--https" not in command
    own = ("--server.sslCertFile", "own.pem", "--server.sslKeyFile", "own.key")
    for options in (own, ("--https", *own)):
        command, environment, printed, _ = launched("--address", "cnn.example.org", *options)
        assert environment["CNNVIZ_JOIN_ADDRESS"] == "https://cnn.example.org:8501"
        assert command.count("--server.sslCertFile") == 1
        assert "fingerprint" not in printed


@pytest.mark.skipif(os.name != "posix", reason="replaces the process, on POSIX only")
def test_the_command_finds_the_address_and_passes_options_on(launched, monkeypatch):
    monkeypatch.setattr(classroom, "lan_address", lambda: "fd00::1")
    monkeypatch.setenv("STREAMLIT_SERVER_BASE_URL_PATH", "/cnn/")
    command, environment, printed, _ = launched("--server.maxUploadSize", "5")
    assert environment["CNNVIZ_JOIN_ADDRESS"] == "http://[fd00::1]:8501/cnn"
    assert command[-2:] == ["--server.maxUploadSize", "5"]
    assert "http://[fd00::1]:8501/cnn/present/" in printed


def test_the_address_is_this_machines():
    found = classroom.lan_address()
    if found != socket.gethostname():
        with socket.socket() as probe:  # only an address of this machine can be bound
            probe.bind((found, 0))


def test_without_a_network_the_name_has_to_do(monkeypatch):
    class Unreachable(socket.socket):
        def connect(self, *_):
            raise OSError("Network is unreachable")

    monkeypatch.setattr(classroom.socket, "socket", Unreachable)
    assert classroom.lan_address() == socket.gethostname()
