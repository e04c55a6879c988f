"""After the deploy: are the live feeds the built ones, and which hubs have to hear of it (W3C WebSub, section 7).

A hub is told of a feed once for each state of it: what it was told last is kept in .publisher/pinged.json, which may be
deleted at any time; then every feed counts as changed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from publisher.errors import ConfigError, FeedError
from publisher.pipeline.built import FOLDER, hash_of, read_built
from publisher.pipeline.fetch import read_source
from publisher.pipeline.files import write_if_changed
from publisher.syndication.archives import is_page
from publisher.syndication.feed_menu import MENU_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import httpx

    from publisher.config import Config

NAME = "pinged.json"
#: Waits before the second, third and fourth try, in seconds.
BACKOFF_S = (2.0, 8.0, 30.0)
#: The longest that a hub may make us wait (Retry-After), in seconds.
_LONGEST_WAIT_S = 60.0
_TIMEOUT_S = 20.0
#: Feeds told in one request: a form of a few kilobytes, which any server takes.
_TOPICS_AT_ONCE = 20
_FETCHES_AT_ONCE = 8
#: Between two looks at feeds that are not live yet, in seconds.
_LOOK_AGAIN_S = 5.0
_OK, _TOO_MANY, _SERVER_ERROR = 200, 429, 500

#: Waits so many seconds.
Pause = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFeed:
    """A feed that has changed, as it is served."""

    url: str
    #: not served: there is none, or it can't be a feed.  unreachable: trying later can help.
    state: Literal["live", "differs", "not served", "unreachable"]
    #: What is different; empty for a live one.
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubReport:
    """What a hub was told, and what it answered."""

    hub: str
    #: Addresses of the feeds that have changed since it was told last.
    topics: tuple[str, ...]
    #: would: in a dry run. held: some feed is not live. down: trying later can help. refused: it can't.
    outcome: Literal["nothing", "told", "would", "held", "down", "refused"]
    tries: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PingReport:
    """What `publisher ping` found and did."""

    #: How many feeds the last build wrote.
    built: int
    #: Those that some hub has to hear of.
    feeds: tuple[LiveFeed, ...]
    hubs: tuple[HubReport, ...]

    @property
    def is_live(self) -> bool:
        """Whether every changed feed is served as it was built."""
        return all(feed.state == "live" for feed in self.feeds)


def ping(
    config: Config, *, dry_run: bool = False, everything: bool = False, wait_s: float = 0, pause: Pause = time.sleep
) -> PingReport:
    """Look at each changed feed on the web and, where all are the built ones, tell each hub of those it does not know.

    dry_run: look, but tell no hub and remember nothing.  everything: as if all feeds had changed.
    wait_s: how long to look again for feeds that are not live yet, in seconds.  pause: waits.
    Raises ConfigError where no hub is set up, or nothing was built here.
    """
    built = _built_feeds(config)
    told = {} if everything else _read_told(config)
    changed = {hub: _changed(built, told.get(hub, {})) for hub in config.feeds.hubs}
    wanted = sorted({url for urls in changed.values() for url in urls})
    feeds = _look_until_live(wanted, built, wait_s, pause)
    live = all(feed.state == "live" for feed in feeds)
    hubs = [_tell(hub, topics, dry_run=dry_run, live=live, pause=pause) for hub, topics in changed.items()]
    report = PingReport(built=len(built), feeds=feeds, hubs=tuple(hubs))
    if not dry_run:
        _remember(config, built, told, report)
    return report


def _built_feeds(config: Config) -> dict[str, str]:
    """Give the hash of each feed that the last build wrote, by its address."""
    if not config.feeds.hubs:
        hint = 'write hubs = ["https://pubsubhubbub.appspot.com/"] in [feeds], then build and deploy'
        raise ConfigError("publisher.toml: there is no hub to ping", hint=hint)
    hashes = read_built(config).hashes
    feeds = {
        f"{config.site.url}{quote(name, safe='/+@')}": hashed
        for name, hashed in sorted(hashes.items())
        if name.endswith((".xml", ".json")) and name != MENU_NAME and not is_page(name)
    }
    if not feeds:
        hint = "run `publisher build` here first: what it wrote is what should be live"
        raise ConfigError("nothing that was built here is known", hint=hint)
    return feeds


def _changed(built: Mapping[str, str], told: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(url for url, hashed in built.items() if told.get(url) != hashed)


def _look_until_live(urls: list[str], built: Mapping[str, str], wait_s: float, pause: Pause) -> tuple[LiveFeed, ...]:
    feeds = {feed.url: feed for feed in _look(urls, built)}
    left_s = wait_s
    while left_s > 0 and (late := [url for url, feed in feeds.items() if feed.state != "live"]):
        pause(min(_LOOK_AGAIN_S, left_s))
        left_s -= _LOOK_AGAIN_S
        feeds |= {feed.url: feed for feed in _look(late, built)}
    return tuple(feeds.values())


def _look(urls: Iterable[str], built: Mapping[str, str]) -> list[LiveFeed]:
    with ThreadPoolExecutor(_FETCHES_AT_ONCE) as pool:
        return list(pool.map(lambda url: _look_at(url, built[url]), urls))


def _look_at(url: str, hashed: str) -> LiveFeed:
    try:
        content = read_source(url)
    except FeedError as error:
        return LiveFeed(url=url, state="unreachable" if error.temporary else "not served", detail=error.message)
    if hash_of(content) == hashed:
        return LiveFeed(url=url, state="live")
    return LiveFeed(url=url, state="differs", detail=f"{len(content)} bytes are served that are not the built ones")


def _tell(hub: str, topics: tuple[str, ...], *, dry_run: bool, live: bool, pause: Pause) -> HubReport:
    if not topics:
        return HubReport(hub=hub, topics=topics, outcome="nothing")
    if not live or dry_run:
        return HubReport(hub=hub, topics=topics, outcome="would" if live else "held")
    report = HubReport(hub=hub, topics=topics, outcome="told")
    for first in range(0, len(topics), _TOPICS_AT_ONCE):
        report = _publish(hub, topics[first : first + _TOPICS_AT_ONCE], pause)
        if report.outcome != "told":
            break
    return HubReport(hub=hub, topics=topics, outcome=report.outcome, tries=report.tries, detail=report.detail)


def _publish(hub: str, topics: tuple[str, ...], pause: Pause) -> HubReport:
    """Tell a hub of some feeds, and tell it again where it seems to be down. Telling twice does no harm."""
    import httpx

    detail, tries = "", 0
    for wait_s in (*BACKOFF_S, None):
        tries += 1
        asked_s = 0.0
        try:
            answer = httpx.post(hub, data={"hub.mode": "publish", "hub.url": list(topics)}, timeout=_TIMEOUT_S)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            detail = f"no answer: {error or type(error).__name__}"
        else:
            detail = _said(answer)
            if answer.is_success:
                return HubReport(hub=hub, topics=topics, outcome="told", tries=tries, detail=detail)
            if answer.status_code < _SERVER_ERROR and answer.status_code != _TOO_MANY:
                return HubReport(hub=hub, topics=topics, outcome="refused", tries=tries, detail=detail)
            asked_s = _asked_wait(answer)
        if wait_s is not None:
            pause(max(wait_s, asked_s))
    return HubReport(hub=hub, topics=topics, outcome="down", tries=tries, detail=detail)


def _said(answer: httpx.Response) -> str:
    """Quote a hub's answer: its status and, where it explains itself, the first line."""
    lines = answer.text.strip().splitlines() if not answer.is_success else []
    return " ".join(filter(None, (str(answer.status_code), answer.reason_phrase, lines[0][:200] if lines else "")))


def _asked_wait(answer: httpx.Response) -> float:
    stated = answer.headers.get("retry-after", "")
    return min(float(stated), _LONGEST_WAIT_S) if stated.isdigit() else 0.0


def _read_told(config: Config) -> dict[str, dict[str, str]]:
    """Read what each hub was told last: hashes by the feeds' addresses. What can't be read is not known."""
    try:
        read: Any = json.loads((config.root / FOLDER / NAME).read_bytes())
        return {str(hub): {str(url): str(hashed) for url, hashed in told.items()} for hub, told in read["hubs"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _remember(
    config: Config, built: Mapping[str, str], told: Mapping[str, Mapping[str, str]], report: PingReport
) -> None:
    """Note what each hub knows now; of feeds and hubs that are gone, nothing."""
    now = {}
    for hub in report.hubs:
        news = {url: built[url] for url in hub.topics} if hub.outcome == "told" else {}
        known = {url: hashed for url, hashed in told.get(hub.hub, {}).items() if url in built}
        now[hub.hub] = dict(sorted((known | news).items()))
    text = json.dumps({"hubs": now}, ensure_ascii=False, indent=1) + "\n"
    write_if_changed(config.root / FOLDER / NAME, text.encode())
