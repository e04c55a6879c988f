"""What a transport is, what it answers, and how one is found.

A transport is anything with the shape of `Transport`. All of them come through one door, the entry-point group
`publisher.transports`, the built-in ones too. How to write another: docs/adding-a-transport.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Literal, Protocol, cast, runtime_checkable

from publisher.config import Config, Table
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.model.message import Message

GROUP = "publisher.transports"

#: accepted: theirs now. deferred: not taken, try later. rejected: not taken, never will be. uncertain: nobody knows.
Status = Literal["accepted", "deferred", "rejected", "uncertain"]

#: Whose fault a failure is, in one word. address: nobody there; mailbox: full or closed; policy: they don't want it
#: from us, which never counts against the reader; content: this message; server: theirs has trouble; network: the way.
Reason = Literal["", "address", "mailbox", "policy", "content", "server", "network"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of one message."""

    status: Status
    #: What the other side calls the message: a queue id, an API's id. Empty if it gave none.
    provider_id: str = ""
    reason: Reason = ""
    #: What was answered, in its own words.
    detail: str = ""
    #: SMTP reply code; None where there was none.
    smtp_code: int | None = None
    #: Seconds to wait before the next try, where the other side asked for that.
    retry_after_s: float | None = None


#: For a message that `commit` did not let go.
WITHHELD = Receipt(status="deferred", detail="withheld at the last moment; nothing was sent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a transport can take."""

    #: Most messages in one call of `send`; asked anew before each call. All that were committed and not settled become
    #: uncertain when the program dies: all of the batch, where a transport commits it at once.
    batch: int = 1
    #: Largest message in bytes; None if not known.
    message_bytes: int | None = None
    #: Nothing leaves this machine, so that what the law asks of mail (a postal address) does not apply.
    local: bool = False
    #: Carries messages as they are written, pictures inside and all. False: hands over HTML and text alone.
    whole: bool = True


class Commit(Protocol):
    """What `send` is given to call before the point of no return."""

    def __call__(
        self, messages: Sequence[Message], settled: Sequence[tuple[Message, Receipt]] = (), /
    ) -> frozenset[str]:
        """Note durably that messages may leave from now on. Gives the delivery keys of those that may: no other must.

        settled: earlier messages of the same batch whose receipts are known by now, noted in the same breath. So a
        transport with several rounds in one batch leaves only the last round undecided when the program dies.
        """


class Transport(Protocol):
    """Hands messages to whoever carries them on."""

    @property
    def limits(self) -> Limits:
        """What this transport can take in one call."""

    def send(self, batch: Sequence[Message], commit: Commit) -> tuple[Receipt, ...]:
        """Hand messages over: one receipt for each, in the same order.

        batch: at most `limits.batch` messages, each with a delivery_key of its own.
        commit: to be called for every message before its last byte can leave, and as late as possible; what dies before
        it is tried again, what dies after it is uncertain. One call may cover many messages.
        Raises DeliveryError when nothing more can be sent now, and only if no message of the batch was handed over.
        A refused recipient is a receipt, not an exception.
        """

    def close(self) -> None:
        """Let go of connections and files. May be called twice."""


@runtime_checkable
class Streams(Protocol):
    """A transport that takes messages one by one while others are under way, and so never waits for a batch to end."""

    def stream(self, messages: Iterator[Message], commit: Commit, stop: Callable[[], bool]) -> None:
        """Hand over messages until there are no more, or until `stop` says so: then what is under way is finished.

        commit: as for `Transport.send`. Every receipt reaches it as `settled`, before this returns or raises;
        a last call may have no messages. Messages that were taken and have no receipt were not handed over.
        Raises DeliveryError when nothing more can be sent now.
        """


@runtime_checkable
class CanLookUp(Protocol):
    """A transport that can find out later what became of a message."""

    def lookup(self, delivery_key: str) -> Receipt | None:
        """Say what became of a delivery: accepted, or deferred if it certainly never arrived; None if nobody knows."""


@runtime_checkable
class SendsByTheDay(Protocol):
    """A transport that sends a limited number of messages a day."""

    def begin_day(self, now: datetime, accepted_since: Callable[[datetime], int]) -> None:
        """Find out how many may still leave on the day of `now`.

        accepted_since: counts what this transport's table has handed over from a moment on, in all issues.
        """


class DeliveryTable(Table):
    """What every [delivery.<name>] table may hold; each transport's own settings are added by a subclass."""

    #: Which transport the table sets up; its own name where empty, so that two tables may use one transport.
    kind: str = ""


#: What an entry point of the group names: a class or function that takes the table's name and the configuration.
TransportFactory = Callable[[str, Config], Transport]


def open_transport(name: str, config: Config) -> Transport:
    """Make the transport that [delivery.<name>] sets up.

    Raises ConfigError when there is no such transport, naming those there are, or when its settings are wrong.
    """
    kind = config.delivery.get(name, {}).get("kind") or name
    known = {point.name: point for point in entry_points(group=GROUP)}
    point = known.get(kind) if isinstance(kind, str) else None
    if point is None:
        raise _unknown(name, kind, sorted({*known, *config.delivery}))
    return _load(point)(name, config)


def _load(point: EntryPoint) -> TransportFactory:
    try:
        return cast("TransportFactory", point.load())
    except ImportError as error:
        raise ConfigError(
            f'the transport "{point.name}" can\'t be loaded: {error}', hint=f"install what {point.value} needs"
        ) from error


def _unknown(name: str, kind: object, known: list[str]) -> ConfigError:
    there_are = ", ".join(known)
    near = difflib.get_close_matches(str(kind), known, n=1)
    nearest = f'did you mean "{near[0]}"? ' if near else ""
    where = f"delivery.{name}.kind: there" if kind != name else "there"
    return ConfigError(
        f'{where} is no transport "{kind}"',
        hint=f'{nearest}there are: {there_are}; a table of another name says kind = "smtp" (or the like)',
    )
