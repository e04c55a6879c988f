"""A digest of ten posts: rendering it once, and filling it for each reader, beside Python's own email package."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from statistics import median
from typing import TYPE_CHECKING, Final

from bench.measure import Cost, Standing
from bench.report import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.sections import Options
    from publisher.digest.compose import Digest
    from publisher.digest.message import MessageTemplate
    from publisher.model.subscriber import Subscriber

POSTS: Final = 10
#: Messages in one run of each way: Python's package is some 200 times slower.
MESSAGES: Final = {"email package": 100, "template": 20_000}


def run(options: Options) -> Iterator[Result]:
    """Time both, and tell the sizes."""
    from publisher.digest.freeze import freeze_mail
    from publisher.digest.letterhead import Letterhead
    from publisher.digest.message import build_template
    from publisher.digest.render import render_digest
    from publisher.model.message import Mailbox
    from publisher.templates import EMAIL, environment

    env, digest = environment(EMAIL, None), _digest()
    mail = render_digest(digest, env)  # once untimed: imports, and templates compiled
    renders = tuple(_time(lambda: render_digest(digest, env), 10) for _ in range(options.runs))
    size = f"{len(mail.html.encode()):,} bytes of HTML, {len(mail.text.encode()):,} of text"
    yield Result(f"Render an issue of {POSTS} posts", (Standing("render_digest", renders, 1.0),), size)
    letterhead = Letterhead(
        newsletter="weekly",
        title="山城週記",
        sender=Mailbox(email="weekly@shan.example", name="山城週記"),
        reply_to=None,
        envelope_sender="weekly@shan.example",
        archive_url="https://shan.example/newsletters/weekly/",
        owner="weekly@shan.example",
        unsubscribe_url="https://shan.example/u/",
        unsubscribe_mailbox="weekly@shan.example",
    )
    template = build_template(freeze_mail(mail, "weekly", datetime(2026, 10, 8, tzinfo=UTC)), letterhead)
    yield _fills(template, options.runs)


def _fills(template: MessageTemplate, runs: int) -> Result:
    """Make messages for readers with names, both ways, in turn."""
    readers = [_reader(number) for number in range(max(MESSAGES.values()))]
    ways: dict[str, Callable[[Subscriber], bytes]] = {
        "email package": lambda reader: _by_the_package(template, reader),
        "template": lambda reader: _by_template(template, reader),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            queue = iter(readers)
            costs[name].append(_time(lambda way=way, queue=queue: way(next(queue)), MESSAGES[name]))  # type: ignore[misc]
    first = costs["email package"]
    standings = tuple(
        Standing(name, tuple(found), median(one.wall_s / base.wall_s for one, base in zip(found, first, strict=True)))
        for name, found in costs.items()
    )
    rate = 1 / median(one.cpu_s for one in costs["template"])
    size = len(_by_template(template, readers[0]))
    return Result("One message for a reader with a name", standings, f"{size:,} bytes each; {rate:,.0f} a second")


def _time(job: Callable[[], object], times: int) -> Cost:
    """Give what one of so many calls takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        job()
    return Cost((time.perf_counter() - wall) / times, (time.process_time() - cpu) / times, 0.0)


def _reader(number: int) -> Subscriber:
    from publisher.model.subscriber import Subscriber

    since = datetime(2026, 1, 1, tzinfo=UTC)
    email = f"reader{number}@mail.example"
    return Subscriber(id=number, newsletter="weekly", email=email, name=f"王小明 {number}", since=since)


def _by_template(template: MessageTemplate, reader: Subscriber) -> bytes:
    from publisher.digest.letterhead import make_links

    return template.fill(reader, make_links(template.letterhead, f"AAAbC-1_{reader.id}")).content


def _by_the_package(template: MessageTemplate, reader: Subscriber) -> bytes:
    """Make the same message as most programs would."""
    link = f"https://shan.example/u/AAAbC-1_{reader.id}"
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = f"山城週記 <{template.letterhead.sender.email}>"
    message["To"] = f"{reader.name} <{reader.email}>"
    message["Subject"] = template.issue.subject
    message["Date"] = format_datetime(template.issue.frozen_at)
    for name, value in template.headers.items():
        message[name] = value
    message["List-Unsubscribe"] = f"<{link}>"
    message.set_content(template.issue.text.replace("XXUNSUBSCRIBEXX", link))
    message.add_alternative(template.issue.html.replace("XXUNSUBSCRIBEXX", link), subtype="html")
    return message.as_bytes()


def _digest() -> Digest:
    from zoneinfo import ZoneInfo

    from publisher.digest.compose import Masthead, Picture, Story, make_digest
    from publisher.digest.wording import load_wording
    from publisher.model.issue import Period
    from publisher.templates import EMAIL, environment

    wording = load_wording(environment(EMAIL, None), "zh-TW")
    masthead = Masthead(
        title="山城週記",
        number=7,
        period=Period(start=datetime(2026, 10, 1, tzinfo=UTC), end=datetime(2026, 10, 8, tzinfo=UTC)),
        zone=ZoneInfo("Asia/Taipei"),
        language="zh-TW",
        web_url="https://shan.example/newsletters/weekly/7/",
        archive_url="https://shan.example/newsletters/weekly/",
        home_url="https://shan.example/",
        feed_url="https://shan.example/feeds/rss.xml",
        postal_address="22448 新北市瑞芳區豎崎路 1 號",
    )
    lead, *others = (
        Story(
            guid=f"urn:x:{number}",
            url=f"https://shan.example/posts/{number}/",
            title=f"山城的第 {number} 天：雨停了一下子",
            summary="下雨的日子，我們在車站寫完了整套同步，順便把時刻表背了下來。" * 3,
            date=f"2026 年 10 月 {number} 日",
            labels=("散文", "鐵道"),
            minutes=3,
            category="散文",
            source_name="",
            source_url="",
            picture=Picture(url=f"https://shan.example/email/{number:016x}-672.jpg", alt="雨中的車站"),
        )
        for number in range(1, POSTS + 1)
    )
    return make_digest(masthead, wording, lead, others)
