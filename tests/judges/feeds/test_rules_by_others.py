"""Rules that no post can break, shown by other parsers; and that feedparser takes out what rules.toml says it does."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType
from typing import Any

import feedparser
import pytest
from lxml import etree

from publisher.content.html.clean import clean_html
from publisher.model.feed import Feed
from publisher.syndication.json_feed import render_json
from publisher.syndication.lint import Subject
from publisher.syndication.lint_html import lint_html
from publisher.syndication.podcast import render_podcast
from publisher.syndication.rss_atom import render_atom, render_rss
from publisher.syndication.rules import known_rules
from tests.feed_samples import a_feed, a_full_entry, a_podcast, a_post, an_entry

FULL = a_feed(a_full_entry(), an_entry(1))
XML: dict[str, Callable[[Feed], bytes]] = {
    "rss": render_rss,
    "atom": render_atom,
    "podcast": lambda feed: render_podcast(a_podcast(*feed.entries)),
}
#: Where each prefix usually leads (RSS Best Practices Profile; rssboard.org/media-rss; the podcast namespaces).
PREFIXES = MappingProxyType(
    {
        "atom": "http://www.w3.org/2005/Atom",
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "media": "http://search.yahoo.com/mrss/",
        "sy": "http://purl.org/rss/1.0/modules/syndication/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "podcast": "https://podcastindex.org/namespace/1.0",
        "fh": "http://purl.org/syndication/history/1.0",
        "source": "http://source.scripting.com/",
    }
)


@pytest.mark.parametrize("form", XML)
def test_xml_begins_with_its_declaration_in_utf_8(form: str) -> None:
    document = XML[form](FULL)
    assert re.match(rb"<\?xml version=['\"]1\.0['\"] encoding=['\"]UTF-8['\"]\?>", document)
    assert etree.fromstring(document).getroottree().docinfo.encoding == "UTF-8"
    document.decode("utf-8")


@pytest.mark.parametrize("form", XML)
def test_prefixes_are_declared_under_their_usual_names(form: str) -> None:
    for element in etree.fromstring(XML[form](FULL)).iter():
        for prefix, name in element.nsmap.items():
            assert name == PREFIXES["atom" if prefix is None else prefix]


@pytest.mark.parametrize("form", ["rss", "podcast"])
def test_rss_says_nothing_by_twins_and_nothing_that_is_out_of_use(form: str) -> None:
    root = etree.fromstring(XML[form](FULL))
    twins = {f"{{{PREFIXES['dc']}}}{name}" for name in ("date", "title", "description", "subject", "identifier")}
    twins |= {f"{{{PREFIXES['atom']}}}{name}" for name in ("id", "updated", "published", "title", "author")}
    unused = {"textInput", "rating", "cloud", "docs", "source", "ttl", "skipHours", "skipDays"}
    assert {str(element.tag) for element in root.iter()} & (twins | unused - {"docs"}) == set()


def test_atom_and_json_dates_have_a_time_zone() -> None:
    atom = etree.fromstring(render_atom(FULL))
    written = [str(one.text) for name in ("updated", "published") for one in atom.iter(f"{{{PREFIXES['atom']}}}{name}")]
    for item in json.loads(render_json(FULL))["items"]:
        written += [item["date_published"], item["date_modified"]]
    assert len(written) == 9
    for text in written:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
        assert datetime.fromisoformat(text).tzinfo


def test_entries_come_newest_first_in_every_format() -> None:
    wanted = [entry.guid for entry in FULL.entries]
    assert [entry.published for entry in FULL.entries] == sorted((one.published for one in FULL.entries), reverse=True)
    assert [item["id"] for item in json.loads(render_json(FULL))["items"]] == wanted
    for render in (render_rss, render_atom):
        assert [entry.id for entry in feedparser.parse(render(FULL)).entries] == wanted


def test_json_hubs_are_of_the_type_websub() -> None:
    assert json.loads(render_json(FULL))["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]


def test_json_extensions_have_no_dots_in_their_names() -> None:
    feed = json.loads(render_json(FULL))
    names = {name for one in (feed, *feed["items"]) for name in one if name.startswith("_")}
    assert not any("." in name for name in names)


def test_ruby_goes_out_as_it_is() -> None:
    html = "<p><ruby>漢<rp>(</rp><rt>ㄏㄢˋ</rt><rp>)</rp></ruby></p>"
    assert clean_html(html) == html
    assert _read_by_feedparser(html) == "<p>漢(ㄏㄢˋ)</p>"
    assert _read_by_feedparser("<p><ruby>漢<rt>ㄏㄢˋ</rt></ruby></p>") == "<p>漢ㄏㄢˋ</p>"


def _read_by_feedparser(html: str, render: Any = render_rss) -> str:
    [entry] = feedparser.parse(render(a_feed(an_entry(1, html=html)))).entries
    return str(entry.content[0].value)


#: HTML that breaks a rule, and what feedparser must lose of it.
LOST = {
    "E1": ('<iframe src="https://maps.example/"></iframe>', "<iframe"),
    "E3": (
        '<picture><source srcset="https://a.example/2.webp"><img src="https://a.example/1.png" alt=""></picture>',
        "<picture",
    ),
    "E5": ("<details><summary>答案</summary>42</details>", "<summary"),
}


@pytest.mark.parametrize("render", [render_rss, render_atom], ids=["rss", "atom"])
@pytest.mark.parametrize("rule", LOST)
def test_feedparser_loses_what_a_rule_says_it_loses(rule: str, render: Any) -> None:
    html, gone = LOST[rule]
    subject = Subject(
        entry=an_entry(1, html=html), post=a_post(hero=None), source="", now=datetime(2026, 10, 8).astimezone()
    )
    assert rule in {finding.rule for finding in lint_html(subject)}
    assert "feedparser" in known_rules()[rule].readers
    assert gone not in _read_by_feedparser(html, render)


def test_feedparser_drops_srcset_and_keeps_src() -> None:
    read = _read_by_feedparser('<img src="https://a.example/1.png" srcset="https://a.example/2.png 2x" alt="">')
    assert "srcset" not in read
    assert 'src="https://a.example/1.png"' in read


@pytest.mark.parametrize(
    ("rule", "html", "kept"),
    [
        ("E2", "<figure><figcaption>圖</figcaption></figure>", "<figcaption>"),
        ("E4", '<video src="https://a.example/1.mp4" controls></video>', "<video"),
        ("E6", '<p><span dir="rtl">עברית</span></p>', '<span dir="rtl">'),
        ("E9", '<a href="https://a.example/?utm_source=feed">x</a>', "utm_source=feed"),
    ],
)
def test_feedparser_keeps_what_rules_don_t_say_it_loses(rule: str, html: str, kept: str) -> None:
    assert "feedparser" not in known_rules()[rule].readers
    assert kept in _read_by_feedparser(html)


@pytest.mark.parametrize("feed", [FULL], ids=["full"])
def test_feedparser_knows_entries_by_guid_and_shows_their_categories(feed: Feed) -> None:
    assert "feedparser" not in known_rules()["E11"].readers
    [full, _] = feedparser.parse(render_rss(feed)).entries
    assert full.id == feed.entries[0].guid
    assert [tag.term for tag in full.tags] == list(feed.entries[0].categories)
