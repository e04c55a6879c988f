"""Whether the pictures of an issue can be seen by its readers, asked of the site before anything is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx

from publisher.digest.freeze import pictures_of
from publisher.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.config import Config
    from publisher.model.issue import Issue

#: A site that takes longer than this keeps readers waiting, too.
_TIMEOUT_S = 10.0
_AT_ONCE = 8
#: Servers that don't answer HEAD answer GET.
_NO_HEAD = frozenset({403, 405, 501})


def unpublished_pictures(issue: Issue, config: Config, variants: Iterable[Issue] = ()) -> tuple[str, ...]:
    """Give the addresses of an issue's own pictures that the site does not serve, in their order.

    variants: of the issue, whose pictures count, too (pipeline.variants).
    Asks the network: only for a send that leaves this machine. Pictures that travel inside the mail are not asked for.
    """
    if config.newsletter(issue.newsletter).pictures_inside == "all":
        return ()
    urls = [config.site.url + name for name in pictures_of("".join(one.html for one in (issue, *variants)))]
    with (
        httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True) as client,
        ThreadPoolExecutor(max_workers=_AT_ONCE) as pool,
    ):
        served = pool.map(lambda url: _is_served(client, url), urls)
        return tuple(url for url, there in zip(urls, served, strict=True) if not there)


def refuse_unpublished(issue: Issue, config: Config, variants: Iterable[Issue] = ()) -> None:
    """Raise ConfigError with the list when the site does not serve some of an issue's pictures."""
    if missing := unpublished_pictures(issue, config, variants):
        raise ConfigError(
            missing_message(issue, missing), hint="publish the site first, or write --allow-missing-images"
        )


def missing_message(issue: Issue, missing: Sequence[str]) -> str:
    """Say which pictures are missing."""
    listed = "".join(f"\n  {url}" for url in missing)
    return f"{len(missing)} pictures of issue {issue.number} are not on the web yet:{listed}"


def _is_served(client: httpx.Client, url: str) -> bool:
    """Tell whether an address answers with a picture: many sites answer 200 and a page where nothing is."""
    try:
        answer = client.head(url)
        if answer.status_code in _NO_HEAD:
            with client.stream("GET", url) as answer:
                return _is_picture(answer)
        return _is_picture(answer)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def _is_picture(answer: httpx.Response) -> bool:
    kind = answer.headers.get("content-type", "image/").lower()
    return answer.is_success and (kind.startswith("image/") or kind == "application/octet-stream")
