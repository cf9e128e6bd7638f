"""What nobody may do to others: each attempt is made, against a real server of a small app."""

import asyncio
import base64
import contextlib
import hashlib
import http.client
import re
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cnnviz import gate
from tests.unit.guarded_app import (
    ELSEWHERE,
    PATIENCE,
    PRESENTER,
    ask,
    run_page,
    serving,
    session,
    tell,
    until,
    wait_for,
)

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
        assert ask(port, "/deep/er/filters", Accept="text/html")[0] == 200
        status, headers, _ = ask(port, "/deep/er/a/Filters", Accept="text/html")
        assert (status, headers["Location"]) == (308, "../filters")


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


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ("/Filters?f_name=sobel", "filters?f_name=sobel"),
        ("/a/b/c", "../../c"),
        ("/train/TRAIN?t_run=1", "../train?t_run=1"),
        ("/deep/own-classes/", "../own-classes"),
    ],
)
def test_a_link_that_is_nearly_right_leads_to_the_page(port, link, page):
    status, headers, _ = ask(port, link, Accept="text/html,*/*")
    assert (status, headers["Location"]) == (308, page)
    for right in ("/", "/filters", "/c", "/media/Filters", "/_stcore/Filters"):
        assert ask(port, right, Accept="text/html")[0] != 308


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


def test_the_page_has_the_scripts_that_are_allowed(port):
    _, _, page = ask(port, "/", Accept="text/html")
    hashes = [
        f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
        for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    assert sorted(hashes) == sorted(gate.INLINE_SCRIPTS)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


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
