"""Links from post to post by file, not by address: `ref`, `relref`, and Markdown links to `.md` files."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.content.hugo.discover import SUFFIXES, ContentFile
from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def logical_path(file: ContentFile) -> str:
    """Name a page as `ref` does: "/posts/my-post", lower-cased, without suffix and language."""
    return "/" + "/".join(part for part in (*file.folders, file.stem) if part).lower()


@dataclass(slots=True)
class PageIndex:
    """All pages of a site by the names that links use. Front matter is read only for pages that something links to."""

    files: Iterable[ContentFile]
    #: Reads a page's address.
    address_of: Callable[[ContentFile], str]
    _by_path: dict[tuple[str, str], ContentFile] = field(default_factory=dict)
    _by_name: dict[tuple[str, str], list[ContentFile]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for file in self.files:
            self._by_path.setdefault((file.language, logical_path(file)), file)
            self._by_name.setdefault((file.language, file.stem.lower()), []).append(file)

    def address(self, path: str, here: ContentFile, language: str = "") -> str:
        """Find the address of the page that `path` names, seen from `here`.

        path: "/posts/x.md", "../x", "x#heading"; language: of the page wanted, that of `here` if empty.
        Raises ContentError if there is no such page, or more than one.
        """
        name, mark, fragment = path.partition("#")
        file = self._find(name.strip(), here, language.lower() or here.language) if name.strip() else here
        return self.address_of(file) + mark + fragment

    def _find(self, name: str, here: ContentFile, language: str) -> ContentFile:
        plain = _without_suffix(name, language)
        folder = "/" + "/".join(here.folders if here.kind == "page" else (*here.folders, here.stem))
        sibling = "/" + "/".join(here.folders)
        for start in (folder, sibling, "/") if not plain.startswith("/") else ("/",):
            found = self._by_path.get((language, posixpath.normpath(posixpath.join(start, plain)).lower()))
            if found:
                return found
        named = self._by_name.get((language, plain.lower()), []) if "/" not in plain else []
        if len(named) == 1:
            return named[0]
        if named:
            places = ", ".join(file.key for file in named)
            raise ContentError(f"several pages are called {name}: {places}", hint="write its whole path: /posts/…")
        raise ContentError(f"there is no page {name}", hint="write its path below the content folder: /posts/name.md")


def _without_suffix(name: str, language: str) -> str:
    plain = name
    for suffix in SUFFIXES:
        if plain.lower().endswith(suffix):
            plain = plain[: -len(suffix)]
            break
    plain = plain.removesuffix(f".{language}") if language else plain
    for index in ("/_index", "/index"):
        plain = plain.removesuffix(index)
    return plain.rstrip("/") or "/"
