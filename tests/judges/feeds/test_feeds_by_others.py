"""What programs of other people make of our feeds: feedparser, lxml, the Atom grammar, the JSON Feed schema."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lxml import etree

from publisher.model.feed import Feed, Format, History
from publisher.model.post import Author
from publisher.syndication.amounts import as_shown, as_summary
from publisher.syndication.entries import make_entry
from publisher.syndication.json_feed import render_json
from publisher.syndication.podcast import render_podcast
from publisher.syndication.rss_atom import render_atom, render_rss
from publisher.templates import FEEDS, environment
from tests.feed_samples import a_feed, a_full_entry, a_podcast, a_post, a_rendered, an_entry

HERE = Path(__file__).parent
ATOM_GRAMMAR = etree.RelaxNG(etree.parse(HERE / "atom.rng"))
JSON_SCHEMA = Draft202012Validator(json.loads((HERE / "json_feed.schema.json").read_text(encoding="utf-8")))
ENV = environment(FEEDS, None)
ATOM = "{http://www.w3.org/2005/Atom}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"

FULL = a_feed(a_full_entry(), an_entry(1))
EMPTY = a_feed()
BARE = a_feed(
    an_entry(1, guid="urn:x:1", summary="", html="", language=""), authors=(), hubs=(), description="", language="en"
)
PAGE: Mapping[Format, str] = {form: f"{url}?1" for form, url in FULL.urls.items()}
ARCHIVE = a_feed(an_entry(1), history=History(current=FULL.urls, previous=PAGE, following=PAGE, is_archive=True))
SHORT = a_feed(as_summary(a_full_entry()), as_summary(an_entry(1, summary="")), as_shown(an_entry(2), "teaser", ENV))
FEEDS_OF_ALL_KINDS = pytest.mark.parametrize(
    "feed", [FULL, BARE, EMPTY, ARCHIVE, SHORT], ids=["full", "bare", "empty", "archive", "short"]
)
XML = {"rss": render_rss, "atom": render_atom}


def parse(document: bytes) -> Any:
    parsed = feedparser.parse(document)
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_takes_the_post_for_the_link_of_an_entry(form: str) -> None:
    parsed = parse(XML[form](FULL))
    assert [entry.link for entry in parsed.entries] == [entry.url for entry in FULL.entries]
    assert [entry.id for entry in parsed.entries] == [entry.guid for entry in FULL.entries]
    assert parsed.feed.link == FULL.home_url


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_finds_one_enclosure_with_its_length_and_type(form: str) -> None:
    full, bare = parse(XML[form](FULL)).entries
    assert [dict(one, rel="")["href"] for one in full.enclosures] == ["https://shan.example/audio/1.mp3"]
    assert [(one.length, one.type) for one in full.enclosures] == [("7654321", "audio/mpeg")]
    assert bare.enclosures == []


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_finds_authors_without_email(form: str) -> None:
    parsed = parse(XML[form](FULL))
    assert [author.name for author in parsed.entries[0].authors] == ["林小山", "Ann Lee"]
    assert parsed.feed.author == "林小山"


def test_feedparser_finds_a_single_author_with_email_in_rss() -> None:
    entry = a_full_entry(authors=(Author(name="Ann Lee", email="ann@example.org"),))
    [parsed] = parse(render_rss(a_feed(entry))).entries
    assert (parsed.author_detail.name, parsed.author_detail.email) == ("Ann Lee", "ann@example.org")
    assert len(parsed.authors) == 1


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_reads_chinese_text_exactly(form: str) -> None:
    html = "<p>「你的工作，將是管理一個團隊」——𠮷野家。</p>\n"
    entry = an_entry(1, title="奧特曼談 Codex：「能力溢出」", summary="他認為，每家公司都是 API 公司。", html=html)
    [parsed] = parse(XML[form](a_feed(entry))).entries
    assert (parsed.title, parsed.summary) == (entry.title, entry.summary)
    assert parsed.content[0].value == html.strip()


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_reads_dates_tags_language_hub_and_picture(form: str) -> None:
    parsed = parse(XML[form](FULL))
    entry = parsed.entries[0]
    assert tuple(entry.published_parsed)[:6] == (2026, 10, 2, 0, 0, 0)
    assert [tag.term for tag in entry.tags] == ["散步", "R&D <實驗>"]
    assert parsed.feed.language == "zh-TW"
    rels = {(link.rel, link.href) for link in parsed.feed.links}
    assert {("hub", "https://hub.example/"), ("self", FULL.urls["rss" if form == "rss" else "atom"])} <= rels
    picture = {"url": "https://shan.example/images/hero.webp", "medium": "image", "type": "image/webp"}
    size = {"filesize": "48123", "width": "1200", "height": "675"}
    assert entry.media_content == [picture | size]


def test_the_source_of_an_entry_is_its_via_link_and_never_its_link() -> None:
    [via] = [link for link in parse(render_atom(FULL)).entries[0].links if link.rel == "via"]
    assert (via.href, via.title) == ("https://video.example/watch?v=1&t=2", "山城 & 電台")


def test_feedparser_reads_the_podcast() -> None:
    parsed = parse(render_podcast(a_podcast(a_full_entry(), an_entry(1))))
    assert len(parsed.entries) == 1
    [entry] = parsed.entries
    assert (entry.itunes_duration, entry.itunes_season, entry.itunes_episode) == ("755", "2", "7")
    assert parsed.feed.image.href == "https://shan.example/images/cover.jpg"
    assert parsed.feed.publisher_detail == {"name": "林小山", "email": "owner@shan.example"}
    assert {"Society & Culture", "Documentary"} <= {tag.term for tag in parsed.feed.tags}


@FEEDS_OF_ALL_KINDS
def test_the_atom_grammar_accepts_the_feed(feed: Feed) -> None:
    tree = etree.fromstring(render_atom(feed))
    assert ATOM_GRAMMAR.validate(tree), ATOM_GRAMMAR.error_log
    # The grammar's two rules in prose: who has no author of its own needs the feed's; no two alternate links alike.
    assert tree.find(f"{ATOM}author") is not None
    for entry in tree.iter(f"{ATOM}entry"):
        assert len(entry.findall(f"{ATOM}link[@rel='alternate']")) == 1


def test_the_atom_grammar_can_refuse() -> None:
    broken = render_atom(FULL).replace(b"<updated>", b"<changed>").replace(b"</updated>", b"</changed>")
    assert not ATOM_GRAMMAR.validate(etree.fromstring(broken))


@FEEDS_OF_ALL_KINDS
def test_the_json_feed_schema_accepts_the_feed(feed: Feed) -> None:
    JSON_SCHEMA.validate(json.loads(render_json(feed)))


def test_the_json_feed_schema_can_refuse() -> None:
    assert list(JSON_SCHEMA.iter_errors({**json.loads(render_json(FULL)), "author": {"name": "x"}}))


@FEEDS_OF_ALL_KINDS
def test_rss_has_each_required_element_once(feed: Feed) -> None:
    [channel] = etree.fromstring(render_rss(feed))
    for name in ("title", "link", "description", "language", "generator"):
        assert len(channel.findall(name)) == 1
    for item in channel.iter("item"):
        for name in ("title", "link", "guid", "pubDate", "description"):
            assert len(item.findall(name)) == 1


AWKWARD = [
    "]]>",
    "<![CDATA[",
    "&amp;",
    "<b>粗</b>",
    "\x00",
    "\x0b",
    "\ufffe",
    "\ud83d",
    "👩‍👩‍👧‍👦",
    "\u202bעברית\u202c",
    "\u200f",
    "𠮷",
    "\r\n",
    "\x85",
    "\u2028",
    "&#x0;",
    "{{",
    "　",
]
any_text = st.lists(st.one_of(st.sampled_from(AWKWARD), st.text(alphabet=st.characters(), max_size=6))).map("".join)


@given(title=any_text, description=any_text, body=any_text, tag=any_text)
@settings(max_examples=150, deadline=None)
def test_any_text_says_the_same_in_all_three_formats(title: str, description: str, body: str, tag: str) -> None:
    post = a_post(title=title, description=description, tags=(tag,), source_name=title)
    feed = a_feed(make_entry(post, a_rendered(body, ""), "urn:x:1", ENV))
    [item] = json.loads(render_json(feed))["items"]
    rss = etree.fromstring(render_rss(feed))[0].find("item")
    atom = etree.fromstring(render_atom(feed)).find(f"{ATOM}entry")
    assert rss is not None
    assert atom is not None
    assert [rss.findtext("title"), atom.findtext(f"{ATOM}title")] == [item["title"]] * 2
    if rss.find("description") is not None and "summary" in item:
        assert [rss.findtext("description"), atom.findtext(f"{ATOM}summary")] == [item["summary"]] * 2
        assert [rss.findtext(CONTENT), atom.findtext(f"{ATOM}content")] == [item["content_html"]] * 2
    assert [one.text for one in rss.findall("category")] == item["tags"]
    assert [one.get("term") for one in atom.findall(f"{ATOM}category")] == item["tags"]
    JSON_SCHEMA.validate(json.loads(render_json(feed)))


@given(title=any_text, description=any_text)
@settings(max_examples=80, deadline=None)
def test_any_summary_and_any_teaser_say_the_same_in_all_three_formats(title: str, description: str) -> None:
    entry = make_entry(a_post(title=title, description=description), a_rendered("<p>全文</p>", ""), "urn:x:1", ENV)
    feed = a_feed(as_summary(entry), as_shown(entry, "teaser", ENV))
    short, teaser = json.loads(render_json(feed))["items"]
    rss = etree.fromstring(render_rss(feed))[0].findall("item")
    atom = etree.fromstring(render_atom(feed)).findall(f"{ATOM}entry")
    assert [rss[0].findtext("description"), atom[0].findtext(f"{ATOM}summary")] == [short["content_text"]] * 2
    assert [rss[0].find(CONTENT), atom[0].find(f"{ATOM}content")] == [None, None]
    # Where there is no summary, RSS has the content as description.
    in_rss = rss[1].findtext(CONTENT) or rss[1].findtext("description")
    assert [in_rss, atom[1].findtext(f"{ATOM}content")] == [teaser["content_html"]] * 2
    assert ATOM_GRAMMAR.validate(etree.fromstring(render_atom(feed))), ATOM_GRAMMAR.error_log
    JSON_SCHEMA.validate(json.loads(render_json(feed)))


@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"], exclude_characters="<&\ufffe\uffff")
    )
)
@settings(max_examples=100, deadline=None)
def test_feedparser_reads_any_plain_title_as_it_was_written(title: str) -> None:
    feed = a_feed(an_entry(1, title=f"甲{title}乙"))
    for render in XML.values():
        [entry] = parse(render(feed)).entries
        assert entry.title == f"甲{title}乙"
