"""Mailboxes on this machine: a maildir, an mbox file, or a file that holds one mail.

Specs: cr.yp.to/proto/maildir.html (and its flags), RFC 4155 (mbox).
"""

from __future__ import annotations

import mailbox
from typing import TYPE_CHECKING

from publisher.errors import ConfigError, DeliveryError
from publisher.mailboxes.mailbox import Mail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from publisher.mailboxes.mailbox import Afterwards, Mailbox

#: An mbox begins with it, and each of its mails does.
FROM_LINE = b"From "


def open_path(path: Path, afterwards: Afterwards) -> Mailbox:
    """Open what lies at a path. Raises ConfigError when it is no mailbox, or can't do what is to be done afterwards."""
    if path.is_dir():
        if not ((path / "cur").is_dir() and (path / "new").is_dir()):
            raise ConfigError(f"{path} is no maildir: it lacks cur or new", hint="name the maildir itself, or an mbox")
        return MaildirBox(path, afterwards)
    try:
        with path.open("rb") as file:
            start = file.read(len(FROM_LINE))
    except OSError as error:
        raise ConfigError(f"can't read {path}: {error.strerror}") from error
    if start in (FROM_LINE, b""):
        return MboxBox(path, afterwards)
    if afterwards != "keep":
        raise ConfigError(f"{path} is one mail, no mailbox", hint="leave --delete and --mark-seen out")
    return OneMail(path)


class MaildirBox:
    """A maildir: one file for each mail."""

    def __init__(self, path: Path, afterwards: Afterwards) -> None:
        self._path = path
        self._afterwards = afterwards

    def count(self) -> int:
        """Say how many mails there are."""
        return len(self._files())

    def _files(self) -> list[Path]:
        """List the mails; their names begin with the second of their arrival."""
        found = [file for part in ("cur", "new") for file in (self._path / part).iterdir() if file.name[0] != "."]
        return sorted(found, key=lambda file: (file.name, file.parent.name))

    def mails(self) -> Iterator[Mail]:
        """Give the mails by their names; another program may move or remove some meanwhile."""
        for file in self._files():
            try:
                content = file.read_bytes()
            except FileNotFoundError:
                continue
            ref = f"{file.parent.name}/{file.name}"
            yield Mail(name=str(self._path / ref), ref=ref, content=content)

    def put_away(self, refs: Sequence[str]) -> None:
        """Mark or delete them."""
        for ref in refs:
            file = self._path / ref
            if self._afterwards == "delete":
                file.unlink(missing_ok=True)
            elif self._afterwards == "seen" and file.exists():
                file.rename(self._path / "cur" / _seen(file.name))

    def close(self) -> None:
        """Nothing is held."""


def _seen(name: str) -> str:
    """Add the flag S to a mail's name; flags stand in alphabetical order."""
    base, _, flags = name.partition(":2,")
    return f"{base}:2,{''.join(sorted({*flags, 'S'}))}"


class MboxBox:
    """An mbox: all mails in one file. It is locked for as long as it is open, where mails are to be deleted from it."""

    def __init__(self, path: Path, afterwards: Afterwards) -> None:
        if afterwards == "seen":
            raise ConfigError(f"{path} is an mbox, where mails can't be marked", hint="write --delete, or neither")
        self._path = path
        self._box = mailbox.mbox(path, create=False)
        self._locked = afterwards == "delete"
        if self._locked:
            self._lock()

    def _lock(self) -> None:
        try:
            self._box.lock()
        except (mailbox.ExternalClashError, OSError) as error:
            self._box.close()
            raise DeliveryError(
                f"{self._path} is in use by another program: {error}", temporary=True, hint="try again"
            ) from error

    def count(self) -> int:
        """Say how many mails there are."""
        return len(self._box)

    def mails(self) -> Iterator[Mail]:
        """Give the mails as they lie in the file."""
        for key in self._box.keys():  # noqa: SIM118 - iterating over the mailbox itself parses every mail
            yield Mail(name=f"{self._path} mail {int(key) + 1}", ref=str(key), content=self._box.get_bytes(key))

    def put_away(self, refs: Sequence[str]) -> None:
        """Delete them."""
        if self._locked:
            for ref in refs:
                self._box.discard(ref if not ref.isdigit() else int(ref))  # type: ignore[arg-type]  # mbox counts its mails
            self._box.flush()

    def close(self) -> None:
        """Unlock and close the file."""
        self._box.close()


class OneMail:
    """A file that holds one mail."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def count(self) -> int:
        """Say that it is one."""
        return 1

    def mails(self) -> Iterator[Mail]:
        """Give it."""
        yield Mail(name=str(self._path), ref="", content=self._path.read_bytes())

    def put_away(self, refs: Sequence[str]) -> None:
        """Nothing is done to it (open_path)."""

    def close(self) -> None:
        """Nothing is held."""
