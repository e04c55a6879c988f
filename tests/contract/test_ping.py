"""`publisher ping` against a live site and WebSub hubs, all of them on loopback."""

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import typer
from typer.testing import CliRunner

from publisher.cli.build import build
from publisher.cli.ping import exit_code, story
from publisher.cli.ping import ping as ping_command
from publisher.config import Config, load_config
from publisher.errors import ConfigError
from publisher.pipeline.ping import BACKOFF_S, PingReport, ping

app = typer.Typer(pretty_exceptions_enable=False)
app.command("build")(build)
app.command("ping")(ping_command)


class Hub(ThreadingHTTPServer):
    """A hub, as far as publishers see it (W3C WebSub, section 7): a form of one mode and any number of addresses."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _HubHandler)
        #: Each form that was taken: the addresses in it.
        self.told: list[list[str]] = []
        #: Answers to give before it works again: a status each.
        self.trouble: list[int] = []
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hub"


class _HubHandler(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        self.server.asked += 1
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        is_form = self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        if self.server.trouble:
            self._answer(self.server.trouble.pop(0), b"not now\nnot ever")
        elif not is_form or form.get("hub.mode") != ["publish"] or not form.get("hub.url"):
            self._answer(400, b"hub.mode and hub.url, please")
        else:
            self.server.told.append(form["hub.url"])
            self._answer(204)

    def _answer(self, status: int, text: bytes = b"") -> None:
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "50")
        if status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
        del format, args


class Site(ThreadingHTTPServer):
    """A static host: serves the folder that was deployed, but for paths that something is wrong with."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(_SiteHandler, directory=str(folder)))
        #: By path: a status to answer, "moved", "circle" or "huge".
        self.trouble: dict[str, int | str] = {}
        self.fetched: list[str] = []


class _SiteHandler(SimpleHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.fetched.append(self.path)
        trouble = self.server.trouble.get(self.path)
        if trouble is None:
            if self.path.startswith("/moved/"):
                self.path = self.path.removeprefix("/moved")
            super().do_GET()
        elif isinstance(trouble, int):
            self.send_error(trouble)
        elif trouble == "huge":
            self.send_response(200)
            self.send_header("Content-Length", str(10**12))
            self.end_headers()
        else:
            self.send_response(301)
            self.send_header("Location", self.path if trouble == "circle" else f"/moved{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the standard library
        del format, args


class Deployed:
    """A site that is built in one folder, deployed to another, and served from there."""

    def __init__(self, root: Path, host: Site, live: Path, hubs: list[Hub]) -> None:
        self.root, self.host, self.live, self.hubs = root, host, live, hubs
        self.pauses: list[float] = []
        (root / "content").mkdir(parents=True)
        self.settings(*(hub.url for hub in hubs))

    def settings(self, *hubs: str) -> None:
        url = f"http://127.0.0.1:{self.host.server_port}/"
        head = f'[site]\ntitle = "港"\nurl = "{url}"\nlanguage = "zh-TW"\n'
        text = f'{head}[feeds]\nby = ["tags"]\nhubs = {json.dumps(hubs)}\nfeed_menu = true\n'
        (self.root / "publisher.toml").write_text(text, encoding="utf-8")

    @property
    def config(self) -> Config:
        return load_config(self.root)

    def post(self, name: str, tag: str) -> None:
        text = f"---\ntitle: {name}\ndate: 2026-10-01T08:00:00+08:00\ntags: [{tag}]\n---\n\n內文。\n"
        (self.root / "content" / f"{name}.md").write_text(text, encoding="utf-8")

    def run(self, *words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, [words[0], "--config", str(self.root), *words[1:]])
        return result.exit_code, result.stdout

    def build(self) -> None:
        assert self.run("build", "--now", "2026-10-08T08:00:00+08:00")[0] == 0

    def deploy(self) -> None:
        for path in sorted((self.root / "public").rglob("*")):
            if path.is_file():
                target = self.live / path.relative_to(self.root / "public")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())

    def ping(self, **options: Any) -> PingReport:
        return ping(self.config, pause=self.pauses.append, **options)

    def told(self) -> list[str]:
        """Give the paths that the first hub was told of last."""
        return [url.split("/", 3)[3] for url in self.hubs[0].told[-1]]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Deployed]:
    live = tmp_path / "live"
    live.mkdir()
    host, hubs = Site(live), [Hub(), Hub()]
    for server in (host, *hubs):
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    deployed = Deployed(tmp_path / "site", host, live, hubs)
    deployed.post("one", "甲")
    deployed.build()
    deployed.deploy()
    yield deployed
    for server in (host, *hubs):
        server.shutdown()
        server.server_close()


