"""An issue: a dated, numbered, frozen digest of a newsletter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

#: digest: of a week. post: about one new post. announcement: a text of somebody's own.
IssueKind = Literal["digest", "post", "announcement"]

#: Readers count digests only. Other kinds have numbers from here on, so that all that a newsletter ever sent has a
#: number of its own, and no digest skips one.
FIRST_EXTRA = 1_000_001


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
    #: SHA-256 over what it says, in hex: what was sent can be shown again.
    content_hash: str
    #: Where the issue can be read in a browser.
    web_url: str = ""
    #: What people see there, where it is more than the mail has room for; empty: the mail's own words.
    page: str = ""
    kind: IssueKind = "digest"
    #: What it is about, so that it is made once: a post's guid, an announcement's file and text; empty for digests.
    key: str = ""
    #: Whose readers it is for (model.subscriber.selection_key); empty: everybody's.
    selection: str = ""

    @property
    def label(self) -> str:
        """Name it to whoever sends it: "weekly 128", "weekly post 1000001"."""
        kind = "" if self.kind == "digest" else f" {self.kind}"
        return f"{self.newsletter}{kind} {self.number}"

    @property
    def is_empty(self) -> bool:
        """Tell whether it says nothing: a variant for readers of whose topics there is nothing."""
        return not self.html
