"""The usual ways of sending one mail to many, from Python: `python mail_senders.py WAY PORT MESSAGES FILE`.

FILE is one complete message of ours. Each way sends it MESSAGES times, with the recipient in the To field, and keeps
no record of anything. WAY: smtplib (one connection), aiosmtplib (ten).
"""

import asyncio
import json
import resource
import smtplib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

HOST, SENDER, CONNECTIONS = "127.0.0.1", "weekly@example.org", 10


def letters(content: bytes, count: int) -> Iterator[tuple[str, bytes]]:
    """The message ready as bytes: cheaper than an EmailMessage for each, which is what most scripts do."""
    for number in range(count):
        recipient = f"reader{number:07}@mail{number % 40}.example"
        yield recipient, b"".join((b"To: ", recipient.encode(), b"\r\n", content))


def by_smtplib(port: int, content: bytes, count: int) -> None:
    with smtplib.SMTP(HOST, port, local_hostname="bench.example.org") as session:
        for recipient, letter in letters(content, count):
            session.sendmail(SENDER, [recipient], letter)


async def by_aiosmtplib(port: int, content: bytes, count: int) -> None:
    from aiosmtplib import SMTP

    waiting = letters(content, count)

    async def work() -> None:
        options = {"use_tls": False, "start_tls": False, "local_hostname": "bench.example.org"}
        async with SMTP(hostname=HOST, port=port, **options) as session:
            for recipient, letter in waiting:
                await session.sendmail(SENDER, [recipient], letter)

    await asyncio.gather(*(work() for _ in range(CONNECTIONS)))


def main() -> None:
    way, port, count, file = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    content = file.read_bytes()
    began, cpu = time.perf_counter(), time.process_time()
    if way == "smtplib":
        by_smtplib(port, content, count)
    else:
        asyncio.run(by_aiosmtplib(port, content, count))
    cost = {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"messages": count, **cost, "peak_mib": peak_mib}))


main()
