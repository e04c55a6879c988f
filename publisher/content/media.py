"""Images and audio files of a post: where they lie on this disk, and what they really are.

Length, type and size come from the bytes. A file that is missing spoils nothing: the post keeps its URL.
"""

from __future__ import annotations

import mimetypes
import os
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from publisher.content.image_header import read_header
from publisher.content.urls import escape_path
from publisher.model.post import Enclosure, Image

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Types that a file name tells better than its first bytes, and that the operating system's table may not know.
AUDIO_TYPES = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/x-m4a",
    ".mp4": "video/mp4",
    ".aac": "audio/aac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
}


@dataclass(slots=True)
class LookedAt:
    """What posts were made from besides their own files: as long as that stays as it is, so do they."""

    #: Files that were looked for, found or not, and folders that were searched.
    paths: set[Path] = field(default_factory=set)
    #: Whether another post's address was asked for, which any file of the site may change.
    posts: bool = False

    def clear(self) -> None:
        """Begin with another post."""
        self.paths.clear()
        self.posts = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaPlaces:
    """Where the files that a post names may lie."""

    #: Address of the site; ends in "/".
    base_url: str
    #: Folders whose files are served as they are.
    static_dirs: tuple[Path, ...]
    #: Folder of posts; a file beside a post is served at its section.
    content_dir: Path
    #: Folder whose files the site serves only where its theme asks for them; None if it has none.
    assets_dir: Path | None = None
    #: Keeps account of what is looked for here.
    looked_at: LookedAt = field(default_factory=LookedAt, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlace:
    """The page that names a file."""

    permalink: str
    #: Folder whose files travel with the page; None if it has none.
    bundle_dir: Path | None
    #: Folder that the page's file lies in.
    folder: Path


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was named: its absolute URL, and where it lies here, if it does."""

    url: str
    path: Path | None
    #: Whether the site itself should hold it.
    own: bool = True
    #: Whether it lies in a folder whose files the site serves only where its theme asks for them.
    in_assets: bool = False


def resolve(name: str, page: PagePlace, places: MediaPlaces) -> Found:
    """Make a file's name absolute, and find it on disk.

    name: as written in front matter or Markdown: absolute URL, `/path`, or relative to the page.
    """
    name = name.strip()
    if is_on_site(name):
        path = _below_base(name, places.base_url)
        return _served(_address_on_site(path, places), _plain(path), places)
    try:
        parts = urlsplit(name)
    except ValueError:
        # No address at all: "http://[".
        return Found(absolute(name), None, own=False)
    if parts.scheme or name.startswith("//"):
        url = name if parts.scheme else f"{urlsplit(places.base_url).scheme}:{name}"
        inside = url.removeprefix(places.base_url) if url.startswith(places.base_url) else ""
        return Found(absolute(url), _in_static(unquote(inside), places) if inside else None, own=bool(inside))
    return _resolve_relative(name, page, places)


def address_of(name: str, page: PagePlace, places: MediaPlaces) -> str:
    """Make a file's name absolute as `resolve` does. The disk is asked only about names relative to the page."""
    name = name.strip()
    if is_on_site(name):
        return _address_on_site(_below_base(name, places.base_url), places)
    if name.startswith(("https://", "http://")):
        return absolute(name)
    return resolve(name, page, places).url


def is_on_site(name: str) -> bool:
    """Tell whether a name begins at the top of its site."""
    return name.startswith("/") and not name.startswith("//")


def _address_on_site(path: str, places: MediaPlaces) -> str:
    return absolute(_join(places.base_url, _quote(path)))


def _resolve_relative(name: str, page: PagePlace, places: MediaPlaces) -> Found:
    plain = _plain(name).removeprefix("./")
    if page.bundle_dir and (path := inside(page.bundle_dir, plain, places.looked_at)):
        return Found(absolute(_join(page.permalink, _quote(name))), path)
    if path := inside(page.folder, plain, places.looked_at):
        section = page.folder.relative_to(places.content_dir).as_posix()
        prefix = "" if section == "." else f"{escape_path(section)}/"
        return Found(absolute(_join(places.base_url, prefix + _quote(name.removeprefix("./")))), path)
    found = _served(absolute(_join(places.base_url, _quote(name.removeprefix("./")))), plain, places)
    return found if found.path else Found(absolute(_join(page.permalink, _quote(name))), None)


def inside(folder: Path, name: str, looked_at: LookedAt | None = None) -> Path | None:
    """Find a file below a folder; None if there is none, or if `name` leads out of the folder."""
    if not name or "\0" in name:
        return None
    if looked_at:
        looked_at.paths.add(folder / name)
    try:
        # Most links of a post lead to pages: that nothing lies there is found out before links are followed.
        if not os.path.isfile(f"{folder}/{name}"):  # noqa: PTH113 - a third of the time that Path takes
            return None
        path, top = os.path.realpath(f"{folder}/{name}"), f"{folder}/"
        if not path.startswith(top):
            # Only where a link is on the way does it matter where the folder really lies.
            top = f"{os.path.realpath(folder)}/"
        return Path(path) if path.startswith(top) else None
    except OSError:
        return None


def _in_static(name: str, places: MediaPlaces) -> Path | None:
    found = (inside(folder, _plain(name).lstrip("/"), places.looked_at) for folder in places.static_dirs)
    return next((path for path in found if path), None)


#: A path without dots to follow, empty segments and query: most are.
_NOTHING_TO_RESOLVE = re.compile(r"(?:[^/.?#;\s][^/?#;\s]*/)*(?:[^/.?#;\s][^/?#;\s]*)?")


def _join(base: str, path: str) -> str:
    """Resolve a relative reference, in which a colon makes no scheme: "/a://b" is a path, however odd."""
    if base.endswith("/") and _NOTHING_TO_RESOLVE.fullmatch(path):
        return base + path
    return urljoin(base, path if path.startswith(("?", "#")) else f"./{path}")


def _served(url: str, name: str, places: MediaPlaces) -> Found:
    """Look for a file below the site's address: in the static folders, then among the theme's assets."""
    if path := _in_static(name, places):
        return Found(url, path)
    path = inside(places.assets_dir, name.lstrip("/"), places.looked_at) if places.assets_dir else None
    return Found(url, path, in_assets=path is not None)


def _below_base(path: str, base_url: str) -> str:
    """Take `/x` as Hugo does: below the site's sub-path, which is not doubled where the author wrote it himself."""
    sub_path = urlsplit(base_url).path
    if sub_path != "/" and path.startswith(sub_path):
        path = path[len(sub_path) :]
    return path.lstrip("/")


def _plain(name: str) -> str:
    return unquote(re.split(r"[?#]", name, maxsplit=1)[0])


def _quote(name: str) -> str:
    """Escape a relative reference without touching its query and fragment."""
    path, mark, rest = name, "", ""
    if found := re.search(r"[?#]", name):
        path, mark, rest = name[: found.start()], found[0], name[found.end() :]
    return escape_path(path) + mark + rest


_UNSAFE = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]")


