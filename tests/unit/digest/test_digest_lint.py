"""What clients, filters and readers would hold against an issue is told before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from publisher.digest.client_data import client_tables
from publisher.digest.display_cells import cells, cut
from publisher.digest.freeze import freeze_mail
from publisher.digest.lint import lint_issue
from publisher.digest.lint_clients import DENIED, client_names, client_table, parse_html
from publisher.digest.lint_contrast import Pair, pairs_of
from publisher.digest.lint_links import KnownLinks
from publisher.digest.render import render_digest
from tests.digest_samples import ENV, SITE, WEEK, a_digest, an_issue

if TYPE_CHECKING:
    from publisher.model.issue import Issue

WORDS = "山城下了一整天的雨，我們在車站把同步寫完，然後去看海。" * 3
KNOWN = KnownLinks(
    site_url=SITE, is_page=lambda url: url == f"{SITE}posts/1/", outside=frozenset({"https://else.example/a b"})
)


def an_issue_with(body: str = "", head: str = "", **changes: str) -> Issue:
    said = f"<h1>山城週記</h1><p>{WORDS}</p>{body}"
    page = f'<!DOCTYPE html><html lang="zh-Hant-TW"><head>{head}</head><body>{said}</body></html>'
    facts = {
        "html": page,
        "text": WORDS,
        "subject": "山城的第一天｜第 7 期",
        "preheader": "還有：山城的第二天",
        **changes,
    }
    return replace(an_issue(), **facts)  # type: ignore[arg-type]


def found(issue: Issue, known: KnownLinks | None = None) -> list[tuple[str, str]]:
    return [(problem.rule, problem.message) for problem in lint_issue(issue, known)]


def test_the_shipped_digest_has_nothing_to_mend() -> None:
    assert lint_issue(freeze_mail(render_digest(a_digest(), ENV), "weekly", WEEK.end)) == ()


def test_a_plain_mail_has_nothing_to_mend() -> None:
    assert found(an_issue_with()) == []


@pytest.mark.parametrize(
    ("slug", "body"),
    [
        ("image-webp", '<img src="https://x.example/a.webp" alt="海">'),
        ("image-svg", '<img src="https://x.example/a.svg?v=2" alt="海">'),
        ("image-base64", '<img src="data:image/png;base64,AA" alt="海">'),
        ("html-form", "<form></form>"),
        ("html-video", "<video></video>"),
        ("html-picture", "<picture></picture>"),
        ("css-display-flex", '<p style="display: inline-flex">雨</p>'),
        ("css-display-grid", "<style>p { display: grid }</style>"),
        ("css-position", '<p style="position:absolute">雨</p>'),
        ("css-variables", "<style>p { color: var(--ink) }</style>"),
        ("css-modern-color", '<p style="border-color: rgb(0 0 0 / .5)">雨</p>'),
        ("css-at-import", "<style>@import 'https://x.example/a.css';</style>"),
        ("css-at-font-face", "<style>@font-face { font-family: x }</style>"),
        ("css-nesting", "<style>p { b { margin: 0 } }</style>"),
    ],
)
def test_what_spoils_a_mail_is_an_error_that_names_who_lacks_it(slug: str, body: str) -> None:
    problems = [problem for problem in lint_issue(an_issue_with(body)) if problem.rule == "mail-client"]
    assert [(problem.severity, problem.hint) for problem in problems] == [("error", DENIED[slug])]
    assert any(name in problems[0].message for name in client_names())


def test_scripts_and_at_rules_within_at_rules_are_errors() -> None:
    issue = an_issue_with(
        "<script></script>", "<style>@media screen { @media (max-width: 9px) { p { margin: 0 } } }</style>"
    )
    assert found(issue) == [
        ("mail-client", "every mail client removes <script>"),
        ("mail-client", "an @ rule stands within another, and Gmail drops a <style> for that"),
    ]


def test_every_denied_feature_is_in_the_table() -> None:
    assert DENIED.keys() <= client_tables()["features"].keys()


def test_the_table_says_who_understands_what_the_mail_uses() -> None:
    rows = {row.slug: row for row in client_table(an_issue_with('<p style="padding-left: 2rem">雨</p>').html)}
    assert rows["css-padding"].sample == "padding-left: 2rem"
    assert len(rows["css-unit-rem"].support) == len(client_names())
    assert set(rows["css-unit-rem"].support) <= set("yanu")
    assert "css-margin" not in rows


def test_the_table_knows_anchors_corners_and_selectors() -> None:
    body = '<a href="#top">上</a><p style="display: inline-block; left: 0; border-top-left-radius: 2px">雨</p>'
    head = "<style>p::before, [a] > p + p ~ *, #b .c:hover { margin: calc(1px + 1px) }</style>"
    slugs = {row.slug for row in client_table(an_issue_with(body, head).html)}
    expected = ["html-anchor-links", "css-left-right-top-bottom", "css-border-radius", "css-unit-calc"]
    expected += [
        f"css-selector-{kind}" for kind in ("attribute", "child", "adjacent-sibling", "universal", "id", "class")
    ]
    assert slugs >= {*expected, "css-pseudo-element-before", "css-pseudo-class-hover"}


def test_the_table_begins_with_what_most_clients_lack() -> None:
    missing = [
        row.support.count("n")
        for row in client_table(an_issue_with('<p style="text-wrap:balance;margin:0">雨</p>').html)
    ]
    assert missing == sorted(missing, reverse=True)
    assert missing[0] > 0


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        (f"{SITE}posts/1/#top", []),
        (f"{SITE}posts/2/", [f"a link leads to a page that the site does not have: {SITE}posts/2/"]),
        ("https://else.example/a%20b", []),
        ("https://new.example/", ["a link leads to an address that nobody wrote down: https://new.example/"]),
        ("http://else.example/", ['a link is not encrypted: "海" leads to http://else.example/']),
        ("/posts/1/", ['a link has no whole address: "海" leads to /posts/1/']),
        ("mailto:a@x.example", []),
        ("XXUNSUBSCRIBEXX", []),
    ],
)
def test_a_link_leads_to_a_page_or_to_an_address_somebody_wrote(href: str, expected: list[str]) -> None:
    assert found(an_issue_with(f'<a href="{href}">海</a>'), KNOWN) == [("mail-link", message) for message in expected]


def test_without_a_site_only_the_form_of_links_is_judged() -> None:
    assert found(an_issue_with('<a href="https://new.example/">海</a>')) == []


def test_a_link_that_shows_another_domain_is_an_error() -> None:
    link = '<a href="https://evil.example/">https://bank.example/login</a>'
    assert found(an_issue_with(link)) == [("mail-spam", "a link shows bank.example and leads to evil.example")]
    assert found(an_issue_with('<a href="https://www.bank.example/">bank.example</a>')) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"subject": "READ THIS NOW 雨"}, "mail-spam"),
        ({"subject": "雨！快看！"}, "mail-spam"),
        ({"text": "雨\nhttps://x.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}, "mail-spam"),
        ({"text": WORDS + "！！！"}, "mail-spam"),
        ({"subject": " "}, "mail-subject"),
        ({"subject": "字" * 36}, "mail-subject-length"),
        ({"preheader": "雨"}, "mail-preheader-length"),
        ({"preheader": "雨" * 120}, "mail-preheader-length"),
    ],
)
def test_words_that_inboxes_cut_or_filters_distrust_are_told(changes: dict[str, str], rule: str) -> None:
    assert [name for name, _ in found(an_issue_with(**changes))] == [rule]


def test_a_long_subject_is_shown_as_a_phone_cuts_it() -> None:
    ((_, message),) = found(an_issue_with(subject="字" * 36))
    assert message.endswith("a phone this: " + "字" * 19 + "…")


def test_a_mail_of_pictures_alone_is_an_error() -> None:
    page = '<html lang="zh"><body><h1>雨</h1><img src="https://x.example/a.jpg" alt="海"></body></html>'
    assert found(an_issue_with(html=page)) == [("mail-spam", "the mail is all pictures and hardly any words")]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<h1>又一個</h1>", "the mail has 2 h1"),
        ("<h3>跳過了</h3>", "an h3 follows an h1: 跳過了"),
        ("<h2> </h2>", "an empty h2"),
        ('<img src="https://x.example/a.jpg">', "a picture without alt: https://x.example/a.jpg"),
        ('<img src="https://x.example/a.jpg" alt="DSC_1.JPG">', "a picture's alt is a file's name: DSC_1.JPG"),
        ('<a href="https://x.example/"> </a>', "a link without words: https://x.example/"),
    ],
)
def test_what_a_listener_would_miss_is_told(body: str, message: str) -> None:
    assert found(an_issue_with(body)) == [("mail-reading", message)]


def test_a_picture_gives_its_link_words() -> None:
    assert found(an_issue_with('<a href="https://x.example/"><img src="https://x.example/a.jpg" alt="海"></a>')) == []


def test_headings_before_the_first_and_a_missing_language_are_told() -> None:
    page = f"<html><body><h2>雨</h2><h1>山城</h1><p>{WORDS}</p></body></html>"
    assert [message for _, message in found(an_issue_with(html=page))] == [
        "a heading stands before the h1",
        "the mail does not say its language",
    ]


def pair_of(body: str, sample: str, head: str = "") -> dict[str, Pair]:
    root = parse_html(f"<html><head>{head}</head><body>{body}</body></html>")
    return {pair.scheme: pair for pair in pairs_of(root) if pair.sample == sample}


def test_black_on_white_is_21_to_1() -> None:
    assert round(pair_of('<p style="color:#000;background:#fff">雨</p>', "雨")["light"].ratio, 2) == 21


def test_pale_text_is_told_for_the_scheme_in_which_it_is_pale() -> None:
    head = "<style>p { color: #777777 } @media (prefers-color-scheme: dark) { p { color: #000000 } }</style>"
    page = (
        f'<html lang="zh"><head>{head}</head><body><h1>雨</h1><p style="background: #FFFFFF">{WORDS}</p></body></html>'
    )
    assert found(an_issue_with(html=page)) == [
        ("mail-contrast", f"contrast 4.48:1 in light, #777777 on #FFFFFF: {WORDS[:40]}")
    ]


@pytest.mark.parametrize(
    ("head", "attributes", "red"),
    [
        ("p { color: red }", "", True),
        ("p { color: red }", 'style="color: blue"', False),
        ("p { color: red !important }", 'style="color: blue"', True),
        ("p.a { color: red } p { color: blue }", 'class="a"', True),
        ("p { color: red } p { color: blue }", "", False),
        ("@media (max-width: 480px) { p { color: red } }", "", False),
        ("@media screen { p { color: red } }", "", True),
        ("body { color: red }", 'style="color: inherit"', True),
        ("p:hover { color: red } ~~ { color: red } p:nosuch(x) { color: red }", "", False),
        ("@supports (color: red) { p { color: red } }", "", False),
    ],
)
def test_the_stronger_rule_decides_a_colour(head: str, attributes: str, red: bool) -> None:
    pair = pair_of(f"<p {attributes}>雨</p>", "雨", f"<style>{head}</style>")["light"]
    assert (pair.text == (1, 0, 0)) is red


def test_transparent_colours_are_mixed_and_hidden_text_is_not_seen() -> None:
    body = '<div style="background: rgba(0,0,0,.5)"><p style="color:#fff">雨</p><p style="display:none">藏</p></div>'
    assert pair_of(body, "雨")["light"].ground == (0.5, 0.5, 0.5)
    assert pair_of(body, "藏") == {}


def test_chinese_takes_two_cells_and_what_draws_nothing_takes_none() -> None:
    assert (cells("a雨"), cells("｜"), cells("é"), cells("e\u0301"), cells("\u200c\u034f")) == (3, 2, 1, 1, 0)
    assert (cut("山城週記", 8), cut("山城週記", 7), cut("ab", 1)) == ("山城週記", "山城週…", "…")