def states(report: PingReport) -> dict[str, str]:
    return {feed.url.rpartition("/feeds/")[2]: feed.state for feed in report.feeds if feed.state != "live"}


def outcomes(report: PingReport) -> list[str]:
    return [hub.outcome for hub in report.hubs]


def test_every_hub_is_told_of_every_feed_and_of_nothing_else(site: Deployed) -> None:
    report = site.ping()
    assert outcomes(report) == ["told", "told"]
    below = "feeds/tags/%E7%94%B2/"
    names = ("atom.xml", "feed.json", "rss.xml")
    assert site.told() == [f"feeds/{name}" for name in names[:2]] + ["feeds/rss.xml"] + [below + name for name in names]
    assert site.hubs[0].told == site.hubs[1].told


def test_a_hub_is_told_once(site: Deployed) -> None:
    site.ping()
    site.host.fetched.clear()
    assert outcomes(site.ping()) == ["nothing", "nothing"]
    assert (len(site.hubs[0].told), site.host.fetched) == (1, [])
    assert outcomes(site.ping(everything=True)) == ["told", "told"]


def test_only_changed_feeds_are_told(site: Deployed) -> None:
    site.ping()
    site.post("two", "乙")
    site.build()
    site.deploy()
    site.ping()
    assert [path for path in site.told() if "%E7%94%B2" in path] == []
    assert len(site.told()) == 6


def test_before_the_deploy_no_hub_is_told(site: Deployed) -> None:
    site.post("two", "甲")
    site.build()
    report = site.ping()
    assert (report.is_live, outcomes(report)) == (False, ["held", "held"])
    assert set(states(report).values()) == {"differs"}
    assert site.hubs[0].asked == 0
    site.deploy()
    assert outcomes(site.ping()) == ["told", "told"]


@pytest.mark.parametrize(
    ("trouble", "state", "code"),
    [
        (404, "not served", 1),
        (403, "not served", 1),
        ("circle", "not served", 1),
        ("huge", "not served", 1),
        (500, "unreachable", 75),
        (429, "unreachable", 75),
    ],
)
def test_a_feed_that_is_not_served_holds_everything_back(
    site: Deployed, trouble: int | str, state: str, code: int
) -> None:
    site.host.trouble["/feeds/rss.xml"] = trouble
    report = site.ping()
    assert (states(report), outcomes(report)) == ({"rss.xml": state}, ["held", "held"])
    ended, out = site.run("ping")
    assert ended == code
    assert state in out
    assert "/feeds/rss.xml" in out
    assert site.hubs[0].asked == 0


def test_a_site_that_is_down_holds_everything_back_and_is_a_reason_to_try_later(site: Deployed) -> None:
    site.host.shutdown()
    site.host.server_close()
    assert set(states(site.ping()).values()) == {"unreachable"}
    code, out = site.run("ping")
    assert code == 75
    assert out.endswith("hint: see whether the site is up, and try later\n")


def test_what_is_to_be_mended_counts_before_what_time_may_mend(site: Deployed) -> None:
    site.host.trouble |= {"/feeds/rss.xml": 500, "/feeds/atom.xml": 404}
    assert exit_code(site.ping()) == 1


def test_archive_pages_are_looked_at_by_nobody(site: Deployed) -> None:
    text = (site.root / "publisher.toml").read_text("utf-8").replace("[feeds]\n", "[feeds]\narchive_size = 1\n")
    (site.root / "publisher.toml").write_text(text, encoding="utf-8")
    site.build()
    site.deploy()
    assert (site.live / "feeds/archive/rss/1.xml").is_file()
    site.ping()
    assert not [path for path in site.host.fetched if "archive" in path]


def test_a_redirect_that_leads_to_the_same_bytes_is_fine(site: Deployed) -> None:
    site.host.trouble["/feeds/rss.xml"] = "moved"
    assert outcomes(site.ping()) == ["told", "told"]


