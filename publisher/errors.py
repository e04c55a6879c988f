"""What can go wrong, where it went wrong, and what to do about it.

PublisherError
├── ConfigError      publisher.toml, a flag, or a setting that contradicts another
├── ContentError     a post, its front matter, its media
├── TemplateError    a Jinja2 or MJML template
├── FeedError        a rule of a feed format (attributes: rule, guid)
├── StoreError       the database, or what it refuses
├── DeliveryError    nothing more can be sent now (attributes: temporary, smtp_code, provider_code)
└── PublisherErrors  several of the above, found in one run

A bad post or address among good ones is not an exception but a `Problem` (or a receipt), so that one bad post
spoils one post. Bugs are neither: they pass through as what they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The rule of a FeedError about a feed that could not be fetched now.
UNREACHABLE = "unreachable"

#: A note is nothing to act on by itself: few readers are concerned, or nothing is lost but a shape.
Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file that a person can jump to."""

    #: Path as a person would type it: relative to the site's folder where it lies inside.
    file: str
    #: First line is 1; None when only the file is known.
    line: int | None = None
    #: First character of the line is 1; None when only the line is known.
    column: int | None = None
    #: The line itself, without its end.
    text: str | None = None

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


def explain(message: str, at: Location | None, hint: str | None) -> str:
    """Put message, place and hint into the one form in which every error is shown (docs: ARCHITECTURE.md, Errors)."""
    lines = [f"{at}: {message}" if at else message]
    if at and at.line is not None and at.text is not None:
        lines.append(f"{at.line:>4} | {at.text[:200].rstrip()}")
    if hint:
        lines.append(f"hint: {hint}")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one post, setting or address that is reported while the rest goes on."""

    message: str
    at: Location | None = None
    hint: str | None = None
    severity: Severity = "warning"
    #: Stable name of the rule that was broken, for `--json` and for ignoring it.
    rule: str = ""

    def __str__(self) -> str:
        return explain(self.message, self.at, self.hint)


class PublisherError(Exception):
    """The root of everything that publisher itself raises."""

    def __init__(self, message: str, *, at: Location | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint

    def __str__(self) -> str:
        return explain(self.message, self.at, self.hint)

    def as_problem(self, rule: str = "") -> Problem:
        """Give the same facts as a problem, for a run that goes on without the post at fault."""
        return Problem(self.message, self.at, self.hint, severity="error", rule=rule)


class ConfigError(PublisherError):
    """publisher.toml or a flag is wrong."""


class ContentError(PublisherError):
    """A post, its front matter or its media is wrong."""


class TemplateError(PublisherError):
    """A template is wrong, or wants something that is not there."""


class FeedError(PublisherError):
    """A feed would break a rule of its format."""

    def __init__(
        self, message: str, *, rule: str, guid: str | None = None, at: Location | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, at=at, hint=hint)
        self.rule = rule
        self.guid = guid

    @property
    def temporary(self) -> bool:
        """Whether trying later can help."""
        return self.rule == UNREACHABLE


class StoreError(PublisherError):
    """The database can't be used, or refuses what was asked."""


class DeliveryError(PublisherError):
    """Nothing more can be sent now. A refused recipient is a receipt, not this."""

    def __init__(
        self,
        message: str,
        *,
        temporary: bool,
        smtp_code: int | None = None,
        provider_code: str | None = None,
        at: Location | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, at=at, hint=hint)
        self.temporary = temporary
        self.smtp_code = smtp_code
        self.provider_code = provider_code


class PublisherErrors(PublisherError):
    """Several errors, found and reported together."""

    def __init__(self, errors: Iterable[PublisherError]) -> None:
        self.errors = tuple(errors)
        super().__init__(f"{len(self.errors)} errors")

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)
