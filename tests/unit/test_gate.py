"""What nobody may do to others: each attempt is made, against a real server of a small app.

The app is a page that counts how often its cache was filled, behind the gate and the sweep of
the real one, with small limits so that a test can reach them.
"""

import ast
import asyncio
import base64
import contextlib
import hashlib
import http.client
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from cnnviz import gate

SECRET = "correct horse"
PRESENTER = {"Cookie": f"cnnviz_presenter={hashlib.sha256(SECRET.encode()).hexdigest()}"}
ELSEWHERE = {"X-Forwarded-For": "192.0.2.1"}  # as a proxy on this machine says it
PATIENCE = 30.0
SERVER = """
import asyncio
import contextlib
import gc
import sys

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.routing import Route

sys.path.insert(0, {root!r})
from cnnviz import gate, server

gate.UPLOADS, gate.UPLOADS_OF_ONE, gate.UPLOADS_OF_ONE_ALWAYS = 5000, 3000, 1000
gate.UPLOAD_SECONDS, gate.FILES_AT_ONCE = 1.0, 10
gate.USUAL_UPLOAD, gate.WEIGHTS_UPLOAD, gate.UNREAD_SECONDS = 9000, 20_000, 2.0
server.SWEEP_SECONDS, server.SILENT_SECONDS = 0.2, 1.0
server._train = lambda stop: None


def warm_up():  # as the app does, without what pages need: else each sweep goes through all modules
    gc.collect()
    gc.freeze()


server._warm_up = warm_up


async def left(request):
    return PlainTextResponse(str(sum(type(o).__name__ == "Left" for o in gc.get_objects())))


async def open_files(request):
    return PlainTextResponse(str(gate.open_files()))


app = st.App(
    "page.py",
    lifespan=server.lifespan,
    routes=[Route("/left", left), Route("/open", open_files)],
    middleware=gate.middleware,
)
"""
PAGE = """
import streamlit as st

from cnnviz.ui.shared.uploads import allow_weights


class Left:
    pass


@st.cache_resource
def filled():
    return []


filled().append(1)
st.session_state.setdefault("left", Left())
st.write(f"Run {len(filled())} since the cache was filled.")
st.file_uploader("A file", key="file")
if st.query_params.get("weights"):
    allow_weights()
st.number_input("A number", 0, 9, key="number")
st.text_input("A text", key="text")
"""


@contextlib.contextmanager
def serving(folder, root, *options, limit=""):
    """The small app on a free port."""
    (folder / "app.py").write_text(SERVER.format(root=str(root)))
    (folder / "page.py").write_text(PAGE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "server.address": "127.0.0.1", "server.port": port, "server.headless": "true",
        "server.allowedHosts": "127.0.0.1", "server.disconnectedSessionTTL": 1,
        "server.maxWidgetStateSize": 2, "browser.gatherUsageStats": "false",
    }  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    command += [part for name, value in settings.items() for part in (f"--{name}", str(value))]
    if limit:
        command = ["sh", "-c", f'ulimit -n {limit} && exec "$@"', "sh", *command]
    environment = os.environ | {"CNNVIZ_PRESENTER_SECRET": SECRET, "CNNVIZ_RUNS": str(folder)}
    process = subprocess.Popen(command, cwd=folder, env=environment)
    base = next((options[i + 1] for i, o in enumerate(options) if "baseUrl" in o), "")
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}{base}/_stcore/health", timeout=1)
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(10)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def port(tmp_path_factory, root):
    with serving(tmp_path_factory.mktemp("app"), root) as port:
        yield port


def ask(port, path, method="GET", body=None, **headers):
    """Status, headers and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode(errors="replace")
    finally:
        connection.close()


@contextlib.contextmanager
def session(port, *, base="", origin="same", headers=None):
    """A browser's socket to Streamlit."""
    if origin == "same":
        origin = f"http://127.0.0.1:{port}"
    with connect(
        f"ws://127.0.0.1:{port}{base}/_stcore/stream",
        origin=origin,
        additional_headers=headers,
        subprotocols=["streamlit"],
        max_size=None,
    ) as connection:
        yield connection


def tell(connection, **message):
    connection.send(BackMsg(**message).SerializeToString())


def until(connection, kind):
    """All messages up to the first of this kind."""
    messages = []
    while not messages or messages[-1].WhichOneof("type") != kind:
        messages.append(ForwardMsg.FromString(connection.recv(timeout=PATIENCE)))
    return messages


