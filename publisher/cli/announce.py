"""`publisher announce`: mail a text of your own to everybody, and to nobody twice."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from publisher.cli.console import ConfigOption, DryRunOption, JsonOption, NowOption, load, moment
from publisher.cli.newsletter import NewsletterOption, choose_newsletter
from publisher.cli.sending import (
    CanaryFailuresOption,
    CanaryOption,
    CancelOption,
    CertificateOption,
    EventsOption,
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

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="Markdown with a title in its front matter; subject and preheader too.")
]
TopicOption = Annotated[
    list[str] | None,
    typer.Option(
        "--topic", metavar="TOPIC", help="Only to readers of this (tags:…, categories:…) and of everything; repeatable."
    ),
]
AgainOption = Annotated[
    bool, typer.Option("--again", help="The file was changed since it was sent: send the new text to everybody.")
]


def announce(
    file: FileArgument,
    newsletter: NewsletterOption = None,
    topic: TopicOption = None,
    again: AgainOption = False,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    to: ToOption = None,
    canary: CanaryOption = None,
    canary_failures: CanaryFailuresOption = "5%",
    yes: YesOption = False,
    resend_uncertain: ResendOption = False,
    old_plan: OldOption = False,
    status: StatusOption = False,
    cancel: CancelOption = False,
    certificate: CertificateOption = None,
    as_json: JsonOption = False,
    as_events: EventsOption = False,
) -> None:
    """Mail a Markdown file to every active subscriber once.

    Run the command again, and it goes on where it stopped: nobody gets the same text of the same file twice. A file
    that was changed since is refused, unless you say --again or give it another name.
    """
    from publisher.digest.topics import parse_topic
    from publisher.pipeline.other_mailings import AnnouncementMailing

    config = load(config_path)
    wish = Wish(dry_run=dry_run, to=to, status=status, cancel=cancel)
    wish.check()
    mailing = AnnouncementMailing(
        config=config,
        newsletter=choose_newsletter(config, newsletter),
        path=file,
        now=moment(now, config),
        topics=frozenset(map(parse_topic, topic or ())),
        again=again,
    )
    options = make_options(resend=resend_uncertain, old_plan=old_plan, certificate=certificate)
    job = Job(config=config, mailing=mailing, now=now, voice=Voice(as_json=as_json, as_events=as_events))
    job.do(wish, with_canary(options, canary, canary_failures, yes=yes))
