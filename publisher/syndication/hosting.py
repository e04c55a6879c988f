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
        yield from _for_each(feed, folder_url)
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
        if any(_is_elsewhere(url, folder_url) or "/" not in url.removeprefix(folder_url) for url in feed.urls.values()):
            yield from _for_each(feed, folder_url)


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


def _is_elsewhere(url: str, folder_url: str) -> bool:
    """Tell whether a document lies where publisher.toml has put it, and not with the others."""
    return not url.startswith(folder_url) or url.rpartition("/")[2] not in _BY_NAME


def _for_each(feed: Feed, folder_url: str) -> Iterable[str]:
    for form, url in feed.urls.items():
        yield urlsplit(url).path
        if not url.startswith(folder_url):
            yield f"  Cache-Control: {_CACHE}"
            yield "  Access-Control-Allow-Origin: *"
        yield f"  Content-Type: {_BY_FORM[form]}; charset=utf-8"
        if feed.hubs:
            yield f"  Link: {_link_header(feed.hubs, url)}"


def _link_header(hubs: Sequence[str], url: str) -> str:
    return ", ".join([*(f'<{hub}>; rel="hub"' for hub in hubs), f'<{url}>; rel="self"'])


def _nginx(folder_url: str, feeds: Sequence[Feed], archived: Sequence[str]) -> Iterable[str]:
    yield "# nginx: inside the server block of the site"
    for pattern, mime_type, has_hub in _documents(folder_url, feeds, archived):
        yield f"location ~ {pattern} {{"
        yield "    types { }"
        yield f'    default_type "{mime_type}; charset=utf-8";'
        yield f'    add_header Cache-Control "{_CACHE}";'
        yield '    add_header Access-Control-Allow-Origin "*";'
        if has_hub:
            yield f"    add_header Link '{_link_header(feeds[0].hubs, _origin(folder_url) + '$request_uri')}';"
        yield "}"


def _caddy(folder_url: str, feeds: Sequence[Feed], archived: Sequence[str]) -> Iterable[str]:
    yield "# Caddyfile: inside the site's block"
    for number, (pattern, mime_type, has_hub) in enumerate(_documents(folder_url, feeds, archived), start=1):
        yield f"@feeds{number} path_regexp {pattern}"
        yield f"header @feeds{number} {{"
        yield f'    Content-Type "{mime_type}; charset=utf-8"'
        yield f'    Cache-Control "{_CACHE}"'
        yield '    Access-Control-Allow-Origin "*"'
        if has_hub:
            yield f"    Link `{_link_header(feeds[0].hubs, _origin(folder_url) + '{uri}')}`"
        yield "}"


def _documents(folder_url: str, feeds: Sequence[Feed], archived: Sequence[str]) -> Iterable[tuple[str, str, bool]]:
    """List patterns of paths, the types of what lies there, and whether hubs tell of it."""
    hubs = bool(feeds[0].hubs)
    for name, mime_type in _BY_NAME.items():
        yield _pattern(folder_url, re.escape(name)), mime_type, hubs and name != OPML_NAME
    if archived:
        for form, mime_type in _BY_FORM.items():
            yield _pattern(folder_url, rf"{FOLDER}/{form}/[0-9]+\.[a-z]+"), mime_type, False
    for form, mime_type in _BY_FORM.items():
        urls = [feed.urls[form] for feed in feeds if form in feed.urls]
        paths = [re.escape(unquote(urlsplit(url).path)) for url in urls if _is_elsewhere(url, folder_url)]
        if paths:
            yield f"^({'|'.join(paths)})$", mime_type, hubs


def _pattern(folder_url: str, name: str) -> str:
    """Match files whose names fit a pattern in the folder of all feeds and below it."""
    return f"^{re.escape(unquote(urlsplit(folder_url).path))}(.*/)?{name}$"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
