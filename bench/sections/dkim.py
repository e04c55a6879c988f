"""Signing messages of 60 KB by DKIM: dkimpy's RSA against ours, then Ed25519, then both on each message; one core."""

from __future__ import annotations

import resource
import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bench.measure import Cost, Standing
from bench.report import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.sections import Options
    from publisher.delivery.dkim import DkimKey

#: Messages signed in one run, by dkimpy and by us.
_FEW, _MANY = 25, 500
_PARAGRAPH = "<p>山間的小路在雨後特別安靜,只聽得見溪水。</p>\n"


def run(options: Options) -> Iterator[Result]:
    """Give one table; the ratios are times per message."""
    from publisher.delivery.dkim import sign

    message, keys = _message(), _keys()
    rsa, ed25519 = keys[:1], keys[1:]
    jobs: dict[str, tuple[Callable[[], object], int]] = {
        "dkimpy, RSA 2048": (_dkimpy(message, keys[0]), _FEW),
        "publisher, RSA 2048": (lambda: sign(message, rsa), _MANY),
        "publisher, Ed25519": (lambda: sign(message, ed25519), _MANY),
        "publisher, both": (lambda: sign(message, keys), _MANY),
    }
    turns = [[_time(job, times) for job, times in jobs.values()] for _ in range(options.runs)]
    columns = [tuple(column) for column in zip(*turns, strict=True)]
    standings = tuple(_standing(name, costs, columns[0]) for name, costs in zip(jobs, columns, strict=True))
    yield Result(f"Signing a message of {len(message):,} bytes", standings, _rates(standings))


def _time(job: Callable[[], object], times: int) -> Cost:
    """Time one message, as the mean of many."""
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        job()
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost((time.perf_counter() - wall) / times, (time.process_time() - cpu) / times, peak_mib)


def _standing(name: str, costs: tuple[Cost, ...], reference: tuple[Cost, ...]) -> Standing:
    ratios = (cost.cpu_s / other.cpu_s for cost, other in zip(costs, reference, strict=True))
    return Standing(name, costs, statistics.median(ratios))


def _rates(standings: tuple[Standing, ...]) -> str:
    """Say how many signatures a second of processor time that makes; "both" makes two a message."""
    rates = (f"{one.name} {(2 if 'both' in one.name else 1) / one.cpu_s:,.0f}" for one in standings)
    return f"Signatures a second of processor time: {', '.join(rates)}. Ratios are of processor time."


def _keys() -> tuple[DkimKey, ...]:
    from publisher.delivery.dkim import DkimKey
    from publisher.delivery.dkim_keys import new_keys

    return tuple(
        DkimKey(domain="example.org", selector=f"weekly-{name}", private=key) for name, key in new_keys().items()
    )


def _dkimpy(message: bytes, key: DkimKey) -> Callable[[], object]:
    import dkim

    from publisher.delivery.dkim_keys import to_pem

    pem = to_pem(key.private)
    canonical = (b"relaxed", b"relaxed")
    return lambda: dkim.sign(message, key.selector.encode(), key.domain.encode(), pem, canonicalize=canonical)


def _message() -> bytes:
    """Write a digest's message, as a send does."""
    from publisher.digest.letterhead import Letterhead, UnsubscribeLinks
    from publisher.digest.message import build_template
    from publisher.model.issue import Issue, Period
    from publisher.model.message import UNSUBSCRIBE, Mailbox
    from publisher.model.subscriber import Subscriber

    now = datetime(2026, 2, 9, tzinfo=UTC)
    issue = Issue(
        newsletter="weekly",
        number=1,
        period=Period(start=now - timedelta(days=7), end=now),
        subject="本週文章",
        preheader="",
        html=f"<html><body>{_PARAGRAPH * 300}<a href='{UNSUBSCRIBE}'>取消訂閱</a></body></html>",
        text=f"{_PARAGRAPH * 20}{UNSUBSCRIBE}\n",
        manifest=(),
        frozen_at=now,
        content_hash="0" * 64,
    )
    letterhead = Letterhead(
        newsletter="weekly",
        title="台北週報",
        sender=Mailbox(email="weekly@example.org", name="台北週報"),
        reply_to=None,
        envelope_sender="bounces@example.org",
        archive_url="https://example.org/newsletters/weekly/",
        owner="weekly@example.org",
        unsubscribe_url="https://example.org/u/",
        unsubscribe_mailbox="weekly@example.org",
    )
    links = UnsubscribeLinks(https="https://example.org/u/AAAA", mailto="mailto:weekly@example.org?subject=AAAA")
    reader = Subscriber(id=1, newsletter="weekly", email="reader@example.net", since=now)
    return build_template(issue, letterhead).fill(reader, links).content
