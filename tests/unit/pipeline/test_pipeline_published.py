import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publisher.config import Config, parse_config
from publisher.errors import ConfigError
from publisher.model.issue import Issue
from publisher.pipeline.published import refuse_unpublished, unpublished_pictures
from tests.digest_samples import an_issue

NAMES = tuple(f"email/{number:016x}-672.jpg" for number in range(6))


class Site(BaseHTTPRequestHandler):
    """Serves picture 0; hides 1; answers 2 with a page; knows no HEAD for 3; moves 4 to 0; breaks off at 5."""

    def do_HEAD(self) -> None:
        self._answer(head=True)

    def do_GET(self) -> None:
        self._answer(head=False)

    def _answer(self, *, head: bool) -> None:
        number = NAMES.index(self.path[1:])
        if number == 5:
            self.close_connection = True
            return
        status = {1: 404, 3: 405 if head else 200, 4: 301}.get(number, 200)
        self.send_response(status)
        if number == 4:
            self.send_header("Location", f"/{NAMES[0]}")
        self.send_header("Content-Type", "text/html" if number == 2 else "image/jpeg")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Config]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield make_config(f"http://127.0.0.1:{server.server_port}/", tmp_path)
    server.shutdown()
    thread.join()
    server.server_close()


def make_config(url: str, root: Path, more: str = "") -> Config:
    text = f'[site]\ntitle = "山城"\nurl = "{url}"\n[newsletters.weekly]\nsender = "a@b.example"\n{more}\n'
    return parse_config(text, root / "publisher.toml")


def issue_with(config: Config, *numbers: int) -> Issue:
    return an_issue(html="".join(f'<img src="{config.site.url}{NAMES[number]}">' for number in numbers))


def test_pictures_that_are_there_are_no_reason_to_wait(config: Config) -> None:
    assert unpublished_pictures(issue_with(config, 0, 3, 4), config) == ()
    refuse_unpublished(issue_with(config, 0), config)


def test_pictures_that_are_not_there_are_listed_in_order(config: Config) -> None:
    missing = unpublished_pictures(issue_with(config, *range(6)), config)
    assert missing == tuple(config.site.url + NAMES[number] for number in (1, 2, 5))


def test_the_pictures_of_variants_count_too(config: Config) -> None:
    missing = unpublished_pictures(issue_with(config, 0), config, [issue_with(config, 0, 1)])
    assert missing == (config.site.url + NAMES[1],)


def test_an_issue_with_missing_pictures_is_refused_with_the_list(config: Config) -> None:
    with pytest.raises(ConfigError, match=f"1 pictures of issue 7 are not on the web yet:\n  .*{NAMES[1]}") as caught:
        refuse_unpublished(issue_with(config, 0, 1), config)
    assert "--allow-missing-images" in str(caught.value.hint)


def test_a_site_that_does_not_answer_serves_nothing(tmp_path: Path) -> None:
    config = make_config("http://127.0.0.1:1/", tmp_path)
    assert len(unpublished_pictures(issue_with(config, 0, 1), config)) == 2


def test_pictures_inside_the_mail_need_no_site(tmp_path: Path) -> None:
    config = make_config("http://127.0.0.1:1/", tmp_path, 'pictures_inside = "all"')
    assert unpublished_pictures(issue_with(config, 0), config) == ()