def run_page(connection, message=None):
    """Run the page; returns what it wrote and its elements."""
    message = message or BackMsg()
    message.rerun_script.SetInParent()
    connection.send(message.SerializeToString())
    elements = [
        message.delta.new_element
        for message in until(connection, "script_finished")
        if message.WhichOneof("type") == "delta"
    ]
    (text,) = [e.markdown.body for e in elements if e.markdown.body.startswith("Run ")]
    return text, elements


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return met


# Messages to Streamlit's socket


def test_every_message_that_a_browser_can_send_was_considered():
    """Streamlit may learn to obey another one: somebody has to say who may send it."""
    kinds = {field.name for field in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    operations = BackendOperationRequest.DESCRIPTOR.oneofs_by_name["payload"].fields
    kinds |= {field.name for field in operations}
    assert kinds == gate.ANYBODY | gate.PRESENTER | gate.NOBODY | {"backend_operation_request"}
    assert not gate.NOBODY & (gate.ANYBODY | gate.PRESENTER)


def test_a_viewer_cannot_empty_the_caches_of_all(port):
    with session(port) as viewer, session(port, headers=PRESENTER) as presenter:
        before = int(run_page(viewer)[0].split()[1])
        tell(viewer, clear_cache=True)
        assert int(run_page(viewer)[0].split()[1]) == before + 1
        assert int(run_page(presenter)[0].split()[1]) == before + 2
        tell(presenter, clear_cache=True)
        assert int(run_page(presenter)[0].split()[1]) == 1


def test_nor_with_a_message_that_says_two_things(port):
    """The last of several kinds in a message counts."""
    with session(port) as viewer:
        before = int(run_page(viewer)[0].split()[1])
        both = BackMsg(app_heartbeat=True).SerializeToString()
        viewer.send(both + BackMsg(clear_cache=True).SerializeToString())
        assert int(run_page(viewer)[0].split()[1]) == before + 1


@pytest.mark.parametrize("kind", sorted(gate.NOBODY))
def test_what_only_a_developer_needs_is_not_heard(port, kind):
    message = BackMsg()
    if kind in BackMsg.DESCRIPTOR.fields_by_name:
        setattr(message, kind, True)
    else:
        operation = message.backend_operation_request
        operation.request_id = operation.session_id = "x"
        getattr(operation, kind).SetInParent()
    with session(port, headers=PRESENTER) as connection:
        run_page(connection)
        connection.send(message.SerializeToString())
        connection.send(BackMsg().SerializeToString())
        tell(connection, app_heartbeat=True)
        kinds = [m.WhichOneof("type") for m in until(connection, "heartbeat_ack")]
        assert set(kinds) <= {"heartbeat_ack", "session_event", "session_status_changed"}
        assert "git_info_changed" not in kinds
        assert "backend_operation_response" not in kinds
        run_page(connection)


def test_addresses_for_uploads_cannot_be_asked_for_by_the_million(port):
    with session(port) as connection:
        run_page(connection)
        few, many = BackMsg(), BackMsg()
        few.file_urls_request.file_names.extend(["a"] * 3)
        many.file_urls_request.file_names.extend(["a"] * 300_000)
        connection.send(many.SerializeToString())
        connection.send(few.SerializeToString())
        answer = until(connection, "file_urls_response")[-1].file_urls_response
        assert len(answer.file_urls) == 3


@pytest.mark.parametrize("data", [b"\xff" * 100, b"x" * 3_000_000, b"x" * 5_000_000, "text"])
def test_what_is_no_message_ends_the_socket_of_its_sender(port, data):
    with session(port) as neighbour, session(port) as connection:
        run_page(neighbour)
        run_page(connection)
        with contextlib.suppress(ConnectionClosed):  # it may end before all of it is sent
            connection.send(data)
        with pytest.raises(ConnectionClosed):
            until(connection, "")
        run_page(neighbour)


def test_a_flood_of_messages_is_heard_slowly_and_holds_up_nobody(port):
    many = gate.MESSAGES_AT_ONCE + 50
    with session(port) as neighbour, session(port) as connection:
        run_page(connection)
        began = time.monotonic()
        for _ in range(many):
            tell(connection, app_heartbeat=True)
        run_page(neighbour)
        assert time.monotonic() - began < 10
        for _ in range(many):
            until(connection, "heartbeat_ack")
        assert time.monotonic() - began > 40 / gate.MESSAGES_PER_SECOND


def forged(elements, forge):
    """A message in which each widget of the page has a made-up value."""
    message = BackMsg()
    for element in elements:
        id = getattr(getattr(element, element.WhichOneof("type")), "id", "")
        if id:
            forge(message.rerun_script.widget_states.widgets.add(id=id))
    assert message.rerun_script.widget_states.widgets
    forge(message.rerun_script.widget_states.widgets.add(id="$$ID-invented-None"))
    message.rerun_script.query_string = "number=" + "9" * 5000
    message.rerun_script.page_script_hash = "../../etc/passwd"
    return message


def forge_upload(state):
    info = state.file_uploader_state_value.uploaded_file_info.add()
    info.file_id = info.name = "../../etc/passwd"
    info.size = 2**62
    info.file_urls.upload_url = "http://192.0.2.1/"


FORGED = {
    "huge": lambda state: setattr(state, "int_value", 2**62),
    "negative": lambda state: setattr(state, "int_value", -(2**62)),
    "infinite": lambda state: setattr(state, "double_value", float("inf")),
    "no number": lambda state: setattr(state, "double_value", float("nan")),
    "many": lambda state: state.double_array_value.data.extend([1e300] * 10_000),
    "text": lambda state: setattr(state, "string_value", "x" * 400_000),
    "brackets": lambda state: setattr(state, "json_value", "[" * 100_000),
    "bytes": lambda state: setattr(state, "bytes_value", b"\xff" * 1000),
    "files": forge_upload,
    "nothing": lambda _: None,
}


@pytest.mark.parametrize("kind", FORGED)
def test_forged_values_of_widgets_disturb_nobody(port, kind):
    with session(port) as neighbour, session(port) as connection:
        run_page(neighbour)
        _, elements = run_page(connection)
        message = forged(elements, FORGED[kind])
        connection.send(message.SerializeToString())
        until(connection, "script_finished")
        _, elements = run_page(neighbour)
        (number,) = [e.number_input for e in elements if e.WhichOneof("type") == "number_input"]
        assert number.default == 0


# Pages of somebody else


@pytest.mark.parametrize(
    ("origin", "enters"),
    [
        ("same", True),
        (None, True),  # not a browser: it has nobody's cookies but its own
        ("http://127.0.0.1:1", False),
        ("http://127.0.0.1", False),
        ("http://localhost:{port}", False),
        ("http://192.0.2.1:{port}", False),
        ("http://127.0.0.1:{port}.evil.org", False),
        ("null", False),
        ("", False),
    ],
)
def test_a_page_of_another_port_cannot_press_buttons(port, origin, enters):
    origin = origin and origin.format(port=port)
    if enters:
        with session(port, origin=origin, headers=PRESENTER) as connection:
            run_page(connection)
    else:
        headers = PRESENTER | ({"Origin": ""} if origin == "" else {})
        with (
            pytest.raises(InvalidStatus) as refusal,
            session(port, origin=origin or None, headers=headers),
        ):
            pass
        assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "PATCH", "BREW"])
