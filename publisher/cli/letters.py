"""What the commands that change one subscriber say and send: the letter that the change calls for, if any."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import typer

from publisher.cli.console import print_problems, say, say_json
from publisher.errors import ConfigError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from publisher.config import Config
    from publisher.pipeline.letters_out import LetterReport

#: Exit codes, by what became of a letter; the worst counts.
CODES = {"accepted": 0, "before": 0, "nobody": 0, "deferred": 75, "rejected": 3, "uncertain": 3}
_WORST = (3, 75, 0)
WORDS = {
    "accepted": "is on its way",
    "nobody": "is wanted by nobody any more",
    "deferred": "could not be sent yet",
    "rejected": "was refused",
    "uncertain": "may have arrived, and nobody knows",
}


def check_confirm(config: Config, newsletter: str, *, confirm: bool, no_mail: bool) -> None:
    """Raise ConfigError when somebody can't be asked to confirm."""
    from publisher.pipeline.letters_out import check_confirmable

    if confirm and no_mail:
        raise ConfigError("--confirm asks by mail, and --no-mail forbids it", hint="use one of them")
    if confirm:
        check_confirmable(config, newsletter)


@dataclass
class Change:
    """A change of one subscriber, from deciding on it to telling of it."""

    config: Config
    newsletter: str
    #: As it is compared.
    address: str
    now: datetime
    dry_run: bool = False
    #: No letter is to be sent.
    quiet: bool = False
    #: Which letter the change calls for; empty: none.
    wanted: str = field(default="", init=False)

    def note(self, connection: Connection, *, new: bool) -> None:
        """Write down, in the transaction of the change, that a letter is to be sent. new: something changed."""
        from publisher.pipeline.letters_out import want

        if new and not self.quiet:
            self.wanted = want(connection, self.config, self.newsletter, self.address, self.now) or ""

    def finish(self, sentence: str, facts: dict[str, Any], *, as_json: bool) -> None:
        """Send the letter, tell of both, and end with the exit code of that."""
        if self.dry_run:
            letter = f", and would get the {self.wanted} mail" if self.wanted else ""
            dry = {"dry_run": True, "letter": {"kind": self.wanted, "outcome": "wanted"} if self.wanted else None}
            say_json({**facts, **dry}) if as_json else say(f"{sentence}{letter}; nothing was changed or sent")
            return
        if not as_json:
            # The change holds, whatever becomes of the letter.
            say(sentence)
        reports = () if self.quiet else self._send()
        if as_json:
            say_json({**facts, "letter": letter_facts(reports[0]) if reports else None})
        elif reports:
            say("\n".join(f"  {letter_words(one)}" for one in reports))
        end_with(reports)

    def _send(self) -> tuple[LetterReport, ...]:
        from publisher.pipeline.letters_out import send_letters

        return send_letters(self.config, self.newsletter, self.now, address=self.address)


def end_with(reports: Iterable[LetterReport]) -> None:
    """Warn of letters that did not go as they should, and end with the exit code of that; go on where all is well."""
    reports = tuple(reports)
    print_problems(problem for one in reports for problem in _problems(one))
    codes = {CODES[one.outcome] for one in reports}
    code = next((code for code in _WORST if code in codes), 0)
    if code:
        raise typer.Exit(code)


def letter_words(report: LetterReport) -> str:
    """Say what became of a letter."""
    if report.row:
        state = "may have left" if report.row.state == "uncertain" else "left"
        return f"the {report.kind} mail {state} on {report.row.changed_at:%Y-%m-%d %H:%M} UTC; it is not sent again"
    return f"the {report.kind} mail {WORDS[report.outcome]}"


def letter_facts(report: LetterReport) -> dict[str, Any]:
    """Give what became of a letter, for programs."""
    return {"kind": report.kind, "email": report.email, "outcome": report.outcome, "detail": report.detail}


def _problems(report: LetterReport) -> Iterable[Problem]:
    if CODES[report.outcome]:
        hints = {"deferred": "publisher subscribers letters tries again", "uncertain": "it is not sent again by itself"}
        message = f"the {report.kind} mail to {report.email}: {report.detail or WORDS[report.outcome]}"
        yield Problem(message, hint=hints.get(report.outcome), rule="letter")
