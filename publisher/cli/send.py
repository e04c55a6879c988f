"""`publisher send`: mail this week's issue to everybody who has not got it, and to nobody twice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.console import ConfigOption, DryRunOption, JsonOption, NowOption, load, moment
from publisher.cli.sending import (
    CanaryFailuresOption,
    CanaryOption,
    CancelOption,
    CertificateOption,
    EventsOption,
    ImagesOption,
    Job,
    OldOption,
    ResendOption,
    StatusOption,
    ToOption,
    Voice,
    Wish,
    YesOption,
    make_options,
    with_canary,
)

NameArgument = Annotated[str, typer.Argument(help="The newsletter: [newsletters.NAME] in publisher.toml.")]
IssueOption = Annotated[
    int | None, typer.Option("--issue", metavar="N", help="Go on with this frozen issue, not with last week's.")
]


def send(
    name: NameArgument,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    to: ToOption = None,
    number: IssueOption = None,
    canary: CanaryOption = None,
    canary_failures: CanaryFailuresOption = "5%",
    yes: YesOption = False,
    resend_uncertain: ResendOption = False,
    old_plan: OldOption = False,
    allow_missing_images: ImagesOption = False,
    status: StatusOption = False,
    cancel: CancelOption = False,
    certificate: CertificateOption = None,
    as_json: JsonOption = False,
    as_events: EventsOption = False,
) -> None:
    """Mail the week's issue to everybody once.

    The issue is that of the last full week; it is made and frozen first where that has not happened yet. Run the
    command as often as you like: nobody gets it twice.
    """
    from publisher.pipeline.mailing import WeekMailing

    config = load(config_path)
    wish = Wish(dry_run=dry_run, to=to, status=status, cancel=cancel)
    wish.check()
    options = make_options(
        number=number,
        resend=resend_uncertain,
        old_plan=old_plan,
        missing_images=allow_missing_images,
        certificate=certificate,
    )
    week = WeekMailing(config, name, moment(now, config), number)
    job = Job(config=config, mailing=week, now=now, voice=Voice(as_json=as_json, as_events=as_events))
    job.do(wish, with_canary(options, canary, canary_failures, yes=yes))