def test_a_deploy_that_takes_its_time_is_waited_for(site: Deployed) -> None:
    site.host.trouble["/feeds/rss.xml"] = 404

    def pause(seconds: float) -> None:
        site.pauses.append(seconds)
        site.host.trouble.clear()

    report = ping(site.config, wait_s=60, pause=pause)
    assert (report.is_live, site.pauses) == (True, [5.0])
    site.host.trouble["/feeds/rss.xml"] = 404
    assert not site.ping(wait_s=12, everything=True).is_live
    assert sum(site.pauses) == 5 + 12


def test_a_hub_that_stumbles_is_told_again(site: Deployed) -> None:
    site.hubs[0].trouble = [503, 429]
    report = site.ping()
    assert [hub.tries for hub in report.hubs] == [3, 1]
    assert (outcomes(report), site.pauses) == (["told", "told"], [BACKOFF_S[0], 50.0])


def test_a_hub_that_is_down_is_told_next_time_and_only_it(site: Deployed) -> None:
    site.hubs[0].trouble = [500] * 4
    report = site.ping()
    assert outcomes(report) == ["down", "told"]
    assert report.hubs[0].detail == "500 Internal Server Error not now"
    assert site.pauses == list(BACKOFF_S)
    assert outcomes(site.ping()) == ["told", "nothing"]


def test_a_hub_that_nobody_answers_for_is_down(site: Deployed) -> None:
    site.hubs[0].shutdown()
    site.hubs[0].server_close()
    assert outcomes(site.ping()) == ["down", "told"]


def test_a_hub_that_refuses_is_not_asked_again(site: Deployed) -> None:
    site.hubs[0].trouble = [403]
    assert outcomes(site.ping()) == ["refused", "told"]
    assert (site.hubs[0].asked, site.pauses) == (1, [])


def test_a_dry_run_tells_nobody_and_remembers_nothing(site: Deployed) -> None:
    code, out = site.run("ping", "--dry-run")
    assert (code, site.hubs[0].asked) == (0, 0)
    assert f"{site.hubs[0].url}  would be told of 6 feeds" in out
    assert not (site.root / ".publisher/pinged.json").exists()


def test_scripts_get_the_same_as_json(site: Deployed) -> None:
    code, out = site.run("ping", "--json")
    told = json.loads(out)
    assert (code, told["built"], told["live"], told["dry_run"]) == (0, 6, True, False)
    assert [hub["outcome"] for hub in told["hubs"]] == ["told", "told"]
    assert {feed["state"] for feed in told["feeds"]} == {"live"}


def test_the_command_says_what_it_did_and_ends_as_it_went(site: Deployed) -> None:
    site.hubs[1].trouble = [410]
    code, out = site.run("ping")
    assert code == 1
    assert f"{site.hubs[0].url}  told of 6 feeds: 204 No Content" in out
    assert f"{site.hubs[1].url}  refused: 410 Gone not now" in out
    assert "6 feeds built · 6 changed since the hubs were told" in out


def test_a_hub_that_is_down_is_a_reason_to_try_later(site: Deployed) -> None:
    site.hubs[1].trouble = [503] * 4
    report = site.ping()
    assert exit_code(report) == 75
    assert f"{site.hubs[1].url}  down, tried 4 times: 503" in story(report)


def test_many_feeds_are_told_in_several_forms(site: Deployed) -> None:
    for number in range(10):
        site.post(f"many{number}", f"t{number}")
    site.build()
    site.deploy()
    assert outcomes(site.ping()) == ["told", "told"]
    assert [len(form) for form in site.hubs[0].told] == [20, 16]


@pytest.mark.parametrize("text", ["", "[]", '{"hubs": []}', '{"hubs": {"x": 3}}', "[" * 100_000])
def test_a_damaged_memory_is_none(site: Deployed, text: str) -> None:
    (site.root / ".publisher/pinged.json").write_text(text)
    assert outcomes(site.ping()) == ["told", "told"]


def test_without_a_hub_or_a_build_there_is_nothing_to_ping(site: Deployed) -> None:
    (site.root / ".publisher/built.json").unlink()
    with pytest.raises(ConfigError, match="nothing that was built here"):
        site.ping()
    site.settings()
    with pytest.raises(ConfigError, match="no hub"):
        site.ping()
