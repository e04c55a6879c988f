"""Pages about feeds, the list of all feeds and the feed menu, as a build writes them."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from lxml import html
from PIL import Image

from publisher.config import load_config
from publisher.errors import TemplateError
from publisher.pipeline.build import build
from publisher.pipeline.build_report import BuildReport

NOW = datetime(2026, 10, 8, tzinfo=UTC)
AUDIO = Path(__file__).parents[2] / "golden/maximal/site/static/audio/tone.mp3"
PODCAST = '[podcast]\ncover = "cover.jpg"\ncategory = "Society & Culture"\n'


class SmallSite:
    """A site in a folder, with what a test adds to it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.public = root / "public"
        self.settings()

    def settings(self, feeds: str = "", more: str = "", site: str = "") -> None:
        head = f'[site]\ntitle = "山城 & 週記"\nurl = "https://shan.example/"\nlanguage = "zh-TW"\n{site}\n'
        self.write("publisher.toml", f"{head}[feeds]\n{feeds}\n{more}")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def post(self, name: str, day: int, more: str = "") -> None:
        text = f"---\ntitle: 第<{day}>天\ndate: 2026-10-{day:02}T08:00:00+08:00\n{more}---\n\n內文。\n"
        self.write(f"content/{name}.md", text)

    def build(self) -> BuildReport:
        return build(load_config(self.root), NOW)

    def page(self, folder: str = "feeds") -> html.HtmlElement:
        return html.fromstring((self.public / folder / "index.html").read_text(encoding="utf-8"))


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return SmallSite(tmp_path)


def texts(page: html.HtmlElement, path: str) -> list[str]:
    return [" ".join(found.text_content().split()) for found in page.xpath(path)]


def rules(report: BuildReport) -> list[str | None]:
    return [problem.rule for problem in report.problems]


def test_a_page_shows_what_a_feed_is_called_and_its_newest_entries(site: SmallSite) -> None:
    for day in range(1, 8):
        site.post(f"p{day}", day)
    site.post("p0", 1, "")
    site.build()
    page = site.page()
    assert page.get("lang") == "zh-Hant-TW"
    assert texts(page, "//h1") == ["山城 & 週記"]
    assert texts(page, "//ol[@class='entries']/li/a")[:2] == ["第<7>天", "第<6>天"]
    assert page.xpath("//ol/li/a/@href")[0] == "https://shan.example/p7/"


def test_the_address_can_be_copied_without_any_script(site: SmallSite) -> None:
    site.post("p", 1)
    site.build()
    [field] = site.page().xpath("//input[@readonly]")
    [button] = site.page().xpath("//button")
    assert field.get("value") == "https://shan.example/feeds/rss.xml"
    assert site.page().xpath(f"//label[@for='{field.get('id')}']")
    assert button.get("hidden") is not None, "without script, the button would do nothing"


def test_a_page_tells_readers_that_look_for_feeds(site: SmallSite) -> None:
    site.post("p", 1)
    site.build()
    links = site.page().xpath("//link[@rel='alternate']")
    assert [(link.get("type"), link.get("href").rpartition("/")[2]) for link in links] == [
        ("application/rss+xml", "rss.xml"),
        ("application/atom+xml", "atom.xml"),
        ("application/feed+json", "feed.json"),
    ]


def test_the_index_leads_to_the_page_of_each_feed_and_each_page_back(site: SmallSite) -> None:
    site.settings('by = ["tags"]')
    site.post("p", 1, "tags: [AI 代理, Hugo]\n")
    site.build()
    hrefs = site.page().xpath("//ul[@class='feeds']/li/a/@href")
    assert hrefs == [
        "https://shan.example/feeds/tags/ai-%E4%BB%A3%E7%90%86/",
        "https://shan.example/feeds/tags/hugo/",
    ]
    assert texts(site.page(), "//ul[@class='feeds']/li/a") == ["AI 代理 1 篇", "Hugo 1 篇"]
    page = site.page("feeds/tags/ai-代理")
    assert texts(page, "//h1") == ["AI 代理 · 山城 & 週記"]
    assert "https://shan.example/feeds/" in page.xpath("//footer//a/@href")


def test_the_podcast_has_a_page_with_links_for_podcast_apps(site: SmallSite) -> None:
    site.settings(more=PODCAST)
    (site.root / "static").mkdir()
    shutil.copy(AUDIO, site.root / "static" / "a.mp3")
    Image.new("RGB", (1400, 1400), "navy").save(site.root / "static" / "cover.jpg", quality=20)
    site.post("silent", 1)
    site.post("spoken", 2, "audio: /a.mp3\n")
    site.build()
    page = site.page("feeds/podcast")
    hrefs = page.xpath("//ul[@class='readers']/li/a/@href")
    assert hrefs[:2] == [
        "podcast://shan.example/feeds/podcast.xml",
        "overcast://x-callback-url/add?url=https%3A%2F%2Fshan.example%2Ffeeds%2Fpodcast.xml",
    ]
    assert texts(page, "//ol[@class='entries']/li/a") == ["第<2>天"]


