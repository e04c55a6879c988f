"""The transport `maildir`: puts messages into a folder that mail programs read (mutt, Thunderbird, Dovecot).

    [delivery.maildir]
    path = "outbox"        # a relative path starts from the folder of publisher.toml

A file's name is derived from the delivery, so a message that is there already is seen, even after it was read, and is
never delivered again. Spec: maildir(5), cr.yp.to/proto/maildir.html.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.config import parse_delivery
from publisher.delivery.transport import WITHHELD, DeliveryTable, Limits, Receipt
from publisher.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import Config
    from publisher.delivery.transport import Commit
    from publisher.model.message import Message

#: Commits are shared by so many messages; what a crash leaves undecided, `lookup` decides.
BATCH = 100


class MaildirSettings(DeliveryTable):
    """[delivery.maildir]."""

    #: The maildir; made when it is not there.
    path: Path = Path("outbox")


class MaildirTransport:
    """Delivers into one maildir, whoever the recipient is."""

    limits = Limits(batch=BATCH, local=True)

    def __init__(self, name: str, config: Config) -> None:
        settings = parse_delivery(config, name, MaildirSettings)
        self.folder = config.root / settings.path
        with _explain(self.folder):
            for part in ("tmp", "new", "cur"):
                (self.folder / part).mkdir(parents=True, exist_ok=True)
            # A mail program that has read a message moves it to cur/ and adds ":2," and flags to its name.
            self._there = {file.name.partition(":")[0] for part in ("new", "cur") for file in self._files(part)}

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        """Deliver the messages (see Transport.send)."""
        allowed = commit(batch)
        receipts = tuple(self._deliver(message) if message.delivery_key in allowed else WITHHELD for message in batch)
        _sync(self.folder / "new")
        return receipts

    def lookup(self, delivery_key: str) -> Receipt | None:
        """Say whether a delivery is in the maildir."""
        name = file_name(delivery_key)
        if name in self._there:
            return Receipt(status="accepted", provider_id=name)
        return Receipt(status="deferred", detail="it is not in the maildir")

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _files(self, part: str) -> Iterator[Path]:
        return (self.folder / part).iterdir()

    def _deliver(self, message: Message) -> Receipt:
        name = file_name(message.delivery_key)
        if name in self._there:
            return Receipt(status="accepted", provider_id=name, detail="it was there already")
        try:
            self._write(name, message.content)
        except OSError as error:
            return Receipt(status="deferred", reason="server", detail=f"{self.folder}: {error.strerror}")
        self._there.add(name)
        return Receipt(status="accepted", provider_id=name)

    def _write(self, name: str, content: bytes) -> None:
        """Write to tmp/, reach the disk, appear in new/ all at once."""
        temporary = self.folder / "tmp" / name
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.folder / "new" / name)


def file_name(delivery_key: str) -> str:
    """Name a delivery's file: readable, without what maildir(5) or a file system forbids, different for every key.

    It ends in .eml so that a double click opens the message.
    """
    readable = re.sub(r"[^A-Za-z0-9-]+", ".", delivery_key).strip(".")[:80]
    digest = hashlib.sha256(delivery_key.encode()).hexdigest()[:12]
    return f"{readable}.{digest}.eml"


def _sync(folder: Path) -> None:
    """Bring a folder's list of names to the disk, which a file's own fsync does not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explain(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise DeliveryError(
            f"can't use the maildir {folder}: {error.strerror}",
            temporary=full,
            hint="free some space" if full else "name another folder in delivery.maildir.path",
        ) from error
