"""What a host has to be told about feeds: types, caching, access from other sites, and hub links as HTTP headers.

Sources: RFC 7303 and the registrations of the types; W3C WebSub, 4 (a Link header to a hub wants one to the feed itself
beside it); developers.cloudflare.com/pages and docs.netlify.com on _headers; nginx.org; caddyserver.com.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

from publisher.syndication.archives import FOLDER
from publisher.syndication.opml import OPML_NAME
from publisher.syndication.site_feed import FILE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from publisher.model.feed import Feed, Format

Host = Literal["netlify", "cloudflare", "nginx", "caddy"]

#: An hour: readers that ask more often get the same bytes from a cache.
_CACHE = "public, max-age=3600"
_RSS, _ATOM, _JSON, _OPML = "application/rss+xml", "application/atom+xml", "application/feed+json", "text/x-opml"
_BY_FORM: Mapping[Format, str] = {"rss": _RSS, "atom": _ATOM, "json": _JSON}
#: By file name.
_BY_NAME: Mapping[str, str] = {
    "rss.xml": _RSS,
    "podcast.xml": _RSS,
    "atom.xml": _ATOM,
    "feed.json": _JSON,
    OPML_NAME: _OPML,
}
#: Patterns of what can be subscribed to.
_WITH_HUB = frozenset(re.escape(name) for name in _BY_NAME if name != OPML_NAME)


def hosting_snippet(host: Host, folder_url: str, feeds: Sequence[Feed], archived: Sequence[str] = ()) -> str:
    """Say how a host serves feeds well.

    folder_url: the address of the folder that all feeds lie in, with "/" at its end.
    feeds: the site's own first; only their addresses and hubs count.
    archived: the folders of those that have archives, as folder_url.
    """
    writers: Mapping[Host, Callable[[str, Sequence[Feed], Sequence[str]], Iterable[str]]] = {
        "netlify": _netlify,
        "cloudflare": _cloudflare,
        "nginx": _nginx,
        "caddy": _caddy,
    }
    return "\n".join(writers[host](folder_url, feeds, archived)) + "\n"


def _netlify(folder_url: str, feeds: Sequence[Feed], archived: Sequence[str]) -> Iterable[str]:
    """Name every document: a wildcard stands only at the end of a path there."""
    yield from _for_all(folder_url)
    for feed in feeds:
        yield from _for_each(feed)
    for folder in archived:
        yield from _for_archive(urlsplit(folder).path)


def _cloudflare(folder_url: str, feeds: Sequence[Feed], archived: Sequence[str]) -> Iterable[str]:
    """Name feeds of terms by wildcards: there are 100 rules at most."""
    yield from _for_all(folder_url)
    if folder_url in archived:
        # Those of terms would need more rules, or more than the one wildcard of a rule.
        yield from _for_archive(urlsplit(folder_url).path)
    for form, name in FILE_NAMES.items():
        yield f"{urlsplit(folder_url).path}*/{name}"
        yield f"  Content-Type: {_BY_FORM[form]}; charset=utf-8"
    for feed in feeds:
        if all("/" not in url.removeprefix(folder_url) for url in feed.urls.values()):
            yield from _for_each(feed)


def _for_archive(folder: str) -> Iterable[str]:
    for form, mime_type in _BY_FORM.items():
        yield f"{folder}{FOLDER}/{form}/*"
        yield f"  Content-Type: {mime_type}; charset=utf-8"


def _for_all(folder_url: str) -> Iterable[str]:
    folder = urlsplit(folder_url).path
    yield "# _headers, in the folder that is deployed (Hugo: static/_headers)"
    yield f"{folder}*"
    yield f"  Cache-Control: {_CACHE}"
    yield "  Access-Control-Allow-Origin: *"
    yield f"{folder}{OPML_NAME}"
    yield f"  Content-Type: {_OPML}; charset=utf-8"


def _for_each(feed: Feed) -> Iterable[str]:
    for form, url in feed.urls.items():
        yield urlsplit(url).path
        yield f"  Content-Type: {_BY_FORM[form]}; charset=utf-8"
        if feed.hubs:
            yield f"  Link: {_link_header(feed.hubs, url)}"


def _link_header(hubs: Sequence[str], url: str) -> str:
    return ", ".join([*(f'<{hub}>; rel="hub"' for hub in hubs), f'<{url}>; rel="self"'])


def _nginx(folder_url: str, feeds: Sequence[Feed], archived: Sequence[str]) -> Iterable[str]:
    yield "# nginx: inside the server block of the site"
    for name, mime_type in _documents(archived):
        yield f"location ~ {_pattern(folder_url, name)} {{"
        yield "    types { }"
        yield f'    default_type "{mime_type}; charset=utf-8";'
        yield f'    add_header Cache-Control "{_CACHE}";'
        yield '    add_header Access-Control-Allow-Origin "*";'
        if feeds[0].hubs and name in _WITH_HUB:
            yield f"    add_header Link '{_link_header(feeds[0].hubs, _origin(folder_url) + '$request_uri')}';"
        yield "}"


def _caddy(folder_url: str, feeds: Sequence[Feed], archived: Sequence[str]) -> Iterable[str]:
    yield "# Caddyfile: inside the site's block"
    for number, (name, mime_type) in enumerate(_documents(archived), start=1):
        yield f"@feeds{number} path_regexp {_pattern(folder_url, name)}"
        yield f"header @feeds{number} {{"
        yield f'    Content-Type "{mime_type}; charset=utf-8"'
        yield f'    Cache-Control "{_CACHE}"'
        yield '    Access-Control-Allow-Origin "*"'
        if feeds[0].hubs and name in _WITH_HUB:
            yield f"    Link `{_link_header(feeds[0].hubs, _origin(folder_url) + '{uri}')}`"
        yield "}"


def _documents(archived: Sequence[str]) -> Iterable[tuple[str, str]]:
    """List patterns of names, and the types of what is called so."""
    yield from ((re.escape(name), mime_type) for name, mime_type in _BY_NAME.items())
    if archived:
        yield from ((rf"{FOLDER}/{form}/[0-9]+\.[a-z]+", mime_type) for form, mime_type in _BY_FORM.items())


def _pattern(folder_url: str, name: str) -> str:
    """Match files whose names fit a pattern in the folder of all feeds and below it."""
    return f"^{re.escape(unquote(urlsplit(folder_url).path))}(.*/)?{name}$"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
