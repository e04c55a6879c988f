import locale
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from publisher.errors import FeedError
from publisher.model.post import Author, Image
from publisher.syndication.feedgen_repairs import ATOM, DC, MEDIA, SY
from publisher.syndication.json_feed import render_json
from publisher.syndication.rss_atom import render_atom, render_rss
from tests.feed_samples import HERO, SITE, a_feed, a_full_entry, an_entry


def channel_of(feed: Any) -> Any:
    return etree.fromstring(render_rss(feed))[0]


def item_of(entry: Any, **changes: Any) -> Any:
    return channel_of(a_feed(entry, **changes)).find("item")


def atom_of(feed: Any) -> Any:
    return etree.fromstring(render_atom(feed))


def atom_entry_of(entry: Any) -> Any:
    return atom_of(a_feed(entry)).find(f"{{{ATOM}}}entry")


def test_atom_links_keep_rel_type_title_and_length() -> None:
    links = [dict(link.attrib) for link in atom_entry_of(a_full_entry()).findall(f"{{{ATOM}}}link")]
    assert links == [
        {"rel": "alternate", "type": "text/html", "href": f"{SITE}posts/2/"},
        {"rel": "enclosure", "type": "audio/mpeg", "length": "7654321", "href": f"{SITE}audio/1.mp3"},
        {"rel": "via", "title": "山城 & 電台", "href": "https://video.example/watch?v=1&t=2"},
    ]


def test_the_channel_link_is_the_home_page_and_its_own_address_an_atom_link() -> None:
    channel = channel_of(a_feed(hubs=("https://a.example/", "https://b.example/")))
    assert channel.findtext("link") == SITE
    assert [(link.get("rel"), link.get("href")) for link in channel.findall(f"{{{ATOM}}}link")] == [
        ("self", f"{SITE}feeds/rss.xml"),
        ("hub", "https://a.example/"),
        ("hub", "https://b.example/"),
    ]


def test_the_syndication_tags_are_spelled_right() -> None:
    channel = channel_of(a_feed())
    assert channel.findtext(f"{{{SY}}}updatePeriod") == "hourly"
    assert channel.findtext(f"{{{SY}}}updateFrequency") == "1"
    assert b"UpdatePeriod" not in render_rss(a_feed()).replace(b"updatePeriod", b"")


@pytest.mark.parametrize(
    ("authors", "expected"),
    [
        ((), []),
        ((Author(name="林小山"),), [("creator", "林小山")]),
        ((Author(name="Ann", email="ann@example.org"),), [("author", "ann@example.org (Ann)")]),
        ((Author(name="Ann", email="ann@example.org"), Author(name="林")), [("creator", "Ann"), ("creator", "林")]),
    ],
)
def test_rss_names_every_author_once(authors: tuple[Author, ...], expected: list[tuple[str, str]]) -> None:
    item = item_of(an_entry(authors=authors))
    found = [(etree.QName(child).localname, child.text) for child in item]
    assert [pair for pair in found if pair[0] in {"author", "creator"}] == expected


def test_a_feed_author_with_email_is_the_managing_editor_else_the_creator() -> None:
    with_email = channel_of(a_feed(authors=(Author(name="Ann", email="ann@example.org"),)))
    assert with_email.findtext("managingEditor") == "ann@example.org (Ann)"
    assert with_email.find(f"{{{DC}}}creator") is None
    without = channel_of(a_feed())
    assert without.findtext(f"{{{DC}}}creator") == "林小山"
    assert without.find("managingEditor") is None


def test_an_atom_feed_without_author_is_its_own_author() -> None:
    assert atom_of(a_feed(an_entry(), authors=())).findtext(f"{{{ATOM}}}author/{{{ATOM}}}name") == "山城週記"


def test_one_picture_is_in_no_group() -> None:
    item = item_of(a_full_entry())
    content = item.find(f"{{{MEDIA}}}content")
    assert dict(content.attrib) == {
        "url": HERO.url,
        "medium": "image",
        "type": "image/webp",
        "fileSize": "48123",
        "width": "1200",
        "height": "675",
    }
    assert content.findtext(f"{{{MEDIA}}}title") == "雲海"
    assert dict(item.find(f"{{{MEDIA}}}thumbnail").attrib) == {"url": HERO.url, "width": "1200", "height": "675"}
    assert item.find(f"{{{MEDIA}}}group") is None


def test_what_is_not_known_of_a_picture_is_not_said() -> None:
    content = item_of(an_entry(image=Image(url=f"{SITE}a.jpg"))).find(f"{{{MEDIA}}}content")
    assert dict(content.attrib) == {"url": f"{SITE}a.jpg", "medium": "image"}
    assert len(content) == 0


@pytest.mark.parametrize(("guid", "permalink"), [(f"{SITE}posts/1/", "true"), (f"{SITE}old/", "false"), ("x", "false")])
def test_a_guid_is_a_permalink_only_where_it_is_the_address_of_the_post(guid: str, permalink: str) -> None:
    element = item_of(an_entry(1, guid=guid)).find("guid")
    assert (element.text, element.get("isPermaLink")) == (guid, permalink)


