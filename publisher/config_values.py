"""The kinds of values that settings hold: each says in its error what to write instead."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from publisher.query import parse_query


class Table(BaseModel):
    """A table of publisher.toml: unknown keys are refused, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f'no such time zone: "{name}"; write an IANA name such as Asia/Taipei') from error
    return name


def _language(tag: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag):
        raise ValueError(f'not a BCP 47 language tag: "{tag}"; write zh-TW, en, ja…')
    return tag


def _absolute_url(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", url):
        raise ValueError(f'not an absolute web address: "{url}"; write https://…')
    return url


def _site_url(url: str) -> str:
    return _absolute_url(url).rstrip("/") + "/"


def _mailbox(address: str) -> str:
    if re.search(r"[\r\n]", address) or not re.fullmatch(r"[^<>@]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+", address):
        raise ValueError(f'not a mail address: "{address}"; write name@example.org or "Name <name@example.org>"')
    return address


def _envelope_sender(address: str) -> str:
    local = address.rpartition("@")[0].replace("{token}", "x" * 40)
    if address and not re.fullmatch(r"[^<>@\s{}]*(\{token\})?[^<>@\s{}]*@[^<>@\s{}]+", address):
        raise ValueError(f'not an address: "{address}"; write bounces@example.org or bounces+{{token}}@example.org')
    if len(local) > 64:  # noqa: PLR2004 - RFC 5321, 4.5.3.1.1
        raise ValueError(f'"{address}" would be longer than an address may be: at most 24 characters beside {{token}}')
    return address


def _title_template(text: str) -> str:
    if "{term}" not in text or set(re.findall(r"\{[^{}]*\}|[{}]", text)) - {"{term}", "{site}"}:
        raise ValueError(f'not a title for feeds: "{text}"; write a text with {{term}} in it, and {{site}} if you like')
    return text


def _permalink_pattern(pattern: str) -> str:
    if pattern and not re.fullmatch(r"/\S*:\w+\S*", pattern):
        raise ValueError(f'not a pattern of addresses: "{pattern}"; write one such as /:year/:slug/')
    return pattern


def _query(text: str) -> str:
    parse_query(text)
    return text


def _query_name(name: str) -> str:
    if not re.fullmatch(r"[\w-]+", name):
        raise ValueError(f'not a name for a query: "{name}"; write letters, digits and "-"')
    return name


def _folder_name(name: str) -> str:
    if not re.fullmatch(r"[^\s/\\?#%.][^\s/\\?#%]*", name):
        raise ValueError(f'not a name for a folder: "{name}"; write one such as "tsmc"')
    return name


def _feed_address(path: str, term: str = "") -> str:
    parts = path.removeprefix("/").split("/")
    unsafe = re.search(r"[\s\\?#%{}]", path.replace(term, "") if term else path)
    if unsafe or {"", ".", ".."} & {*parts} or not (path.startswith("/") and path.endswith((".xml", ".json"))):
        example = f'"/tags/{term}/index.xml"' if term else '"/index.xml"'
        raise ValueError(f'not an address of a feed: "{path}"; write one below the site\'s, such as {example}')
    return path


def _term_address(path: str) -> str:
    if "{term}" not in path:
        raise ValueError(f'"{path}" would be the address of every term; write one such as "/tags/{{term}}/index.xml"')
    return _feed_address(path, "{term}")


TimeZone = Annotated[str, AfterValidator(_timezone)]
Language = Annotated[str, AfterValidator(_language)]
SiteUrl = Annotated[str, AfterValidator(_site_url)]
AbsoluteUrl = Annotated[str, AfterValidator(_absolute_url)]
MailboxText = Annotated[str, AfterValidator(_mailbox)]
#: Keys are lower-cased when posts are read.
FrontMatterKey = Annotated[str, StringConstraints(min_length=1, to_lower=True)]
#: May hold {token} before the @.
EnvelopeSender = Annotated[str, AfterValidator(_envelope_sender)]
TitleTemplate = Annotated[str, AfterValidator(_title_template)]
PermalinkPattern = Annotated[str, AfterValidator(_permalink_pattern)]
#: A saved query (`publisher.query`), as it is written.
Query = Annotated[str, AfterValidator(_query)]
QueryName = Annotated[str, AfterValidator(_query_name)]
#: Of one folder, without a dot before it.
FolderName = Annotated[str, AfterValidator(_folder_name)]
#: Begins with "/", which is the site's own address.
FeedAddress = Annotated[str, AfterValidator(_feed_address)]
#: Holds {term}.
TermAddress = Annotated[str, AfterValidator(_term_address)]
FeedFormat = Literal["rss", "atom", "json"]
Generator = Literal["hugo", "jekyll", "pelican", "zola", "eleventy", "astro", "obsidian", "ghost", "plain"]
#: Letters that a newsletter sends by itself.
OwnLetter = Literal["welcome", "goodbye"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
