"""Each rule that a post can break is found where it is broken, and nowhere else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.config import Config, parse_config
from publisher.model.post import Author, Enclosure, Image
from publisher.syndication.lint import Finding, Subject
from publisher.syndication.lint_feeds import lint_feeds, outline_of
from publisher.syndication.lint_html import lint_html
from publisher.syndication.lint_platforms import lint_platforms
from publisher.syndication.lint_source import lint_source, without_code
from publisher.syndication.lint_text import lint_text
from publisher.syndication.rules import PLATFORMS, known_rules
from publisher.syndication.site_feed import FeedPlan
from tests.feed_samples import AUDIO, HERO, SITE, a_post, an_entry

NOW = datetime(2026, 10, 8, tzinfo=UTC)
ANN = Author(name="Ann Lee")


def a_subject(
    source: str = "內文。\n", post: dict[str, Any] | None = None, platforms: tuple[str, ...] = (), **entry: Any
) -> tuple[Subject, tuple[str, ...]]:
    post = {"hero": None, **(post or {})}
    made = an_entry(1, **{"html": "<p>內文。</p>\n", "title": "看不見的城市", **entry})
    return Subject(entry=made, post=a_post(**post), source=source, now=NOW), platforms


def findings(subject: Subject, platforms: tuple[str, ...] = ()) -> list[Finding]:
    return [
        *lint_text(subject),
        *lint_source(subject),
        *lint_html(subject),
        *lint_platforms(subject, platforms, in_site_feed=True),
    ]


def broken(**changes: Any) -> list[str]:
    return [finding.rule for finding in findings(*a_subject(**changes))]


def audio(**changes: Any) -> Enclosure:
    values = {name: getattr(AUDIO, name) for name in ("url", "length_bytes", "mime_type")}
    return Enclosure(**{**values, **changes})


IN_TEXT = f'<p><img src="{HERO.url}" alt="雲海"></p>'
BLIND = Image(url=HERO.url, length_bytes=1, mime_type="image/webp", width=1200, height=675)
#: Of every rule that is found in a single entry, something that breaks it and no other.
BROKEN: dict[str, dict[str, Any]] = {
    "X2": {"title": "caf\x82"},
    "X6": {"post": {"title": "AT&amp;T"}},
    "R4": {"post": {"title": "<b>粗</b>"}},
    "R5": {"authors": (Author(name="ann@example.org"),)},
    "R15": {"categories": ("甲、乙",), "post": {"params": MappingProxyType({"tags": "甲、乙"})}},
    "R6": {"enclosure": audio(length_bytes=0)},
    "R7": {"guid": "20261005"},
    "R9": {"updated": NOW + timedelta(days=1)},
    "A4": {"guid": "看不見的城市"},
    "G2": {"guid": "tag:shan.example,2026:看不見的城市"},
    "J4": {"source_url": f"{SITE}posts/1/"},
    "L1": {"post": {"params": MappingProxyType({"lang": "中文"})}},
    "M2": {"image": Image(url=HERO.url, alt="雲海"), "html": IN_TEXT},
    "M4": {"image": BLIND, "html": IN_TEXT},
    "H1": {"source": "<script>draw()</script>\n"},
    "H2": {"source": '<iframe srcdoc="<p>x"></iframe>\n'},
    "H3": {"source": '<p style="float: left">x</p>\n'},
    "H4": {"html": '<p><a href="/posts/">x</a></p>'},
    "H7": {"html": '<p><img src="https://shan.example/a.png"></p>'},
    "H8": {"html": "<p>{{&lt; chart 1 &gt;}}</p>"},
    "H9": {"html": "<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>"},
    "H10": {"html": "<p><ruby>漢<rt>ㄏㄢˋ</rt></ruby></p>"},
    "E1": {"html": '<iframe src="https://maps.example/"></iframe>'},
    "E2": {"html": "<figure><figcaption>圖</figcaption></figure>"},
    "E3": {"html": '<img src="https://a.example/1.png" srcset="https://a.example/2.png 2x" alt="">'},
    "E4": {"html": '<video src="https://a.example/1.mp4" controls=""></video>'},
    "E5": {"html": "<details><summary>答案</summary>42</details>"},
    "E6": {"html": '<p><span dir="rtl">עברית</span></p>'},
    "E8": {"source": "<svg><circle r='3'/></svg>\n"},
    "E9": {"html": '<a href="https://a.example/?a=1&amp;utm_source=feed">x</a>'},
    "E10": {"image": HERO},
    "podcast-title": {"title": "長" * 256, "enclosure": AUDIO, "platforms": ("apple",)},
    "podcast-description": {"summary": "長" * 1334, "enclosure": AUDIO, "platforms": ("spotify",)},
    "podcast-address": {"enclosure": audio(url=f"{SITE}audio/%E5%9F%8E.mp3"), "platforms": ("apple",)},
    "podcast-spotify-type": {"enclosure": audio(mime_type="video/mp4"), "platforms": ("spotify",)},
    "flipboard-picture": {"platforms": ("flipboard",)},
    "smartnews-thumbnail": {"platforms": ("smartnews",), "authors": (ANN,)},
    "smartnews-creator": {"platforms": ("smartnews",), "image": HERO, "html": IN_TEXT},
}
#: Found by looking at several entries, or at the settings.
OF_FEEDS = {
    "A11",
    "C7",
    "E11",
    "L2",
    "podcast-missing",
    "podcast-same-audio",
    "flipboard-entries",
    "flipboard-hub",
    "flipboard-text",
    "smartnews-text",
    "smartnews-logo",
}


def test_every_rule_that_is_found_here_has_a_sample() -> None:
    assert {rule.id for rule in known_rules().values() if rule.says} == BROKEN.keys() | OF_FEEDS


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_found_and_said_with_its_facts(rule: str) -> None:
    [finding] = findings(*a_subject(**BROKEN[rule]))
    table = known_rules()[rule]
    facts = {"readers": table.reader_names, **finding.facts}
    assert finding.rule == rule
    assert finding.where.key or finding.where.pieces
    assert "{" not in table.says.format(**facts).replace("{{<", "") + table.mend.format(**facts)


def test_a_sound_entry_breaks_no_rule_of_readers_or_platforms() -> None:
    html = f'{IN_TEXT}<p>內文 <code>{{{{&lt; x &gt;}}}}</code> <a href="https://a.example/?utm=1">x</a></p>'
    sound = {"html": html, "image": HERO, "authors": (ANN,), "enclosure": AUDIO}
    assert broken(platforms=PLATFORMS, **sound) == []


@pytest.mark.parametrize(
    "source",
    [
        "```html\n<svg></svg>\n<script>x</script>\n```\n",
        "~~~\n<iframe></iframe>\n",
        "用 `<svg>` 或 ``<script>`` 畫圖。\n",
        "<!-- <script>x</script> -->\n",
        "{{< highlight html >}}\n<math>\n{{< /highlight >}}\n",
        '<blockquote>推文</blockquote><script async src="https://platform.twitter.com/widgets.js"></script>\n',
        '<script type="application/ld+json">{}</script>\n',
        '<iframe src="https://www.youtube.com/embed/x"></iframe><iframe data-src="/map.html"></iframe>\n',
        '<iframe src="{{< param map >}}"></iframe>\n',
        "<https://example.org/> 3 < 5\n",
        '<button><svg></svg></button><svg class="icon" aria-hidden="true"></svg>\n',
    ],
)
def test_code_comments_and_what_becomes_a_card_break_nothing(source: str) -> None:
    assert broken(source=source) == []


def test_code_in_a_way_not_known_here_is_known_by_what_readers_see() -> None:
    source = "    <svg></svg>\n"
    assert broken(source=source) == ["E8"]
    assert broken(source=source, html="<pre><code>&lt;svg&gt;&lt;/svg&gt;</code></pre>") == []


def test_what_stands_as_code_is_blanked_and_all_else_keeps_its_place() -> None:
    source = "a `<b>` c\n```\n<d>\n```\n<e>"
    assert without_code(source) == "a       c\n   \n   \n   \n<e>"


def test_each_kind_of_loss_is_found_once_with_its_number() -> None:
    html = "<details>1</details><details>2</details>"
    [finding] = findings(*a_subject(html=html))
    assert (finding.rule, finding.facts["number"]) == ("E5", 2)


def test_a_player_with_a_link_inside_loses_nothing() -> None:
    link = '<a href="https://a.example/1.mp4">影片</a>'
    assert broken(html=f'<video src="https://a.example/1.mp4">{link}</video>') == []


def test_a_picture_element_without_an_img_is_shown_by_nobody() -> None:
    assert broken(html='<picture><source srcset="https://a.example/1.avif"></picture>') == ["E3", "H7"]
    assert broken(html='<picture><img src="https://a.example/1.png" alt="1"></picture>') == ["E3"]


@pytest.mark.parametrize("address", ["#top", "posts/", "//cdn.example/a.png", "../x"])
def test_an_address_without_a_scheme_is_relative(address: str) -> None:
    assert broken(html=f'<p><a href="{address}">x</a></p>') == ["H4"]


@pytest.mark.parametrize("address", ["mailto:a@b.example", "tel:+886", "http://a.example/", "magnet:?x"])
def test_an_address_with_a_scheme_is_whole(address: str) -> None:
    assert broken(html=f'<p title="a/b"><a href="{address}">x</a></p>') == []


def test_a_title_may_speak_of_tags_and_entities() -> None:
    assert broken(post={"title": "List<T> 與 R&D；<your name> & co."}) == []


@pytest.mark.parametrize("guid", ["tag:shan.example,2026:city", "urn:uuid:1", "https://old.example/?p=12"])
def test_a_guid_may_be_any_absolute_iri(guid: str) -> None:
    assert broken(guid=guid) == []


def test_a_picture_that_nobody_chose_needs_no_words() -> None:
    chosen, _ = a_subject(**BROKEN["M4"])
    assert findings(replace(chosen, hero_is_named=False)) == []


def test_a_category_in_a_list_may_hold_a_comma() -> None:
    params = MappingProxyType({"tags": ["Washington, D.C."]})
    assert broken(categories=("Washington, D.C.",), post={"params": params}) == []


@pytest.mark.parametrize("tag", ["script", "math", "form", "canvas"])
def test_what_no_feed_carries_is_found_by_its_tag(tag: str) -> None:
    [finding] = findings(*a_subject(source=f"<{tag} id='x'>1</{tag}>\n"))
    assert (finding.rule, finding.facts["tag"]) == ("H1", tag)


def test_a_small_picture_is_too_small_for_flipboard() -> None:
    small = Image(url=HERO.url, alt="雲海", length_bytes=1, mime_type="image/webp", width=399, height=200)
    assert broken(html=IN_TEXT, image=small, platforms=("flipboard",)) == ["flipboard-picture"]


def test_an_author_with_an_address_is_no_creator_for_smartnews() -> None:
    author = Author(name="Ann Lee", email="ann@example.org")
    sound = {"html": IN_TEXT, "image": HERO, "platforms": ("smartnews",)}
    assert broken(authors=(author,), **sound) == ["smartnews-creator"]
    assert broken(authors=(author, ANN), **sound) == []


def test_only_posts_in_the_site_feed_are_what_flipboard_sees() -> None:
    subject, _ = a_subject()
    assert list(lint_platforms(subject, ("flipboard", "smartnews"), in_site_feed=False)) == []


def a_plan(*numbers: int, **changes: Any) -> FeedPlan:
    posts = tuple(a_post(key=f"{number}.md") for number in numbers)
    values = {"folder": "feeds", "title": "山城週記", "description": "", "home_url": SITE, "guid": SITE, "posts": posts}
    return FeedPlan(**{**values, **changes})


def a_config(toml: str) -> Config:
    site = "" if "[site]" in toml else f'[site]\ntitle = "山城週記"\nurl = "{SITE}"\nlanguage = "zh-TW"\n'
    return parse_config(toml + site, Path("publisher.toml"))


def of_feed(*entries: Any, toml: str = "", platforms: tuple[str, ...] = (), **plan: Any) -> list[tuple[str, str]]:
    numbered = dict(enumerate(entries, start=1))
    outlines = {f"{number}.md": outline_of(f"{number}.md", entry) for number, entry in numbered.items()}
    found = lint_feeds(a_config(toml), [a_plan(*numbered, **plan)], outlines, platforms)
    return [(finding.rule, finding.where.post or finding.where.setting) for finding in found]


def test_two_entries_of_one_moment_are_found_at_the_newer() -> None:
    assert of_feed(an_entry(2), an_entry(1)) == []
    assert of_feed(an_entry(2), an_entry(2), an_entry(1)) == [("A11", "1.md")]


def test_a_heavy_feed_is_found_at_its_limit() -> None:
    heavy = an_entry(1, html="長" * 180_000)
    assert of_feed(heavy) == [("C7", "feeds.limit")]
    assert of_feed(heavy, content="teaser") == of_feed(heavy, max_bytes=9000) == []


def test_categories_are_counted_once_for_all() -> None:
    assert of_feed(an_entry(2, categories=("甲",)), an_entry(1)) == [("E11", "site")]


PODCAST = '[podcast]\ncover = "c.jpg"\ncategory = "Arts"\n'


def test_directories_want_a_podcast_and_an_episode() -> None:
    assert of_feed(an_entry(1), platforms=("apple",)) == [("podcast-missing", "podcast")]
    assert of_feed(an_entry(1), toml=PODCAST, platforms=("spotify",)) == [("podcast-missing", "podcast")]
    assert of_feed(an_entry(1, enclosure=AUDIO), toml=PODCAST, platforms=("apple", "spotify")) == []


def test_two_episodes_of_one_file_are_one_for_apple() -> None:
    twice = (an_entry(2, enclosure=AUDIO), an_entry(1, enclosure=AUDIO))
    assert of_feed(*twice, toml=PODCAST, platforms=("apple",)) == [("podcast-same-audio", "1.md")]
    assert of_feed(*twice, toml=PODCAST, platforms=("spotify",)) == []


@pytest.mark.parametrize(("language", "known"), [("zh-TW", True), ("en", True), ("zh-Hant-TW", False), ("yue", False)])
def test_apple_reads_a_language_and_a_region(language: str, known: bool) -> None:
    toml = f'{PODCAST}[site]\ntitle = "山"\nurl = "{SITE}"\nlanguage = "{language}"\n'
    told = of_feed(an_entry(1, enclosure=AUDIO), toml=toml, platforms=("apple",))
    assert told == ([] if known else [("L2", "site.language")])


@pytest.mark.parametrize("platform", ["flipboard", "smartnews"])
def test_who_shows_posts_elsewhere_wants_all_of_their_text(platform: str) -> None:
    told = of_feed(an_entry(1), platforms=(platform,), content="teaser")
    assert (f"{platform}-text", "feeds.site.content") in told


def test_flipboard_and_smartnews_want_something_of_the_feed_itself() -> None:
    told = of_feed(an_entry(1), platforms=("flipboard", "smartnews"))
    assert told == [("flipboard-entries", "feeds.limit"), ("flipboard-hub", "feeds.hubs"), ("smartnews-logo", "site")]
    many = [an_entry(1, updated=NOW + timedelta(minutes=number)) for number in range(30)]
    assert of_feed(*many, toml='[feeds]\nhubs = ["https://hub.example/"]\n', platforms=("flipboard",)) == []


_PIECES = st.sampled_from(
    [
        "<svg>",
        "<a ",
        'href="',
        '"',
        "`",
        "```\n",
        "<!--",
        "-->",
        "<details>",
        "{{<",
        "style=",
        "data:",
        "<iframe",
        "\n",
        ">",
    ]
)


@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=30).map("".join))
@settings(max_examples=200, deadline=None)
def test_whatever_a_post_holds_it_can_be_looked_at(text: str) -> None:
    subject, _ = a_subject(source=text, title=text, html=text, post={"title": text, "description": text})
    for finding in findings(subject, PLATFORMS):
        rule = known_rules()[finding.rule]
        assert rule.says.format(**{"readers": rule.reader_names, **finding.facts})
    assert len(without_code(text)) == len(text)
