"""`publisher explain`: why somebody did or did not get an issue; and everything about one post."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.bounces import KINDS
from publisher.cli.console import ConfigOption, JsonOption, NowOption, load, say, say_json
from publisher.cli.explain_post import explain_post
from publisher.cli.newsletter import NewsletterOption, choose_newsletter
from publisher.cli.subscriber_lists import OFTEN

if TYPE_CHECKING:
    from publisher.pipeline.explain import CameBack, Explanation, IssueStory, Moment
    from publisher.store.letters import LetterRow

AddressArgument = Annotated[
    str, typer.Argument(metavar="ADDRESS|POST", help="name@example.org; or a post: its file, address or guid.")
]
IssueOption = Annotated[int | None, typer.Option("--issue", metavar="N", help="Only this issue.")]


def explain(
    address: AddressArgument,
    newsletter: NewsletterOption = None,
    number: IssueOption = None,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why somebody did or did not get an issue: all that was planned, tried and answered.

    Of a post: where its guid comes from, which feeds hold it and why, and what seven readers make of it.
    """
    from publisher.pipeline.explain import explain as recipe

    config = load(config_path)
    if _is_post(address):
        explain_post(config, address, now, as_json=as_json)
        return
    found = recipe(config, choose_newsletter(config, newsletter), address, number)
    say_json(_facts(found)) if as_json else say(_sentences(found))


def _is_post(text: str) -> bool:
    """Tell a post from a mail address, which has an @ and is neither a file nor a web address."""
    return "@" not in text or "/" in text or text.startswith("tag:") or Path(text).exists()


def _sentences(found: Explanation) -> str:
    lines = [f"{found.email} and {found.newsletter}"]
    person = found.subscriber
    lines.append(
        f"  {person.state} since {person.since:%Y-%m-%d %H:%M} UTC, as subscriber {person.id}"
        if person
        else "  never subscribed"
    )
    if found.topics:
        lines.append(f"  reads only {', '.join(sorted(found.topics))}")
    if person and person.frequency != "weekly":
        lines.append(f"  gets {OFTEN[person.frequency]}")
    if found.suppression:
        why = f"{found.suppression.reason}, {found.suppression.since:%Y-%m-%d %H:%M} UTC"
        lines.append(f"  must not be mailed to, by any newsletter: {why}")
    lines += [f"  {_letter(one)}" for one in found.letters]
    lines += [f"  {_came_back(one)}" for one in found.came_back]
    for story in found.issues:
        lines.append(f"issue {story.number} ({story.subject}): {story.why}")
        lines += [f"  {_moment(one)}" for one in story.moments]
    return "\n".join(lines)


def _letter(one: LetterRow) -> str:
    detail = f": {one.detail}" if one.detail else ""
    return f"{one.changed_at:%Y-%m-%d %H:%M} UTC  the {one.kind} mail, attempt {one.attempt}: {one.state}{detail}"


def _came_back(one: CameBack) -> str:
    status = f" ({one.status})" if one.status else ""
    about = f", issue {one.issue}" if one.issue is not None else ""
    return f"{one.at:%Y-%m-%d %H:%M} UTC  {KINDS[one.kind]}{status}{about}: {one.detail}".rstrip(": ")


def _moment(one: Moment) -> str:
    code = f" {one.smtp_code}" if one.smtp_code is not None else ""
    reason = f" ({one.reason}{code})" if one.reason or code else ""
    note = f", by {one.note}" if one.note else ""
    return f"{one.at:%Y-%m-%d %H:%M:%S} UTC  {one.state}{reason}, attempt {one.attempt}: {one.event}{note}"


def _facts(found: Explanation) -> dict[str, Any]:
    person = found.subscriber
    return {
        "email": found.email,
        "newsletter": found.newsletter,
        "subscriber": {"id": person.id, "state": person.state, "since": person.since.isoformat()} if person else None,
        "topics": sorted(found.topics),
        "frequency": person.frequency if person else None,
        "letters": [
            {"kind": one.kind, "state": one.state, "at": one.changed_at.isoformat(), "detail": one.detail}
            for one in found.letters
        ],
        "suppression": asdict(found.suppression) if found.suppression else None,
        "came_back": [{**asdict(one), "at": one.at.isoformat()} for one in found.came_back],
        "issues": [_story_facts(story) for story in found.issues],
    }


def _story_facts(story: IssueStory) -> dict[str, Any]:
    return {
        "number": story.number,
        "subject": story.subject,
        "why": story.why,
        "state": story.delivery.state if story.delivery else None,
        "history": [{**asdict(one), "at": one.at.isoformat()} for one in story.moments],
    }
