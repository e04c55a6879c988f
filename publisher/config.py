"""publisher.toml → Config: frozen, every key known, every secret kept out of the file.

A wrong file is answered with all of its mistakes at once, each with its line and, for an unknown key, the nearest name.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from datetime import time
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from publisher.config_errors import settings_error, syntax_error
from publisher.config_feeds import FeedsConfig
from publisher.config_values import (
    EnvelopeSender,
    Generator,
    Language,
    MailboxText,
    OwnLetter,
    PermalinkPattern,
    SiteUrl,
    TimeZone,
    Weekday,
)
from publisher.config_values import (
    Table as Table,  # noqa: PLC0414 - transports find it here
)
from publisher.errors import ConfigError
from publisher.model.issue import FIRST_EXTRA

FILE_NAME = "publisher.toml"


class Secret(BaseModel):
    """A value that publisher.toml only points at: `{ env = "NAME" }` or `{ file = "path" }`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="before")
    @classmethod
    def _never_in_the_clear(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError('a secret is never written here; write { env = "NAME" } or { file = "path" }')  # noqa: TRY004 - pydantic collects ValueError
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Secret:
        if (self.env is None) == (self.file is None):
            raise ValueError('write either { env = "NAME" } or { file = "path" }')
        return self

    def reveal(self, root: Path) -> str:
        """Read the secret. `root` is the folder of publisher.toml, which a relative `file` starts from."""
        if self.env is not None:
            value = os.environ.get(self.env)
            if not value:
                raise ConfigError(f"the environment variable {self.env} is not set", hint=f"export {self.env}=…")
            return value
        path = root / (self.file or "")
        try:
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(f"can't read the secret in {path}: {error.strerror}") from error


class SiteConfig(Table):
    """[site]: what is published, and where it is read from."""

    #: Name of the site, and of its feeds.
    title: str
    #: Absolute address of the site's home page; ends in "/".
    url: SiteUrl
    #: One sentence about the site; feed readers show it.
    description: str = ""
    #: Language of the posts (BCP 47): zh-TW, en, ja…
    language: Language = "en"
    #: For dates without an offset, and for what "this week" means.
    timezone: TimeZone = "UTC"
    #: Who writes, where a post names nobody.
    author: str = ""
    #: Shown in feeds only where set.
    author_email: str = ""
    #: What makes the site: decides how file names become addresses.
    generator: Generator = "plain"
    #: Pattern of the posts' addresses, such as /:year/:slug/, where the generator's own is not known (docs/sites.md).
    permalink: PermalinkPattern = ""
    #: Folder of the posts.
    content: str = "content"
    #: Folders whose files the site serves as they are.
    static: tuple[str, ...] = ("static",)
    #: Sections whose posts are published; empty: all of them.
    sections: tuple[str, ...] = ()
    #: Whether a post without a picture gets YouTube's picture of the video that it is about.
    youtube_hero: bool = True
    #: Where the site's finished files lie.
    output: str = "public"


class PodcastConfig(Table):
    """[podcast]: posts with `audio:` as a podcast."""

    #: Name of the show; the site's title where empty.
    title: str = ""
    #: What the show is about; the site's description where empty. At most 4000 bytes (Apple).
    description: str = ""
    #: Cover: path below the static folders, or an absolute address. Square, 1400 to 3000 pixels, JPEG or PNG.
    cover: str
    #: Apple's category, exact spelling; "Society & Culture/Documentary" names a subcategory.
    category: str
    #: Who speaks; the site's author where empty.
    author: str = ""
    #: Whom directories write to; not shown to listeners.
    owner_name: str = ""
    #: Address at which directories check that the show is yours.
    owner_email: str = ""
    #: Whether the show is not for children.
    explicit: bool = False
    #: serial: to be heard from the first episode on.
    kind: Literal["episodic", "serial"] = "episodic"


class NewsletterConfig(Table):
    """[newsletters.<name>]: a digest with a schedule."""

    #: Masthead; the site's title where empty.
    title: str = ""
    #: Language of the mail; the site's where not set.
    language: Language | None = None
    #: Where the week begins and ends; the site's where not set.
    timezone: TimeZone | None = None
    #: The From line: one mailbox on a domain of yours.
    sender: MailboxText
    #: Where answers go; the sender where not set.
    reply_to: MailboxText | None = None
    #: Printed at the foot of every mail. The law of most countries asks for it: only local transports send without.
    postal_address: str = ""
    #: The week ends on this day at this time, in the newsletter's time zone.
    weekday: Weekday = "monday"
    #: Time of day at which the week ends.
    hour: time = time(8, 0)
    #: The number of the first issue made here.
    first_number: int = Field(default=1, ge=1, lt=FIRST_EXTRA)
    #: Whether a post that comes late, with a date before the week, is news once; else only posts of the week are.
    late_posts: bool = True
    #: A plan older than this is not sent from any more without being asked for: old news in the middle of the week.
    max_age_hours: int = Field(default=72, ge=1)
    #: Which [delivery.<name>] carries it.
    transport: str = "maildir"
    #: mailto: leaving by mail only is meant so. one-click: insists on unsubscribe_url. Gmail and Yahoo want one-click
    #: of whoever sends much. Not set: by a click too where unsubscribe_url is set.
    unsubscribe: Literal["one-click", "mailto"] | None = None
    #: Address that takes "unsubscribe" mails; the sender where empty.
    unsubscribe_mailto: str = ""
    #: https address of an unsubscribe endpoint; the token is appended. Empty: unsubscribing by mail only.
    unsubscribe_url: str = ""
    #: https address where whoever was added with --confirm says yes; the token is appended. It has to ask once more:
    #: mail filters open every link.
    confirm_url: str = ""
    #: Without confirm_url: address to which they say yes by a mail that `publisher bounces read` reads.
    confirm_mailto: str = ""
    #: Letters that leave by themselves: welcome, to whoever is added or has confirmed; goodbye, to whoever is removed.
    #: None of them ever leaves because of an import.
    letters: tuple[OwnLetter, ...] = ()
    #: https address of a page where readers choose what they get; the token is appended. Empty: no mail speaks of it.
    preferences_url: str = ""
    #: Which pictures travel inside each mail instead of lying on the site: 100 KB a picture, times all readers.
    pictures_inside: Literal["none", "lead", "all"] = "none"
    #: Wraps the plain text twin at so many columns (a Chinese character takes two); not set: readers wrap it.
    text_columns: int | None = Field(default=None, ge=40, le=200)
    #: Envelope sender (bounces return there); the sender's address where empty. With {token} in it, such as
    #: bounces+{token}@example.org, each delivery has its own: every bounce says what bounced (docs/bounces.md).
    envelope_sender: EnvelopeSender = ""

    @model_validator(mode="after")
    def _one_click_is_https(self) -> NewsletterConfig:
        if self.unsubscribe_url and not self.unsubscribe_url.startswith("https://"):
            raise ValueError("unsubscribe_url must begin with https:// (RFC 8058)")
        if self.confirm_url and not self.confirm_url.startswith("https://"):
            raise ValueError("confirm_url must begin with https://: its token is a secret")
        if self.preferences_url and not self.preferences_url.startswith("https://"):
            raise ValueError("preferences_url must begin with https://: its token is a secret")
        return self

    @model_validator(mode="after")
    def _leaving_is_as_it_says(self) -> NewsletterConfig:
        if self.unsubscribe == "one-click" and not self.unsubscribe_url:
            raise ValueError('unsubscribe = "one-click" needs unsubscribe_url, the https address that takes the click')
        if self.unsubscribe == "mailto" and self.unsubscribe_url:
            raise ValueError('unsubscribe = "mailto" leaves unsubscribe_url unused; remove one of them')
        return self


class BouncesConfig(Table):
    """[bounces]: reading what comes back (docs/bounces.md)."""

    #: Where it lies: a maildir, an mbox file, or imaps://user@host/folder. `publisher bounces read` may name another.
    source: str = ""
    #: Password of the IMAP account.
    password: Secret | None = None
    #: Certificates to trust instead of the system's, in PEM, for an IMAP server with one of its own.
    ca_file: Path | None = None
    #: An address is suppressed when what counts against it adds up to this: 1 for a failure, 0.5 for a full mailbox or
    #: the like, at most once a day. Where certainly nobody is there, once is enough.
    threshold: float = Field(default=5.0, gt=0)
    #: So many days are added up.
    days: int = Field(default=90, ge=1)


class StoreConfig(Table):
    """[store]: subscribers, issues and the ledger."""

    #: SQLAlchemy address; a relative SQLite path starts from the folder of publisher.toml.
    url: str = "sqlite:///publisher.db"


class CheckConfig(Table):
    """[check]: what `publisher check` says nothing about."""

    #: Rules that may be broken, by their ids (docs/rules.md): ["M4", "E5"].
    ignore: tuple[str, ...] = ()


class Config(Table):
    """The whole of publisher.toml."""

    site: SiteConfig
    feeds: FeedsConfig = FeedsConfig()
    podcast: PodcastConfig | None = None
    newsletters: dict[str, NewsletterConfig] = Field(default_factory=dict)
    #: One table per transport; each transport parses its own (docs/adding-a-transport.md).
    delivery: dict[str, dict[str, Any]] = Field(default_factory=dict)
    store: StoreConfig = StoreConfig()
    bounces: BouncesConfig = BouncesConfig()
    check: CheckConfig = CheckConfig()

    _root: Path = PrivateAttr(default_factory=Path)

    @property
    def root(self) -> Path:
        """Folder that holds publisher.toml; every relative path starts here."""
        return self._root

    @property
    def content_dir(self) -> Path:
        """Folder of the posts."""
        return self.root / self.site.content

    @property
    def static_dirs(self) -> tuple[Path, ...]:
        """Folders whose files the site serves as they are."""
        return tuple(self.root / name for name in self.site.static)

    @property
    def output_dir(self) -> Path:
        """Folder that the finished files go to."""
        return self.root / self.site.output

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.site.timezone)

    def newsletter(self, name: str) -> NewsletterConfig:
        """Look a newsletter up by name, or say which there are."""
        if name in self.newsletters:
            return self.newsletters[name]
        known = ", ".join(sorted(self.newsletters)) or "none yet"
        near = difflib.get_close_matches(name, self.newsletters, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"add a [newsletters.{name}] table; there are: {known}"
        raise ConfigError(f'{FILE_NAME}: there is no newsletter "{name}"', hint=hint)

    def language_of(self, newsletter: NewsletterConfig) -> str:
        """Language of a newsletter's mails."""
        return newsletter.language or self.site.language

    def zone_of(self, newsletter: NewsletterConfig) -> ZoneInfo:
        """Time zone in which a newsletter's weeks begin and end."""
        return ZoneInfo(newsletter.timezone or self.site.timezone)


def load_config(path: Path) -> Config:
    """Read publisher.toml.

    path: the file, or the folder that holds it.
    Raises ConfigError (or PublisherErrors, when there are several) with the line of each mistake.
    """
    file = path / FILE_NAME if path.is_dir() else path
    try:
        source = file.read_bytes().decode("utf-8")
    except FileNotFoundError as error:
        raise ConfigError(f"no {FILE_NAME} in {file.parent}", hint="run `publisher init` to make one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"can't read {file}: {error}") from error
    return parse_config(source, file)


def parse_config(source: str, file: Path) -> Config:
    """Turn the text of publisher.toml into a Config. `file` is for messages and for `root`."""
    try:
        table = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise syntax_error(error, source, file.name) from error
    try:
        config = Config.model_validate(table)
    except ValidationError as error:
        raise settings_error(error, Config, source, file.name) from error
    config._root = file.parent  # noqa: SLF001 - the one place that knows where the file lay
    return config


TableT = TypeVar("TableT", bound=Table)


def parse_delivery(config: Config, name: str, model: type[TableT]) -> TableT:
    """Turn the table [delivery.<name>] into a transport's own settings model."""
    try:
        return model.model_validate(config.delivery.get(name, {}))
    except ValidationError as error:
        raise settings_error(error, model, "", FILE_NAME, prefix=("delivery", name)) from error
