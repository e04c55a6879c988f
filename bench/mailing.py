"""A mailing of made-up size: one issue, many readers, in a store of its own; and the run that sends it.

    python -m bench.mailing make FOLDER READERS KIB
    python -m bench.mailing letter FOLDER FILE
    python -m bench.mailing send FOLDER PORT tls|none CONNECTIONS

`send` prints one line of JSON: what it did, and what it cost from opening the store to the last recorded outcome.
"""

from __future__ import annotations

import hashlib
import json
import random
import resource
import shutil
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import words

NEWSLETTER = "weekly"
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
CONNECTIONS = 10
#: Readers written to the store in one transaction.
PAGE = 2_000

SETTINGS = """[site]
title = "週報"
url = "https://example.org/"
language = "zh-TW"
timezone = "Asia/Taipei"

[newsletters.weekly]
sender = "週報 <weekly@example.org>"
postal_address = "臺北市某路 1 號"
transport = "relay"
unsubscribe_url = "https://example.org/u/"

[delivery.relay]
kind = "smtp"
host = "127.0.0.1"
port = {port}
connections = {connections}
ehlo_name = "bench.example.org"
{encryption}
"""


def make(folder: Path, readers: int, kib: int) -> None:
    """Write a store with one frozen issue, its messages about `kib` KiB on the wire, and its planned audience."""
    from publisher.config import load_config
    from publisher.pipeline.audience import plan_audience
    from publisher.store.issues import freeze_issue
    from publisher.store.open import open_store
    from publisher.store.subscribers import NewSubscriber, add_subscribers

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _settle(folder, 25, CONNECTIONS, 'security = "none"')
    (folder / "kib").write_text(str(kib))
    issue = _issue(kib)
    config = load_config(folder)
    with closing(open_store(config.store.url, config.root)) as store:
        for start in range(0, readers, PAGE):
            emails = [
                f"reader{number:07}@mail{number % 40}.example" for number in range(start, min(readers, start + PAGE))
            ]
            with store.begin() as connection:
                add_subscribers(connection, NEWSLETTER, [NewSubscriber(email=e, address=e) for e in emails], NOW)
        with store.begin() as connection:
            freeze_issue(connection, issue)
            plan_audience(connection, issue, NOW)


def _issue(kib: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - publisher is imported late
    from publisher.model.issue import Issue, Period

    chance = random.Random(kib)
    html = [f"<p>{chance.choice(words.PLACES)}：{chance.choice(words.JUDGEMENTS)}</p>\n" for _ in range(4)]
    # Three bytes a character, three characters a byte in quoted-printable; the text twin is small.
    while len("".join(html).encode()) * 2.4 < kib * 1024:
        html += [
            f'<p><a href="https://example.org/posts/{chance.randrange(1000)}/">{chance.choice(words.THINGS)}</a>'
            f"{chance.choice(words.VERBS)}，{chance.choice(words.JUDGEMENTS)}。</p>\n"
            for _ in range(10)
        ]
    body = "".join(html) + '<p><a href="XXUNSUBSCRIBEXX">取消訂閱</a></p>'
    return Issue(
        newsletter=NEWSLETTER,
        number=1,
        period=Period(start=NOW - timedelta(days=7), end=NOW),
        subject="本週文章",
        preheader="",
        html=f"<!doctype html><html><body>{body}</body></html>",
        text="本週文章\n\n取消訂閱：XXUNSUBSCRIBEXX\n",
        manifest=("urn:x:1",),
        frozen_at=NOW,
        content_hash=hashlib.sha256(body.encode()).hexdigest(),
    )


def _settle(folder: Path, port: int, connections: int, encryption: str) -> None:
    text = SETTINGS.format(port=port, connections=connections, encryption=encryption)
    (folder / "publisher.toml").write_text(text, encoding="utf-8")


def send(folder: Path, port: int, encryption: str, connections: int = CONNECTIONS) -> None:
    """Send the issue to everybody, by the program's own recipe."""
    from publisher.config import load_config
    from publisher.pipeline.send import SendOptions, Watch, send_issue

    ca_file = 'ca_file = "../certificate.pem"\n' if encryption != "none" else ""
    _settle(folder, port, connections, f'security = "{encryption}"\n{ca_file}')
    config = load_config(folder)
    options = SendOptions(number=1, old_plan=True, missing_images=True)
    began, cpu = time.perf_counter(), time.process_time()
    report = send_issue(config, NEWSLETTER, NOW, options=options, watch=Watch(clock=lambda: datetime.now(UTC)))
    wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    if report.outcome != "sent":
        sys.exit(f"{report.outcome}: {dict(report.states)} {report.stopped}")
    tell(report.run["accepted"], wall_s, cpu_s)


def letter(folder: Path, file: Path) -> None:
    """Write one reader's message into a file, without its To field."""
    from publisher.config import load_config
    from publisher.model.subscriber import Subscriber
    from publisher.pipeline.letters import letters_for
    from publisher.store.keys import TokenKey

    issue = _issue(int((folder / "kib").read_text()))
    reader = Subscriber(id=1, newsletter=NEWSLETTER, email="reader@mail.example", since=NOW)
    content = letters_for(load_config(folder), issue, TokenKey(kid=1, secret=bytes(32))).write(reader).content
    file.write_bytes(b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(b"To: ")))


def tell(messages: int, wall_s: float, cpu_s: float) -> None:
    """Print what a sender did."""
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"messages": messages, "wall_s": wall_s, "cpu_s": cpu_s, "peak_mib": peak_mib}))


if __name__ == "__main__":
    what, folder_name, *numbers = sys.argv[1:]
    if what == "make":
        make(Path(folder_name), int(numbers[0]), int(numbers[1]))
    elif what == "letter":
        letter(Path(folder_name), Path(numbers[0]))
    else:
        send(Path(folder_name), int(numbers[0]), numbers[1], int(numbers[2]))
