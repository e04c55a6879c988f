"""Posts, pictures, digests and issues that the digest's tests are made of."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image as Pillow

from publisher.digest.compose import Digest, Imprint, Masthead, Picture, Story, make_digest
from publisher.digest.letterhead import Letterhead, UnsubscribeLinks
from publisher.digest.wording import Wording, load_wording
from publisher.model.issue import Issue, Period
from publisher.model.message import Mailbox
from publisher.model.post import Post
from publisher.model.subscriber import Subscriber
from publisher.templates import EMAIL, environment

SITE = "https://shan.example/"
TAIPEI = ZoneInfo("Asia/Taipei")
ENV = environment(EMAIL, None)
WEEK = Period(start=datetime(2026, 9, 30, 16, tzinfo=UTC), end=datetime(2026, 10, 7, 16, tzinfo=UTC))
LINKS = UnsubscribeLinks(
    https="https://shan.example/u/AbC-_1", mailto="mailto:bye@shan.example?subject=unsubscribe%20AbC-_1"
)


def wording(language: str = "zh-TW") -> Wording:
    return load_wording(ENV, language)


def a_post(number: int = 1, **changes: Any) -> Post:
    day = datetime(2026, 10, 1, 9, tzinfo=TAIPEI) + timedelta(days=number - 1)
    post = Post(
        key=f"posts/{number}.md",
        path=Path(f"content/posts/{number}.md"),
        body_line=5,
        title=f"山城的第{number}天",
        url=f"{SITE}posts/{number}/",
        published=day,
        updated=day,
        description=f"第{number}天下雨，我們在車站寫完了整套同步。",
        tags=("鐵道",),
        categories=("散文",),
    )
    return replace(post, **changes)


def a_story(number: int = 1, **changes: Any) -> Story:
    story = Story(
        guid=f"urn:x:{number}",
        url=f"{SITE}posts/{number}/",
        title=f"山城的第{number}天",
        summary=f"第{number}天下雨，我們在車站寫完了整套同步。",
        date=f"2026 年 10 月 {number} 日",
        labels=("散文", "鐵道"),
        minutes=3,
        category="散文",
        source_name="",
        source_url="",
    )
    return replace(story, **changes)


def a_picture(name: str = "0123456789abcdef-672.jpg") -> Picture:
    return Picture(url=f"{SITE}email/{name}", alt="雨中的車站")


def a_masthead(**changes: Any) -> Masthead:
    masthead = Masthead(
        title="山城週記",
        number=7,
        period=WEEK,
        zone=TAIPEI,
        language="zh-TW",
        web_url=f"{SITE}newsletters/weekly/7/",
        archive_url=f"{SITE}newsletters/weekly/",
        home_url=SITE,
        feed_url=f"{SITE}feeds/rss.xml",
        postal_address="山城週記・22448 新北市瑞芳區豎崎路 1 號",
    )
    return replace(masthead, **changes)


def an_imprint(language: str = "zh-TW", **changes: Any) -> Imprint:
    imprint = Imprint(
        title="山城週記",
        language=language,
        web_url=f"{SITE}newsletters/weekly/",
        archive_url=f"{SITE}newsletters/weekly/",
        home_url=SITE,
        feed_url=f"{SITE}feeds/rss.xml",
        postal_address="山城週記・22448 新北市瑞芳區豎崎路 1 號",
    )
    return replace(imprint, **changes)


def a_digest(*stories: Story, language: str = "zh-TW", **changes: Any) -> Digest:
    lead, *others = stories or (a_story(1, picture=a_picture("0123456789abcdef-1200.jpg")), a_story(2))
    return make_digest(a_masthead(language=language, **changes), wording(language), lead, others)


def an_issue(**changes: Any) -> Issue:
    issue = Issue(
        newsletter="weekly",
        number=7,
        period=WEEK,
        subject="山城的第一天｜第 7 期",
        preheader="還有：山城的第二天",
        html='<!DOCTYPE html><html><body><p>雨</p><a href="XXUNSUBSCRIBEXX">取消訂閱</a></body></html>',
        text="雨\n\n取消訂閱\nXXUNSUBSCRIBEXX\n",
        manifest=("urn:x:1",),
        frozen_at=datetime(2026, 10, 8, 0, 0, 5, tzinfo=UTC),
        content_hash="0" * 64,
        web_url=f"{SITE}newsletters/weekly/7/",
    )
    return replace(issue, **changes)


def a_letterhead(**changes: Any) -> Letterhead:
    letterhead = Letterhead(
        newsletter="weekly",
        title="山城週記",
        sender=Mailbox(email="weekly@shan.example", name="山城週記"),
        reply_to=Mailbox(email="hello@shan.example"),
        envelope_sender="bounce@shan.example",
        archive_url=f"{SITE}newsletters/weekly/",
        owner="hello@shan.example",
        unsubscribe_url="https://shan.example/u/",
        unsubscribe_mailbox="bye@shan.example",
    )
    return replace(letterhead, **changes)


def a_subscriber(number: int = 17, **changes: Any) -> Subscriber:
    subscriber = Subscriber(
        id=number,
        newsletter="weekly",
        email=f"reader{number}@mail.example",
        name="",
        since=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return replace(subscriber, **changes)


def image_file(size: tuple[int, int] = (1600, 900), mode: str = "RGB", kind: str = "PNG", **options: Any) -> bytes:
    """Draw a picture: red at the upper left, blue at the upper right, below so many colours that it is no flat art."""
    down, round_about = Pillow.linear_gradient("L").resize(size), Pillow.radial_gradient("L").resize(size)
    across = Pillow.linear_gradient("L").rotate(90).resize(size)
    picture = Pillow.merge("RGB", (down, across, round_about))
    picture.paste((200, 30, 20), (0, 0, size[0] // 2, size[1] // 2))
    picture.paste((20, 30, 200), (size[0] // 2, 0, size[0], size[1] // 2))
    buffer = io.BytesIO()
    picture.convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()
