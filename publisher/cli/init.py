"""`publisher init`: look at the site in this folder and write a short publisher.toml."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from publisher.cli.console import DryRunOption, say
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_ZONE = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What publisher.toml needs to know of a site; empty where nobody has said it yet."""

    generator: str = "plain"
    title: str = ""
    url: str = ""
    description: str = ""
    language: str = ""
    author: str = ""
    #: For dates without an offset: the site generator's own setting, else UTC as Hugo has it.
    timezone: str = ""
    content: str = "content"
    static: tuple[str, ...] = ("static",)
    output: str = "public"
    sections: tuple[str, ...] = ()
    #: For the newsletter's weeks.
    week_timezone: str = ""
    sender: str = ""
    postal_address: str = ""


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the site.", show_default="this folder")] = Path(),
    title: Annotated[str, typer.Option(help="Name of the site.")] = "",
    url: Annotated[str, typer.Option(help="Address of the site's home page.")] = "",
    language: Annotated[str, typer.Option(help="Language of the posts: zh-TW, en, ja…")] = "",
    timezone: Annotated[str, typer.Option(help="IANA time zone: Asia/Taipei…")] = "",
    author: Annotated[str, typer.Option(help="Who writes.")] = "",
    content: Annotated[str, typer.Option(help="Folder of the posts.")] = "",
    sender: Annotated[str, typer.Option(help='From line of the mails: "Name <name@example.org>".')] = "",
    postal_address: Annotated[str, typer.Option(help="Printed at the foot of every mail, as the law asks.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over the publisher.toml that is there.")] = False,
    dry_run: DryRunOption = False,
) -> None:
    """Look at this site and write publisher.toml.

    What made the site is seen from the files there, and most is read from its configuration. The program asks for the
    rest, or takes it from the flags.
    """
    from publisher.config import FILE_NAME, parse_config

    path = folder / FILE_NAME
    if path.exists() and not (force or dry_run):
        raise ConfigError(f"{path} is there already", hint="edit it, or start over with --force")
    told: dict[str, Any] = {
        "title": title,
        "url": url,
        "language": language,
        "timezone": timezone,
        "week_timezone": timezone,
        "author": author,
        "content": content,
        "sender": sender,
        "postal_address": postal_address,
    }
    facts = replace(read_facts(folder), **{key: value for key, value in told.items() if value})
    facts = complete(facts, _asker())
    text = publisher_toml(facts)
    parse_config(text, path)  # never leave a file behind that the next command would refuse
    if dry_run:
        say(text)
        return
    from publisher.pipeline.files import write_if_changed

    write_if_changed(path, text.encode())
    say(f"wrote {path} for {_seen(facts)}\nnext: publisher build")


def _seen(facts: SiteFacts) -> str:
    from publisher.content.conventions.registry import convention_named

    convention = convention_named(facts.generator)
    return f"{facts.title} ({facts.url}), {convention.title if convention else 'Hugo'}"


def read_facts(folder: Path) -> SiteFacts:
    """Read what the site's own generator knows of it; `plain` knows only where its Markdown lies."""
    from publisher.content.conventions.registry import convention_named, detect_generator
    from publisher.content.hugo.site import read_hugo_config

    generator = detect_generator(folder)
    convention = convention_named(generator)
    found = convention.read_settings(folder) if convention else read_hugo_config(folder)
    return SiteFacts(
        generator=generator,
        title=found.title,
        url=found.base_url,
        description=found.description,
        language=found.language,
        author=found.author,
        timezone=found.timezone or (DEFAULT_ZONE if generator == "hugo" else ""),
        week_timezone=found.timezone,
        content=found.content_dir,
        output=convention.output if convention else "public",
        static=found.static_dirs,
        sections=found.main_sections,
    )


def _asker() -> Callable[[str, str], str] | None:
    """Give a way to ask the person at the keyboard, or None where nobody sits there."""
    if not sys.stdin.isatty():
        return None
    return lambda question, default: str(typer.prompt(question, default=default or None, err=True))


