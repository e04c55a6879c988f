"""Every byte of a mail: an upgrade of mjml-python or premailer that changes one shows here, before readers see it.

`UPDATE_GOLDEN=1 pytest tests/golden/digest` rewrites the expected files; look at the difference (and at what
`make pictures` shows) before committing it.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.digest.compose import Digest
from publisher.digest.freeze import freeze_mail, web_copy
from publisher.digest.message import build_template
from publisher.digest.note import make_note
from publisher.digest.render import render_digest
from tests.digest_samples import (
    ENV,
    LINKS,
    SITE,
    a_digest,
    a_letterhead,
    a_picture,
    a_story,
    a_subscriber,
    an_issue,
)

HERE = Path(__file__).parent
SOURCE = {"source_name": "島嶼評論", "source_url": "https://review.example/a?b=1&c=2"}


def minimal() -> Digest:
    return a_digest(a_story(1, summary="", labels=(), category=""), language="en", title="Hill Weekly")


def maximal() -> Digest:
    stories = [
        a_story(1, picture=a_picture("0123456789abcdef-1200.jpg"), title="雨天的「時刻表」：慢車，與一本帳", **SOURCE),
        a_story(2, picture=a_picture(), title="A <b> & {{ c }} “d” 𠮷 👩‍👩‍👧", **SOURCE),
        a_story(3),
        a_story(4, category="山"),
        a_story(5, category=""),
    ]
    note, _ = make_note("<p>編輯的話：這週都在下雨。</p>", "編輯的話：這週都在下雨。")
    return replace(a_digest(*stories, has_preferences=True), note=note)


CASES = {"minimal": minimal, "maximal": maximal}


def check(name: str, found: str) -> None:
    expected = HERE / name
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_bytes(found.encode())
    assert found == expected.read_bytes().decode()


def by_lines(html: str) -> str:
    """Put every tag on a line of its own, so that a difference can be read."""
    return html.replace("><", ">\n<")


@pytest.mark.parametrize("name", CASES)
def test_a_mail_is_what_it_was(name: str) -> None:
    mail = render_digest(CASES[name](), ENV)
    check(f"{name}.html", by_lines(mail.html))
    check(f"{name}.txt", mail.text)
    check(f"{name}.web.html", by_lines(web_copy(mail.html, "讀者")))


def test_a_message_is_what_it_was() -> None:
    issue = freeze_mail(render_digest(maximal(), ENV), "weekly", an_issue().frozen_at)
    message = build_template(issue, a_letterhead()).fill(a_subscriber(name="王小明"), LINKS)
    check("maximal.eml", message.content.decode("ascii"))


def test_the_golden_mails_show_every_part_of_the_templates() -> None:
    html = (HERE / "maximal.html").read_text(encoding="utf-8")
    for part in ("本期主打", "來源：島嶼評論", "繼續閱讀", "編輯的話", "取消訂閱", f"{SITE}feeds/rss.xml"):
        assert part in html
