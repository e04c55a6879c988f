"""Media that a page embeds, as the link a person can open: from the address inside an iframe to the public one.

Feed readers and mail clients drop iframes; a link with a picture says the same. Nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

Verb = Literal["watch", "listen", "read", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Embed:
    """A thing that lies elsewhere, and how to get there."""

    #: The page that a person opens.
    url: str
    #: Name of the place as people know it; the host name where it has none.
    provider: str
    verb: Verb
    #: Picture of it that is known to exist; empty if there is none.
    thumbnail: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """A place that things are embedded from."""

    name: str
    verb: Verb
    #: Matched against host, path and query: "www.youtube.com/embed/ID?start=30".
    pattern: str
    #: Public address, with the pattern's groups.
    url: str
    thumbnail: str = ""
    #: Query parameters to carry over: name inside the iframe, and how it is written publicly.
    carry: tuple[tuple[str, str], ...] = ()


_ID = r"(?P<id>[\w-]+)"
PROVIDERS: tuple[Provider, ...] = (
    Provider(
        "YouTube",
        "watch",
        r"(?:www\.|m\.)?youtube(?:-nocookie)?\.com/embed/(?:videoseries)?\?(?:.*&)?list=" + _ID,
        "https://www.youtube.com/playlist?list={id}",
    ),
    Provider(
        "YouTube",
        "watch",
        r"(?:(?:(?:www|m)\.)?youtube(?:-nocookie)?\.com/(?:embed/|shorts/|live/|watch\?(?:.*&)?v=)|youtu\.be/)" + _ID,
        "https://www.youtube.com/watch?v={id}",
        # hqdefault exists for every video; the larger ones do not.
        "https://i.ytimg.com/vi/{id}/hqdefault.jpg",
        (("start", "&t={}s"), ("t", "&t={}")),
    ),
    Provider("Vimeo", "watch", r"(?:player\.vimeo\.com/video|vimeo\.com)/(?P<id>\d+)", "https://vimeo.com/{id}"),
    Provider(
        "bilibili",
        "watch",
        r"(?:player|www)\.bilibili\.com/(?:player\.html\?(?:.*&)?bvid=|video/)(?P<id>BV\w+|av\d+)",
        "https://www.bilibili.com/video/{id}",
        carry=(("p", "?p={}"), ("page", "?p={}")),
    ),
    Provider(
        "bilibili",
        "watch",
        r"player\.bilibili\.com/player\.html\?(?:.*&)?aid=(?P<id>\d+)",
        "https://www.bilibili.com/video/av{id}",
    ),
    Provider(
        "Dailymotion", "watch", r"www\.dailymotion\.com/embed/video/" + _ID, "https://www.dailymotion.com/video/{id}"
    ),
    Provider("TED", "watch", r"embed\.ted\.com/(?P<id>[\w/-]+)", "https://www.ted.com/{id}"),
    Provider(
        "Spotify",
        "listen",
        r"open\.spotify\.com/(?:embed(?:-podcast)?/)?(?P<kind>\w+)/" + _ID,
        "https://open.spotify.com/{kind}/{id}",
    ),
    Provider(
        "Apple Podcasts",
        "listen",
        r"(?:embed\.)?podcasts\.apple\.com/(?P<id>[^?#]+)",
        "https://podcasts.apple.com/{id}",
        carry=(("i", "?i={}"),),
    ),
    Provider(
        "Apple Music",
        "listen",
        r"embed\.music\.apple\.com/(?P<id>[^?#]+)",
        "https://music.apple.com/{id}",
        carry=(("i", "?i={}"),),
    ),
    Provider("SoundCloud", "listen", r"w\.soundcloud\.com/player/?\?(?:.*&)?url=(?P<whole>[^&]+)", "{whole}"),
    Provider("Firstory", "listen", r"open\.firstory\.me/embed/(?P<id>[\w/-]+)", "https://open.firstory.me/{id}"),
    Provider(
        "SoundOn",
        "listen",
        r"player\.soundon\.fm/embed/?\?podcast=(?P<show>[\w-]+)&episode=" + _ID,
        "https://player.soundon.fm/p/{show}/episodes/{id}",
    ),
    Provider("X", "read", r"(?:twitter|x)\.com/(?P<id>\w+/status/\d+)", "https://x.com/{id}"),
    Provider("X", "read", r"platform\.(?:twitter|x)\.com/embed/\S*[?&]id=(?P<id>\d+)", "https://x.com/i/status/{id}"),
    Provider(
        "Instagram",
        "read",
        r"(?:www\.)?instagram\.com/(?P<kind>p|reel|tv)/" + _ID,
        "https://www.instagram.com/{kind}/{id}/",
    ),
    Provider("Facebook", "read", r"(?:www\.)?facebook\.com/plugins/\w+\.php\?(?:.*&)?href=(?P<whole>[^&]+)", "{whole}"),
    Provider(
        "Threads", "read", r"(?:www\.)?threads\.(?:net|com)/(?P<id>@[\w.]+/post/\w+)", "https://www.threads.com/{id}"
    ),
    Provider(
        "TikTok",
        "watch",
        r"(?:www\.)?tiktok\.com/(?:embed(?:/v2)?|player/v1)/(?P<id>\d+)",
        "https://www.tiktok.com/embed/v2/{id}",
    ),
    Provider("GitHub Gist", "read", r"gist\.github\.com/(?P<id>[\w-]+/\w+)", "https://gist.github.com/{id}"),
    Provider(
        "CodePen",
        "open",
        r"codepen\.io/(?P<user>[\w-]+)/embed/(?:preview/)?" + _ID,
        "https://codepen.io/{user}/pen/{id}",
    ),
    Provider(
        "Google Maps",
        "open",
        r"(?:www|maps)\.google\.[\w.]+/maps(?:/embed)?\?(?:.*&)?q=(?P<id>[^&]+)",
        "https://www.google.com/maps?q={id}",
    ),
)
_COMPILED = tuple((re.compile(provider.pattern), provider) for provider in PROVIDERS)


def public_embed(address: str, title: str = "") -> Embed:
    """Find the public page behind the address of an iframe; unknown places are linked as they are.

    address: absolute, or "//host/…"; title: what the page calls it.
    """
    address = f"https:{address}" if address.startswith("//") else address
    try:
        parts = urlsplit(address)
    except ValueError:
        # "https://[": no address that anybody could open.
        return Embed(url="", provider="", verb="open", title=title)
    place = parts.netloc + parts.path + (f"?{parts.query}" if parts.query else "")
    for pattern, provider in _COMPILED:
        if match := pattern.match(place):
            return _known(provider, match, parts.query, title)
    host = parts.hostname or ""
    return Embed(url=address, provider=host.removeprefix("www."), verb="open", title=title)


def _known(provider: Provider, match: re.Match[str], query: str, title: str) -> Embed:
    groups = {name: value or "" for name, value in match.groupdict().items()}
    if "whole" in groups:
        groups["whole"] = _web_address(unquote(groups["whole"]))
    wanted = parse_qs(query)
    extra = next((form.format(wanted[name][0]) for name, form in provider.carry if _plain(wanted.get(name))), "")
    return Embed(
        url=provider.url.format(**groups) + extra,
        provider=provider.name,
        verb=provider.verb,
        thumbnail=provider.thumbnail.format(**groups),
        title=title,
    )


def _plain(values: list[str] | None) -> bool:
    """Carry over only what is a number or a word, and says something."""
    return bool(values and re.fullmatch(r"[\w.-]{1,40}", values[0]) and values[0] != "0")


def _web_address(url: str) -> str:
    return url if re.match(r"https?://", url) else ""
