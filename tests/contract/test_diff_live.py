"""`publisher diff --against` a live site on loopback: every feed against what is served of it."""

import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from publisher.cli.build import build
from publisher.cli.diff import diff
from publisher.cli.main import exit_code
from publisher.errors import PublisherError

app = typer.Typer(pretty_exceptions_enable=False)
for command in (build, diff):
    app.command()(command)


class Host(ThreadingHTTPServer):
    """A static host; some paths answer with a status instead."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.trouble: dict[str, int] = {}
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(SimpleHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        if status := self.server.trouble.get(self.path):
            self.send_error(status)
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
        del format, args


class Site:
    def __init__(self, root: Path, host: Host) -> None:
        self.root, self.host = root, host
        (root / "content").mkdir(parents=True)
        text = f'[site]\ntitle = "港"\nurl = "{host.url}"\n[feeds]\nby = ["tags"]\npages = false\n'
        (root / "publisher.toml").write_text(text, encoding="utf-8")

    def post(self, name: str, tag: str, more: str = "") -> None:
        text = f"---\ntitle: {name}\ndate: 2026-10-01T08:00:00+08:00\ntags: [{tag}]\n{more}---\n\n內文 {name}。\n"
        (self.root / "content" / f"{name}.md").write_text(text, encoding="utf-8")

    def run(self, *words: str) -> tuple[int, str]:
        words = (*words, "--config", str(self.root), "--now", "2026-10-08T08:00")
        result = CliRunner().invoke(app, list(words))
        if isinstance(result.exception, PublisherError):
            return exit_code(result.exception), str(result.exception)
        return result.exit_code, result.stdout

    def deploy(self) -> None:
        assert self.run("build")[0] == 0
        shutil.copytree(self.root / "public", self.host.folder, dirs_exist_ok=True)

    def diff(self, address: str = "", *words: str) -> dict[str, Any]:
        table: dict[str, Any] = json.loads(self.run("diff", "--against", self.host.url + address, "--json", *words)[1])
        return table


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    host = Host(tmp_path / "live")
    threading.Thread(target=host.serve_forever, args=(0.01,), daemon=True).start()
    made = Site(tmp_path / "site", host)
    made.post("one", "甲")
    made.post("two", "乙")
    made.deploy()
    (host.folder / "index.html").write_text("<!doctype html><html><head></head><body>港", encoding="utf-8")
    yield made
    host.shutdown()
    host.server_close()


def test_the_address_of_a_site_compares_every_feed(site: Site) -> None:
    site.post("three", "甲")
    table = site.diff()
    assert {feed["path"]: feed["counts"] for feed in table["feeds"]} == {
        "feeds/rss.xml": {"new": 1},
        "feeds/tags/甲/rss.xml": {"new": 1},
        "feeds/tags/乙/rss.xml": {},
    }
    assert (table["others"], table["failures"]) == ([], [])


def test_a_feed_that_is_nowhere_is_new_and_the_others_are_compared(site: Site) -> None:
    site.post("three", "丙")
    table = site.diff()
    assert {feed["path"]: feed["before"] for feed in table["feeds"]}["feeds/tags/丙/rss.xml"] is None
    assert len(table["feeds"]) == 4


def test_a_format_that_is_not_served_is_made_up_for_by_another(site: Site) -> None:
    (site.host.folder / "feeds/rss.xml").unlink()
    assert site.diff()["feeds"][0]["path"] == "feeds/atom.xml"


@pytest.mark.parametrize(("status", "code"), [(503, 75), (403, 1)])
def test_a_feed_that_can_t_be_read_is_told_and_the_others_are_compared(site: Site, status: int, code: int) -> None:
    site.host.trouble["/feeds/rss.xml"] = status
    ended, out = site.run("diff", "--against", site.host.url, "--fail-on", "rerun")
    assert ended == code
    assert f"{site.host.url}feeds/rss.xml: not compared: can't fetch the feed: the server answers {status}" in out
    assert out.endswith("2 feeds compared · 2 unchanged · nothing will appear as unread again · 1 feed not compared\n")


def test_a_site_that_is_down_is_a_reason_to_try_later(site: Site) -> None:
    site.host.trouble["/"] = 502
    assert site.run("diff", "--against", site.host.url)[0] == 75


FEED = (
    '<rss version="2.0"><channel><title>x</title><link>{home}</link><item><title>one</title><link>{home}one/</link>'
    "<guid>urn:old:1</guid></item></channel></rss>"
)


def test_a_feed_that_subscribers_have_elsewhere_is_found_by_what_it_is_the_feed_of(site: Site) -> None:
    shutil.rmtree(site.host.folder / "feeds")
    (site.host.folder / "index.xml").write_text(FEED.format(home=site.host.url), encoding="utf-8")
    (site.host.folder / "other.xml").write_text(FEED.format(home="https://other.example/x/"), encoding="utf-8")
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{name}.xml">' for name in ("index", "other")
    )
    (site.host.folder / "index.html").write_text(f"<html><head>{links}</head>", encoding="utf-8")
    table = site.diff()
    assert table["feeds"][0]["counts"]["re-identified"] == 1
    assert [feed["before"] for feed in table["feeds"]] == [1, None, None]
    assert table["others"] == [f"{site.host.url}other.xml"]
    assert site.run("diff", "--against", site.host.url, "--fail-on", "rerun")[0] == 1


def test_a_list_of_feeds_stands_for_the_site(site: Site) -> None:
    opml = f'<opml version="2.0"><body><outline xmlUrl="{site.host.url}feeds/rss.xml"/></body></opml>'
    (site.host.folder / "feeds.opml").write_text(opml, encoding="utf-8")
    assert len(site.diff("feeds.opml")["feeds"]) == 3


def test_the_address_of_a_feed_compares_that_feed(site: Site) -> None:
    assert [feed["path"] for feed in site.diff("feeds/atom.xml")["feeds"]] == ["feeds/atom.xml"]


def test_another_host_is_compared_for_a_trial(site: Site, tmp_path: Path) -> None:
    text = (site.root / "publisher.toml").read_text("utf-8").replace(site.host.url, "https://shan.example/")
    (site.root / "publisher.toml").write_text(text, encoding="utf-8")
    assert {feed["before"] for feed in site.diff()["feeds"]} == {1, 2}


def test_a_page_of_a_site_without_our_feeds_is_an_error(site: Site) -> None:
    shutil.rmtree(site.host.folder / "feeds")
    code, said = site.run("diff", "--against", site.host.url)
    assert code == 1
    assert said.startswith(f"none of the site's feeds is at {site.host.url}")
