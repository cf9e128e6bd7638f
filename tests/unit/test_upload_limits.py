"""How much people can upload, at a real server of a small app."""

import ast
import socket

from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.unit.guarded_app import PATIENCE, ask, run_page, session, until, wait_for


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


def test_every_field_for_files_says_how_large_they_may_be(root):
    """The server's own limit has to let weights in.

    And none names kinds of files: Streamlit refuses all others by their names, in words that help
    nobody, while the app looks into a file and says what it is and what to do.
    """
    fields = [
        (path.name, {option.arg for option in node.keywords})
        for folder in ("cnnviz", "pages")
        for path in (root / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "file_uploader"
    ]
    assert len(fields) > 5
    assert [name for name, options in fields if "max_upload_size" not in options] == []
    assert [name for name, options in fields if "type" in options] == []