@pytest.mark.parametrize("path", ["/_stcore/upload_file/a/b", "/", "/train"])
def test_nor_change_anything_else(port, method, path):
    for origin in ("http://127.0.0.1:1", "http://evil.org", "null"):
        assert ask(port, path, method, b"", Origin=origin)[0] == 403
    for headers in ({"Origin": f"http://127.0.0.1:{port}"}, {}):
        status, _, text = ask(port, path, method, b"", **headers)
        assert "another page" not in text
        assert status != 500


def test_the_rules_hold_under_a_base_path(tmp_path, root):
    with serving(tmp_path, root, "--server.baseUrlPath", "/deep/er") as port:
        with session(port, base="/deep/er") as connection:
            before = int(run_page(connection)[0].split()[1])
            tell(connection, clear_cache=True)
            assert int(run_page(connection)[0].split()[1]) == before + 1
        with pytest.raises(InvalidStatus), session(port, base="/deep/er", origin="http://a:1"):
            pass
        status, headers, _ = ask(port, "/deep/er/")
        assert status == 200
        assert headers["X-Frame-Options"] == "DENY"
        assert ask(port, "/deep/er/_stcore/metrics", **ELSEWHERE)[0] == 403
        assert ask(port, "/deep/er/_stcore/metrics")[0] == 200
        status, headers, _ = ask(port, "/deep/er/field?fi_side=12")
        assert (status, headers["Location"]) == (308, "receptive_field?fi_side=12")
        assert ask(port, "/field")[0] != 308


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("/upwards?up_view=matrix&up_p=1", "transposed?up_view=matrix&up_p=1"),
        ("/backwards", "gradient"),
        ("/field/?fi_stack=c3%20p2", "../receptive_field?fi_stack=c3%20p2"),
    ],
)
def test_a_link_to_a_former_address_leads_to_the_page(port, link, page):
    status, headers, _ = ask(port, link)
    assert (status, headers["Location"]) == (308, page)
    assert ask(port, f"/static{link}")[0] != 308