def test_a_site_may_choose_other_readers_and_other_words(site: SmallSite) -> None:
    site.write("feeds/readers.toml", '[[reader]]\nname = "我的"\nlink = "https://reader.example/{bare}?{url}"\n')
    site.write("feeds/wording/zh-TW.toml", 'latest = "剛寫好的"\n')
    site.post("p", 1)
    site.build()
    assert site.page().xpath("//ul[@class='readers']/li/a/@href") == [
        "https://reader.example/shan.example/feeds/rss.xml?https%3A%2F%2Fshan.example%2Ffeeds%2Frss.xml"
    ]
    assert texts(site.page(), "//h2") == ["剛寫好的"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("feeds/readers.toml", '[[reader]]\nname = "x"\nlink = "{nothing}"\n'),
        ("feeds/readers.toml", "[[reader]\n"),
        ("feeds/wording/zh-TW.toml", 'lastest = "x"\n'),
    ],
)
def test_a_mistake_in_a_list_or_in_words_names_the_file(site: SmallSite, name: str, text: str) -> None:
    site.write(name, text)
    site.post("p", 1)
    with pytest.raises(TemplateError) as caught:
        site.build()
    assert name.removeprefix("feeds/") in str(caught.value)


def test_the_pages_are_in_the_language_of_the_site_or_else_in_english(site: SmallSite) -> None:
    site.post("p", 1)
    wanted = {"en-GB": "Latest posts", "ja": "最近の記事", "zh-Hant": "最近的文章", "sw": "Latest posts"}
    for language, heading in wanted.items():
        site.settings()
        text = (site.root / "publisher.toml").read_text(encoding="utf-8")
        site.write("publisher.toml", text.replace('"zh-TW"', f'"{language}"'))
        site.build()
        assert texts(site.page(), "//h2") == [heading]


def test_nothing_is_written_twice_and_words_that_change_are(site: SmallSite) -> None:
    site.settings('by = ["tags"]\nfeed_menu = true')
    site.post("p", 1, "tags: [甲]\n")
    site.build()
    assert site.build().written == 0
    site.write("feeds/wording/zh-TW.toml", 'latest = "剛寫好的"\n')
    changed = {file.path.relative_to(site.public).as_posix() for file in site.build().files if file.changed}
    assert changed == {"feeds/index.html", "feeds/tags/甲/index.html"}


def test_a_new_post_changes_the_pages_of_its_feeds_only(site: SmallSite) -> None:
    site.settings('by = ["tags"]')
    site.post("p", 1, "tags: [甲]\n")
    site.post("q", 2, "tags: [乙]\n")
    site.build()
    site.post("r", 3, "tags: [乙]\n")
    pages = [file for file in site.build().files if file.path.name == "index.html"]
    assert [file.path.parent.name for file in pages if file.changed] == ["feeds", "乙"]


def test_somebody_elses_page_is_never_overwritten(site: SmallSite) -> None:
    site.write("public/feeds/index.html", "<!DOCTYPE html><title>mine</title>")
    site.post("p", 1)
    assert rules(site.build()) == ["page-clash"]
    assert (site.public / "feeds/index.html").read_text() == "<!DOCTYPE html><title>mine</title>"
    assert (site.public / "feeds/rss.xml").exists()


def test_a_page_of_ours_is_known_again_without_any_memory(site: SmallSite) -> None:
    site.post("p", 1)
    site.build()
    shutil.rmtree(site.root / ".publisher")
    site.post("q", 2)
    assert rules(site.build()) == []
    assert texts(site.page(), "//ol/li/a") == ["第<2>天", "第<1>天"]


def test_there_are_no_pages_where_they_are_not_wanted_or_would_be_the_sites_own(site: SmallSite) -> None:
    site.post("p", 1)
    site.settings("pages = false")
    site.build()
    assert not [*site.public.rglob("*.html"), *site.public.rglob("*.opml")]
    site.settings('path = "/"')
    site.build()
    assert not [*site.public.rglob("*.html")]
    assert (site.public / "feeds.opml").exists()


def test_the_opml_lists_every_feed(site: SmallSite) -> None:
    site.settings('by = ["tags"]')
    site.post("p", 1, "tags: ['<&>甲']\n")
    site.build()
    root = ET.fromstring((site.public / "feeds/feeds.opml").read_bytes())
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "山城 & 週記")
    outlines = root.findall("body/outline")
    assert [outline.get("text") for outline in outlines] == ["山城 & 週記", "<&>甲 · 山城 & 週記"]
    assert outlines[0].attrib["xmlUrl"] == "https://shan.example/feeds/rss.xml"
    assert {outline.get("type") for outline in outlines} == {"rss"}


def test_the_feed_menu_is_written_on_request_only(site: SmallSite) -> None:
    site.post("p", 1, "tags: [甲]\n")
    site.build()
    path = site.public / ".well-known/feed-menu.json"
    assert not path.exists()
    long = "字" * 60
    site.settings(f'feed_menu = true\nby = ["tags"]\n[feeds.group.tags]\ntitle = "{long}{{term}}"')
    assert rules(site.build()) == []
    menu = json.loads(path.read_bytes())
    assert menu["feed-menu"] == "山城 & 週記"
    first, tags = menu["items"]
    assert (first["rss"], first["atom"], first["lang"]) == ("/feeds/rss.xml", "/feeds/atom.xml", "zh-TW")
    assert (tags["feed-menu"], tags["items"][0]["feed-title"]) == ("標籤", "字" * 49 + "…")


def test_the_feed_menu_leaves_out_what_the_draft_has_no_word_for(site: SmallSite) -> None:
    site.settings('feed_menu = true\nformats = ["json"]')
    site.post("p", 1)
    site.build()
    assert json.loads((site.public / ".well-known/feed-menu.json").read_bytes())["items"] == []
