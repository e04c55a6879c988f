"""A feed from wherever a person says it is: a file, or, because they asked for it, the web."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import UNREACHABLE, ContentError, FeedError, Location
from publisher.syndication.read_feed import MAX_BYTES, refuse_size

if TYPE_CHECKING:
    import httpx

#: Between two bytes of an answer; a server that takes longer keeps readers waiting, too.
_TIMEOUT_S = 15.0
#: For the whole of an answer, however slowly it trickles.
_TOTAL_S = 120.0
_REDIRECTS = 5
_SERVER_ERROR = 500
#: Answers of 400 and more that another try may get over: Request Timeout, Too Early, Too Many Requests.
_FOR_NOW = frozenset({408, 425, 429})
#: Not Found, Gone.
_NOTHING = frozenset({404, 410})

#: Rules that a fetch breaks, besides `errors.UNREACHABLE`: nothing is there; it can't be had, and won't be later.
NOT_THERE, NOT_SERVED = "not-there", "not-served"


def is_url(text: str) -> bool:
    """Tell whether a text names something on the web."""
    return text.lower().startswith(("http://", "https://"))


def read_source(source: str, *, timeout_s: float = _TIMEOUT_S, total_s: float = _TOTAL_S) -> bytes:
    """Read the file or the web address that a person named.

    Raises ContentError for a file that can't be read, FeedError for what is too large or can't be fetched: its rule is
    `NOT_THERE`, `NOT_SERVED` or `errors.UNREACHABLE`.
    """
    if is_url(source):
        return _fetch(source, timeout_s, total_s)
    path = Path(source)
    try:
        refuse_size(path.stat().st_size, source)
        return path.read_bytes()
    except OSError as error:
        hint = "name a feed, as a file or as an address that begins with https://"
        raise ContentError(f"can't read {source}: {error.strerror}", hint=hint) from error


def _fetch(url: str, timeout_s: float, total_s: float) -> bytes:
    import httpx

    kinds = (
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/xml;q=0.9",
        "*/*;q=0.1",
    )
    headers = {"accept": ", ".join(kinds)}
    try:
        with (
            httpx.Client(timeout=timeout_s, follow_redirects=True, max_redirects=_REDIRECTS, headers=headers) as client,
            client.stream("GET", url) as answer,
        ):
            if not answer.is_success:
                said = f"the server answers {answer.status_code} {answer.reason_phrase}".rstrip()
                raise _unfetched(url, said, _rule_of(answer.status_code))
            return _take(answer, url, total_s)
    except httpx.TooManyRedirects as error:
        raise _unfetched(url, f"it redirects more than {_REDIRECTS} times, perhaps in a circle", NOT_SERVED) from error
    except httpx.TimeoutException as error:
        raise _unfetched(url, f"no answer within {timeout_s:g} seconds") from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise _unfetched(url, str(error), NOT_SERVED) from error
    except httpx.HTTPError as error:
        raise _unfetched(url, str(error) or type(error).__name__) from error


def _rule_of(status: int) -> str:
    if status in _NOTHING:
        return NOT_THERE
    return UNREACHABLE if status >= _SERVER_ERROR or status in _FOR_NOW else NOT_SERVED


def _take(answer: httpx.Response, url: str, total_s: float) -> bytes:
    """Read an answer piece by piece, and stop where it becomes too much: what it says of its length may be wrong."""
    until = time.monotonic() + total_s
    stated = answer.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > MAX_BYTES:
        refuse_size(int(stated), url)
    pieces: list[bytes] = []
    length = 0
    for piece in answer.iter_bytes():
        length += len(piece)
        if length > MAX_BYTES:
            refuse_size(length, url)
        if time.monotonic() > until:
            raise _unfetched(url, f"it was not complete after {total_s:g} seconds")
        pieces.append(piece)
    return b"".join(pieces)


def _unfetched(url: str, why: str, rule: str = UNREACHABLE) -> FeedError:
    hint = "open the address in a browser; or save the feed as a file, and name that"
    return FeedError(f"can't fetch the feed: {why}", rule=rule, at=Location(url), hint=hint)