def complete(facts: SiteFacts, ask: Callable[[str, str], str] | None) -> SiteFacts:
    """Fill what is missing: by asking, else from what can be derived. Raises ConfigError naming the flags to give."""
    if ask:
        if not facts.title:
            facts = replace(facts, title=ask("Name of the site", ""))
        if not facts.url:
            facts = replace(facts, url=ask("Address of its home page", "https://"))
        if not facts.language:
            facts = replace(facts, language=ask("Language (zh-TW, en, ja…)", _machine_language()))
    missing = [f"--{name}" for name in ("title", "url") if not getattr(facts, name)]
    if missing:
        raise ConfigError("no site generator's configuration found here", hint=f"give {' and '.join(missing)}")
    zone = facts.week_timezone or _machine_zone()
    return replace(
        facts,
        language=facts.language or _machine_language(),
        timezone=facts.timezone or zone,
        week_timezone=zone,
        sender=facts.sender or f"{_display_name(facts.title)} <weekly@{urlsplit(facts.url).hostname}>",
    )


def _display_name(title: str) -> str:
    return " ".join(re.sub(r'[<>@",;:\\()\[\]]', " ", title).split())


def _machine_language() -> str:
    found = re.match(r"([a-z]{2,3})_([A-Z]{2})", os.environ.get("LC_ALL") or os.environ.get("LANG") or "")
    return f"{found[1]}-{found[2]}" if found else "en"


def _machine_zone() -> str:
    """Name the time zone this machine is set to; UTC where it does not say."""
    _, _, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    return os.environ.get("TZ", "").removeprefix(":") or name.removeprefix("Etc/") or DEFAULT_ZONE


def publisher_toml(facts: SiteFacts) -> str:
    """Write the file: what was found, what may be changed next, and why."""
    quoted = {name: _quoted(getattr(facts, name)) for name in SiteFacts.__dataclass_fields__}
    week = "" if facts.week_timezone == facts.timezone else f"timezone = {quoted['week_timezone']}\n"
    author = f"author = {quoted['author']}\n" if facts.author else ""
    description = f"description = {quoted['description']}\n" if facts.description else ""
    postal = f"postal_address = {quoted['postal_address']}" if facts.postal_address else '# postal_address = "…"'
    return f"""\
# publisher turns the posts of this site into feeds and a weekly mail. `publisher config` prints every setting in force.

[site]
title = {quoted["title"]}
url = {quoted["url"]}
{description}language = {quoted["language"]}
# For dates that are written without an offset.
timezone = {quoted["timezone"]}
{author}generator = {quoted["generator"]}
content = {quoted["content"]}
static = {quoted["static"]}
# Sections whose posts are published; [] for all of them.
sections = {quoted["sections"]}
output = {quoted["output"]}

[feeds]
# Written to <output>/<path>/: rss.xml, atom.xml, feed.json.
path = "feeds"
limit = 20
# A feed for each tag, category, person… that posts name (docs/feeds.md).
# by = ["tags", "categories"]
# Where subscribers have the site's feed already; Hugo's is /index.xml.
# site.addresses = {{ rss = "/index.xml" }}

# A feed of the posts that a query means.
# [feeds.query.chips]
# where = '"台積電" in tags and "AI" in categories'
# title = "台積電與 AI"

# A podcast from posts with `audio:` in their front matter.
# [podcast]
# cover = "images/cover.jpg"          # square, 1400 to 3000 pixels, JPEG or PNG
# category = "Society & Culture"

[newsletters.weekly]
sender = {quoted["sender"]}
{week}weekday = "monday"
hour = 08:00:00
# Printed at the foot of every mail. The law of most countries asks for it: nothing but a local mailbox sends without.
{postal}
# Where mails go: "maildir" puts them into a folder of this machine, to look at.
transport = "maildir"

[delivery.maildir]
path = "mailbox"

# [delivery.smtp]
# host = "smtp.example.org"
# username = "weekly@example.org"
# password = {{ env = "SMTP_PASSWORD" }}
"""


def _quoted(value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_quoted(part) for part in value)}]"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", " ", escaped) + '"'
