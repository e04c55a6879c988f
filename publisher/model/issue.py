"""An issue: a dated, numbered, frozen digest of a newsletter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The time an issue looks back on: from `start`, up to but without `end`. Both aware."""

    start: datetime
    end: datetime

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment lies in the period."""
        return self.start <= moment < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class MailImage:
    """A picture as a mail shows it: JPEG or PNG, named by its content, served by the site."""

    #: Path below the site's output folder, such as "email/3f2a….jpg".
    name: str
    url: str
    width: int
    height: int
    #: The file itself.
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What every subscriber will get, as it was frozen before the first message left."""

    newsletter: str
    number: int
    period: Period
    subject: str
    preheader: str
    #: Complete document with slots (`model.message.SLOTS`) where readers differ.
    html: str
    #: The plain text twin, with the same slots.
    text: str
    #: Guids of the posts it tells of, in the order shown.
    manifest: tuple[str, ...]
    #: When it was frozen, aware.
    frozen_at: datetime
    #: SHA-256 over all of this but `frozen_at`, in hex: what was sent can be shown again.
    content_hash: str
    #: Where the issue can be read in a browser.
    web_url: str = ""
    #: What people see there, where it is more than the mail has room for; empty: the mail's own words.
    page: str = ""