# What tells of the server, and what browsers are told


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics?families=active_sessions",
        "/_stcore/script-health-check",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/agent/interact",
    ],
)
def test_what_tells_of_the_server_is_for_the_presenter_and_this_machine(port, path):
    def refused(**headers):
        return ask(port, path, **headers)[0] == 403

    assert not refused()
    assert refused(**ELSEWHERE)
    assert refused(**{"X-Forwarded-For": "127.0.0.1"})
    assert refused(**{"X-Real-IP": "127.0.0.1"})
    assert refused(Forwarded="for=127.0.0.1")
    assert refused(
        Host="cnn.example.org"
    )  # a proxy that says nothing, or a name made to point here
    assert refused(Host="")
    assert not refused(**ELSEWHERE, **PRESENTER)
    assert refused(**ELSEWHERE, Cookie="cnnviz_presenter=wrong")


@pytest.mark.parametrize("path", ["/_stcore/health", "/_stcore/host-config"])
def test_what_every_browser_needs_is_for_all(port, path):
    assert ask(port, path, **ELSEWHERE)[0] == 200


@pytest.mark.parametrize(
    "path", ["/", "/train", "/_stcore/health", "/_stcore/metrics", "/media/x.png", "/static/x.js"]
)
def test_every_answer_says_what_a_browser_may_do_with_it(port, path):
    _, headers, _ = ask(port, path, Accept="text/html", **ELSEWHERE)
    for name, value in gate.HEADERS.items():
        assert headers.get_all(name) == [value]
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"https?:|\*|script-src[^;]*'unsafe-(inline|eval)'", policy)


def test_a_pages_own_headers_stay():
    async def app(scope, receive, send):
        headers = [(b"referrer-policy", b"no-referrer")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/present/x", "headers": []}
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, gate.Gate(app)(scope, None, send)).result()
    assert [v for n, v in sent[0]["headers"] if n == b"referrer-policy"] == [b"no-referrer"]


