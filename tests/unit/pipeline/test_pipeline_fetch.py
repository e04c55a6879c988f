import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher.errors import ContentError, FeedError
from publisher.pipeline.fetch import read_source
from publisher.syndication.read_feed import MAX_BYTES


class _Handler(BaseHTTPRequestHandler):
    """A server with every way of going wrong."""

    def do_GET(self) -> None:
        if self.path == "/feed":
            self._say(200, b"<rss/>")
        elif self.path == "/moved":
            self._go("/feed")
        elif self.path == "/circle":
            self._go("/circle")
        elif self.path == "/huge":
            self.send_response(200)
            self.send_header("Content-Length", str(5 * MAX_BYTES))
            self.end_headers()
        elif self.path == "/endless":
            self._pour()
        elif self.path == "/silent":
            self.server.released.wait(10)  # type: ignore[attr-defined]
        else:
            self._say(404, b"")

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _go(self, where: str) -> None:
        self.send_response(302)
        self.send_header("Location", where)
        self.end_headers()

    def _pour(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * 4_000_000)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
        del format, args


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.released = threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.released.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_feed_is_fetched_and_redirects_are_followed(site: str) -> None:
    assert read_source(f"{site}/feed") == read_source(f"{site}/moved") == b"<rss/>"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("circle", "redirects more than 5 times"),
        ("gone", "the server answers 404"),
        ("huge", "500 MB is too large for a feed"),
        ("endless", "is too large for a feed"),
        ("silent", "no answer within 0.3 seconds"),
    ],
)
def test_a_server_that_misbehaves_is_told_plainly(site: str, path: str, told: str) -> None:
    with pytest.raises(FeedError, match=told):
        read_source(f"{site}/{path}", timeout_s=0.3)


def test_an_answer_that_trickles_for_ever_is_given_up(site: str) -> None:
    with pytest.raises(FeedError, match="not complete after 0 seconds"):
        read_source(f"{site}/feed", total_s=0)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/feed", "http://[/", "https://"])
def test_nobody_there_is_told_plainly(url: str) -> None:
    with pytest.raises(FeedError, match="can't fetch the feed"):
        read_source(url)


def test_a_file_that_is_not_there_is_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"can't read .*No such file"):
        read_source(str(tmp_path / "feed.xml"))
