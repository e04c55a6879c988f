"""`publisher notify`: mail a new post at once to those who want each post by itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from publisher.cli.console import (
    ConfigOption,
    DryRunOption,
    JsonOption,
    NowOption,
    load,
    moment,
    print_problems,
    say,
    say_json,
)
from publisher.cli.newsletter import NewsletterOption, choose_newsletter
from publisher.cli.sending import (
    EXIT_CODES,
    CancelOption,
    ImagesOption,
    Job,
    OldOption,
    ResendOption,
    StatusOption,
    ToOption,
    Voice,
    Wish,
    make_options,
)
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.pipeline.notify import DuePosts
    from publisher.pipeline.send import SendOptions

PostArgument = Annotated[
    str | None,
    typer.Argument(metavar="POST", help="A post's file, address or guid.", show_default="all new ones"),
]
#: Exit codes of several posts: the first of these that occurs.
_WORST = (1, 3, 75, 0)


def notify(
    post: PostArgument = None,
    newsletter: NewsletterOption = None,
    config_path: ConfigOption = Path(),
    now: NowOption = None,
    dry_run: DryRunOption = False,
    to: ToOption = None,
    resend_uncertain: ResendOption = False,
    old_plan: OldOption = False,
    allow_missing_images: ImagesOption = False,
    status: StatusOption = False,
    cancel: CancelOption = False,
    as_json: JsonOption = False,
) -> None:
    """Mail each new post once to whoever chose --frequency posts or both.

    New are the posts of the last hours (max_age_hours in publisher.toml) that were not mailed yet; a post that you name
    may be older. Made for cron: run it as often as you like.
    """
    config = load(config_path)
    wish = Wish(dry_run=dry_run, to=to, status=status, cancel=cancel)
    wish.check()
    name = choose_newsletter(config, newsletter)
    options = make_options(resend=resend_uncertain, old_plan=old_plan, missing_images=allow_missing_images)
    reading = dry_run or status or bool(to)
    if post is not None:
        from publisher.pipeline.notify import one_post

        mailing = one_post(config, name, post, moment(now, config), keep_guids=not reading)
        Job(config=config, mailing=mailing, now=now, voice=Voice(as_json=as_json)).do(wish, options)
        return
    if to or status or cancel:
        raise ConfigError("that needs to know which post", hint="publisher notify POST …")
    _all_due(config, name, now, options, dry_run=dry_run, as_json=as_json)


def _all_due(config: Config, name: str, now: str | None, options: SendOptions, *, dry_run: bool, as_json: bool) -> None:
    from publisher.cli.send_words import preview_facts, report_facts
    from publisher.pipeline.notify import due_posts

    due = due_posts(config, name, moment(now, config), keep_guids=not dry_run)
    print_problems(due.problems)
    if not due.mailings and not as_json:
        say(f"{name}: {_nothing(due)}")
    told: list[dict[str, Any]] = []
    codes = {0}
    for mailing in due.mailings:
        job = Job(config=config, mailing=mailing, now=now, voice=Voice(as_json=False))
        if dry_run:
            told.append(preview_facts(job.foresee())) if as_json else job.preview()
            continue
        report = job.send(options)
        told.append(report_facts(report)) if as_json else job.tell(report)
        codes.add(EXIT_CODES[report.outcome])
        if report.stopped:
            break
    if as_json:
        say_json({"newsletter": name, "readers": due.readers, "posts": told})
    raise typer.Exit(next(code for code in _WORST if code in codes))


def _nothing(due: DuePosts) -> str:
    if due.readers:
        return "no new post, so nothing is sent"
    return "nobody wants a mail for each post\nhint: publisher subscribers set ADDRESS --frequency posts"