def test_streamlits_page_has_the_one_script_that_is_allowed(port):
    _, _, page = ask(port, "/", Accept="text/html")
    hashes = [
        f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
        for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    assert hashes == [gate.INLINE_SCRIPT]
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


# Uploads


def put(port, address, size, **headers):
    """Upload a file of so many bytes, and fewer than 100 around it; returns the status."""
    token = ask(port, "/_stcore/health")[1]["Set-Cookie"].split(";")[0]
    start = b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    body = start + b"x" * size + b"\r\n--b--\r\n"
    own = {"Cookie": token, "X-Xsrftoken": token.partition("=")[2]}
    own |= {"Content-Type": "multipart/form-data; boundary=b"}
    return ask(port, address, "PUT", body, **own, **headers)[0]


def addresses(connection, number):
    request = BackMsg()
    request.file_urls_request.file_names.extend(["f"] * number)
    connection.send(request.SerializeToString())
    answer = until(connection, "file_urls_response")[-1].file_urls_response
    return [urls.upload_url for urls in answer.file_urls]


def test_an_upload_says_how_long_it_is_and_comes(port):
    path = "/_stcore/upload_file/a/b"
    for length in ("", "-1", "1e9", "٣", "9" * 20):
        assert ask(port, path, "PUT", None, **{"Content-Length": length.encode()})[0] in (400, 411)
    with session(port) as connection:
        (address,) = addresses(connection, 1)
        token = ask(port, "/_stcore/health")[1]["Set-Cookie"].split(";")[0]
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as silent:
            silent.sendall(
                f"PUT {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 2900\r\n"
                f"Cookie: {token}\r\nX-Xsrftoken: {token.partition('=')[2]}\r\n"
                "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n".encode()
            )
            assert put(port, address, 900) == 413  # that one has taken its place
            silent.settimeout(PATIENCE)
            silent.recv(1000)
        assert wait_for(lambda: put(port, address, 900) == 204)


def test_uploads_under_invented_names_are_bounded(port):
    with session(port) as first, session(port) as second, session(port) as third:
        own = addresses(first, 1)[0].rpartition("/")[0]
        assert [put(port, f"{own}/{n}", 900) for n in range(5)] == [204, 204, 204, 413, 413]
        assert put(port, f"{own}/0", 4_000_000) == 413
        other = addresses(second, 1)[0].rpartition("/")[0]
        taken = [put(port, f"{other}/{n}", 900) for n in range(5)]
        assert taken.count(204) < 5  # all together have a bound
        assert put(port, addresses(third, 1)[0], 900) == 204  # and still, everybody gets one in
    assert put(port, "/_stcore/upload_file/nobody/x", 900) == 400
    with session(port) as later:  # what left with its session makes room
        own = addresses(later, 1)[0].rpartition("/")[0]
        assert wait_for(lambda: put(port, f"{own}/a", 1100) == 204)


def test_large_files_are_weights_from_those_who_were_asked_and_two_at_a_time(port):
    with session(port) as first, session(port) as second, session(port) as third:
        folders = []
        for connection in (first, second, third):
            folders.append(addresses(connection, 1)[0].rpartition("/")[0])
            assert put(port, f"{folders[-1]}/a", 15_000) == 413  # nobody asked for weights
            asked = BackMsg()
            asked.rerun_script.query_string = "weights=1"
            run_page(connection, asked)
        one, two, three = folders
        assert put(port, f"{one}/a", 25_000) == 413
        assert put(port, f"{one}/a", 15_000) == 204
        assert put(port, f"{one}/b", 15_000) == 413  # one for each
        assert put(port, f"{one}/c", 900) == 204  # the usual ones have their own room
        assert put(port, f"{two}/a", 15_000) == 204
        assert put(port, f"{three}/a", 15_000) == 413  # two for all
        # What no page reads is dropped, and makes room.
        assert wait_for(lambda: put(port, f"{three}/a", 15_000) == 204)


def test_many_empty_files_are_too_many(port):
    with session(port) as connection:
        own = addresses(connection, 1)[0].rpartition("/")[0]
        statuses = [put(port, f"{own}/{n}", 0) for n in range(12)]
        assert set(statuses) == {204, 413}


@pytest.mark.parametrize(
    "id", ["x", "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "0" * 56 + ".png"]
)
def test_what_was_not_sent_to_a_page_is_not_found(port, id):
    status, _, text = ask(port, f"/media/{id}")
    assert status in (400, 404)
    assert "root:" not in text


# Open files and memory


def test_silent_and_half_open_connections_are_closed(port):
    starts = [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\n"]
    whole = b"GET /_stcore/health HTTP/1.1\r\nHost: x\r\n\r\n"
    with contextlib.ExitStack() as stack:
        for start in (*starts, whole + b"GET / HT"):
            made = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            made.sendall(start)
            end = time.monotonic() + PATIENCE
            with contextlib.suppress(ConnectionError):
                while made.recv(1000):
                    assert time.monotonic() < end


def test_one_who_asks_now_and_then_is_not_silent(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for _ in range(6):
        connection.request("GET", "/_stcore/health")
        assert connection.getresponse().read() == b"ok"
        time.sleep(0.4)
    connection.close()


def test_a_gone_session_leaves_nothing(port):
    def left():
        return int(ask(port, "/left")[2])

    time.sleep(1.5)
    assert wait_for(lambda: left() <= 1), left()  # Streamlit itself holds on to one it let go
    files = int(ask(port, "/open")[2])
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            run_page(stack.enter_context(session(port)))
        assert left() in (5, 6)
    assert wait_for(lambda: left() <= 1), left()
    assert wait_for(lambda: int(ask(port, "/open")[2]) <= files + 2)


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit of open files")
def test_a_full_server_says_so_and_serves_those_who_are_in(tmp_path, root):
    with serving(tmp_path, root, limit=128) as port, contextlib.ExitStack() as stack:
        first = stack.enter_context(session(port))
        inside = 1
        with contextlib.suppress(InvalidStatus):
            while inside < 128:
                run_page(stack.enter_context(session(port)))
                inside += 1
        assert 5 < inside < 64
        status, _, page = ask(port, "/", Accept="text/html")
        assert status == 503
        assert "room is full" in page
        run_page(first)
        assert ask(port, "/_stcore/health")[0] == 200
        stack.close()
        assert wait_for(lambda: ask(port, "/", Accept="text/html")[0] == 200)
        with session(port) as later:
            run_page(later)


def test_every_field_for_files_says_how_large_they_may_be(root):
    """The server's own limit has to let weights in."""
    fields = [
        (path.name, {option.arg for option in node.keywords})
        for folder in ("cnnviz", "pages")
        for path in (root / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "file_uploader"
    ]
    assert len(fields) > 5
    assert [name for name, options in fields if "max_upload_size" not in options] == []