def test_the_description_is_the_summary_and_the_whole_text_is_encoded_content() -> None:
    item = item_of(an_entry(summary="短", html="<p>長]]></p>\n"))
    assert item.findtext("description") == "短"
    assert item.findtext("{http://purl.org/rss/1.0/modules/content/}encoded") == "<p>長]]></p>\n"


def test_without_a_summary_the_description_is_the_whole_text() -> None:
    item = item_of(an_entry(summary=""))
    assert item.findtext("description") == "<p>內文 &amp; 更多。</p>\n"


def test_atom_content_is_html_and_its_summary_text() -> None:
    entry = atom_entry_of(an_entry())
    assert dict(entry.find(f"{{{ATOM}}}content").attrib) == {"type": "html"}
    assert dict(entry.find(f"{{{ATOM}}}summary").attrib) == {}


def test_the_date_of_a_feed_is_that_of_its_newest_change() -> None:
    feed = a_feed(an_entry(1), a_full_entry())
    assert channel_of(feed).findtext("lastBuildDate") == "Sat, 03 Oct 2026 01:02:03 +0000"
    assert atom_of(feed).findtext(f"{{{ATOM}}}updated") == "2026-10-03T01:02:03+00:00"


def test_a_feed_without_entries_has_no_time_of_build() -> None:
    assert channel_of(a_feed()).find("lastBuildDate") is None
    assert atom_of(a_feed()).findtext(f"{{{ATOM}}}updated") == "1970-01-01T00:00:00+00:00"


def test_rss_dates_are_english_and_keep_their_time_zone() -> None:
    item = item_of(an_entry(1))
    assert item.findtext("pubDate") == "Thu, 01 Oct 2026 08:00:00 +0800"
    old = datetime(987, 1, 2, tzinfo=UTC)
    assert item_of(an_entry(1, published=old, updated=old)).findtext("pubDate") == "Tue, 02 Jan 0987 00:00:00 +0000"


def test_no_feed_touches_the_locale_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> str:
        raise AssertionError("a feed changed the locale")

    monkeypatch.setattr(locale, "setlocale", refuse)
    feed = a_feed(a_full_entry(), an_entry())
    assert render_rss(feed)
    assert render_atom(feed)


def test_an_entry_in_another_language_says_so() -> None:
    english = an_entry(language="en")
    assert atom_entry_of(english).get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
    assert item_of(english).findtext(f"{{{DC}}}language") == "en"
    same = an_entry(language="zh-tw")
    assert atom_entry_of(same).get("{http://www.w3.org/XML/1998/namespace}lang") is None


def test_rss_tells_the_source_without_calling_it_a_feed() -> None:
    item = item_of(a_full_entry())
    assert item.findtext(f"{{{DC}}}source") == "https://video.example/watch?v=1&t=2"
    assert item.find("source") is None


def test_an_enclosure_of_unknown_length_has_length_0_in_rss_and_none_in_atom() -> None:
    enclosure = a_full_entry().enclosure
    assert enclosure
    entry = a_full_entry(enclosure=replace(enclosure, length_bytes=0))
    assert item_of(entry).find("enclosure").get("length") == "0"
    assert atom_entry_of(entry).find(f"{{{ATOM}}}link[@rel='enclosure']").get("length") is None


def test_icon_and_rights_stand_at_the_head() -> None:
    icon = Image(url=f"{SITE}icon.png", mime_type="image/png")
    feed = a_feed(icon=icon, copyright="CC BY 4.0")
    channel = channel_of(feed)
    assert [channel.findtext(f"image/{name}") for name in ("url", "title", "link")] == [icon.url, feed.title, SITE]
    assert channel.findtext("copyright") == "CC BY 4.0"
    assert atom_of(feed).findtext(f"{{{ATOM}}}logo") == icon.url
    assert atom_of(feed).findtext(f"{{{ATOM}}}rights") == "CC BY 4.0"
    assert channel_of(a_feed(icon=replace(icon, mime_type="image/webp"))).find("image") is None


def test_a_feed_without_an_address_is_refused() -> None:
    with pytest.raises(FeedError, match='"山城週記" has no atom address'):
        render_atom(a_feed(urls={"rss": f"{SITE}rss.xml"}))


def test_equal_feeds_give_equal_bytes() -> None:
    for render in (render_rss, render_atom):
        assert render(a_feed(a_full_entry())) == render(a_feed(a_full_entry()))
        assert render(a_feed()).startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n")


@pytest.mark.parametrize("render", [render_rss, render_atom, render_json])
def test_an_entry_stands_alike_in_every_feed_that_shows_it(render: Any) -> None:
    entry = a_full_entry()
    alone, in_japanese = a_feed(entry), a_feed(an_entry(title="先"), entry, language="ja")
    first, other = render(alone), render(in_japanese)
    assert (render(alone), render(in_japanese)) == (first, other)
    assert b"zh-TW" in other.split("先".encode())[1]