def absolute(url: str) -> str:
    """Percent-encode what an address must not hold raw: spaces, quotes, everything beyond ASCII (RFC 3986)."""
    return _UNSAFE.sub(lambda match: _percent(match[0]), url)


def _percent(char: str) -> str:
    return "".join(f"%{octet:02X}" for octet in char.encode("utf-8", "replace"))


def describe_image(found: Found, alt: str = "") -> Image:
    """Measure an image. One that lies elsewhere, or is none, keeps only its URL (and length)."""
    if found.path is None:
        return Image(url=found.url, alt=alt)
    length = found.path.stat().st_size
    mime, width, height = measure(found.path)
    return Image(
        url=found.url, alt=alt, path=found.path, length_bytes=length, mime_type=mime, width=width, height=height
    )


def measure(path: Path) -> tuple[str, int, int]:
    """Read MIME type, width and height from an image's header; ("", 0, 0) if it is no image that Pillow knows.

    Only the header is read. A picture of absurd size is somebody else's concern, until it is opened whole.
    """
    with suppress(OSError):
        if header := read_header(path):
            return header
    # Most sites' pictures need no Pillow, which takes long to load.
    from PIL import Image as PillowImage
    from PIL import UnidentifiedImageError

    try:
        with warnings.catch_warnings(), PillowImage.open(path) as picture:
            warnings.simplefilter("ignore", PillowImage.DecompressionBombWarning)
            return PillowImage.MIME.get(picture.format or "", ""), picture.width, picture.height
    except (UnidentifiedImageError, PillowImage.DecompressionBombError, OSError, ValueError, SyntaxError):
        return ("image/svg+xml" if _is_svg(path) else ""), 0, 0


def _is_svg(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"<svg" in file.read(1024).lower()
    except OSError:
        return False


def describe_audio(found: Found) -> Enclosure:
    """Measure an audio file: length and type from the bytes, duration by mutagen. 0 and None where nobody knows."""
    mime = guess_type(found.url)
    if found.path is None:
        return Enclosure(url=found.url, length_bytes=0, mime_type=mime)
    import mutagen

    length = found.path.stat().st_size
    try:
        info = mutagen.File(found.path)
    except (mutagen.MutagenError, OSError, ValueError):
        info = None
    seconds = getattr(getattr(info, "info", None), "length", None)
    # mutagen lists what it knows best first; Apple wants audio/x-m4a for .m4a, and the name tells that.
    known = next(iter(getattr(info, "mime", ())), "")
    return Enclosure(url=found.url, length_bytes=length, mime_type=mime or known, duration_s=seconds or None)


def guess_type(url: str) -> str:
    """Tell a media type by the name's suffix; empty if the suffix is unknown."""
    suffix = re.search(r"\.\w+$", urlsplit(url).path)
    key = suffix[0].lower() if suffix else ""
    # Only Python's own table: the machine's would make output differ from machine to machine.
    return AUDIO_TYPES.get(key) or mimetypes.MimeTypes().guess_type(f"x{key}")[0] or ""


def bundle_covers(folder: Path, looked_at: LookedAt) -> Iterator[Path]:
    """Find a bundle's picture as Hugo's templates do: *feature*, then *cover* or *thumbnail*."""
    looked_at.paths.add(folder)
    try:
        names = sorted(path for path in folder.iterdir() if guess_type(path.name).startswith("image/"))
    except OSError:
        return
    for words in (("feature",), ("cover", "thumbnail")):
        yield from (path for path in names if any(word in path.name.lower() for word in words))
