"""Which files below the content folder are pages, which are sections, and which only travel with a page.

The rules are Hugo's: `index.md` makes its folder a leaf bundle whose other files are resources, `_index.md` describes
a section, `name.<language>.md` is a translation where that language is configured.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from publisher.errors import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SUFFIXES = (".md", ".markdown", ".mdown")
#: Deeper folders are not walked; Hugo has no limit, file systems and people do.
MAX_DEPTH = 100

FileKind = Literal["page", "leaf", "branch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentFile:
    """A file that is a page, a leaf bundle's index, or a section's (`branch`) index."""

    path: Path
    #: Path below the content folder, "/" between folders.
    key: str
    #: As messages name it: relative to the site's folder.
    name: str
    kind: FileKind
    #: Folders above the page, outermost first; a bundle's own folder is not among them.
    folders: tuple[str, ...]
    #: File name without suffix and language, or the folder's name for a bundle or section; "" for the home page.
    stem: str
    #: Key of its language, lower-cased.
    language: str = ""

    @property
    def bundle_dir(self) -> Path | None:
        """The folder whose files travel with this page; None for a single file."""
        return None if self.kind == "page" else self.path.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What decides which files count."""

    #: Folder that `ContentFile.name` is relative to.
    root: Path
    #: Keys of the configured languages, lower-cased.
    languages: tuple[str, ...] = ()
    default_language: str = ""
    #: Regular expressions searched in the path below the root.
    ignore: tuple[str, ...] = ()
    #: Folders that the site itself puts above everything found (Hugo's mounts).
    below: tuple[str, ...] = ()
    #: What stands before the `ContentFile.key` of files in the default language.
    key_prefix: tuple[str, ...] = ()
    #: What a post's file name ends in, lower-cased.
    suffixes: tuple[str, ...] = SUFFIXES
    #: Whether an index.md swallows the files beside it (Hugo), or is just the page of its folder.
    bundles: bool = True


def discover(folder: Path, rules: Discovery) -> tuple[list[ContentFile], list[Problem]]:
    """Walk a content folder, in the order of the names, whatever the file system's own is.

    A missing folder is no error here: `content.load` decides. Folders that can't be read and links to folders are
    problems; the rest is walked.
    """
    files: list[ContentFile] = []
    problems: list[Problem] = []
    ignored = [re.compile(pattern) for pattern in rules.ignore]
    walk = _Walk(folder, rules, ignored, files, problems, f"{rules.root.as_posix().rstrip('/')}/")
    walk.folder(folder, rules.below)
    return files, problems


def without_twins(files: Iterable[ContentFile]) -> tuple[list[ContentFile], list[Problem]]:
    """Drop `a.md` where there is also `a/index.md`: to Hugo they are one page, and the bundle is shown."""
    files = list(files)
    bundles = {_place(file): file for file in files if file.kind == "leaf"}
    kept: list[ContentFile] = []
    problems: list[Problem] = []
    for file in files:
        bundle = bundles.get(_place(file)) if file.kind == "page" else None
        if bundle:
            message = f"this is the same page as {bundle.name}, which is shown instead"
            problems.append(Problem(message, Location(file.name), "rename one of them", rule="same-page"))
        else:
            kept.append(file)
    return kept, problems


def _place(file: ContentFile) -> tuple[str, tuple[str, ...], str]:
    return file.language, file.folders, file.stem.lower()


@dataclass(frozen=True, slots=True)
class _Walk:
    top: Path
    rules: Discovery
    ignored: Sequence[re.Pattern[str]]
    files: list[ContentFile]
    problems: list[Problem]
    #: Of the paths that messages name, before the part that they show.
    prefix: str

    def folder(self, here: Path, folders: tuple[str, ...]) -> None:
        names, below = self._list(here)
        posts = [name for name in names if name.lower().endswith(self.rules.suffixes)]
        indexes = [name for name in posts if name.startswith("index.") and self._stem(name)[0] == "index"]
        if indexes and self.rules.bundles:
            self.files.extend(self._file(here, name, folders, "leaf") for name in indexes)
            self._warn_of_swallowed(here, indexes, posts, below)
            return
        self.files.extend(self._file(here, name, folders, self._kind(name, folders)) for name in posts)
        for name in below:
            if len(folders) < MAX_DEPTH:
                self.folder(here / name, (*folders, name))

    def _kind(self, name: str, folders: tuple[str, ...]) -> FileKind:
        if not name.startswith(("index.", "_index.")):
            return "page"
        stem = self._stem(name)[0]
        return "branch" if stem == "_index" else "leaf" if stem == "index" and folders else "page"

    def _list(self, here: Path) -> tuple[list[str], list[str]]:
        """Give the names of files and folders that count, sorted."""
        names: list[str] = []
        below: list[str] = []
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    if not self._skips(here, entry.name):
                        self._sort_in(entry, names, below)
        except OSError as error:
            self._report(here, f"can't read the folder: {error.strerror}", "check its permissions")
        for name in below:
            if name.lower().endswith(self.rules.suffixes):
                self._report(here / name, "a folder is named like a post", "rename it")
        return sorted(names), sorted(below)

    def _sort_in(self, entry: os.DirEntry[str], names: list[str], below: list[str]) -> None:
        """Add an entry of a folder to the names of files or of folders, or report it."""
        try:
            if entry.is_file():
                names.append(entry.name)
            elif entry.is_symlink() and entry.is_dir():
                self._report(Path(entry.path), "a link to a folder is not followed", "move the folder here")
            elif entry.is_dir():
                below.append(entry.name)
            elif entry.is_symlink() and entry.name.lower().endswith(self.rules.suffixes):
                self._report(Path(entry.path), "the link leads nowhere", "remove it or mend it")
        except OSError as error:
            # A link that leads to itself: whatever else is in the folder is read all the same.
            self._report(Path(entry.path), f"can't be read: {error.strerror}", "remove it or mend it")

    def _skips(self, here: Path, name: str) -> bool:
        if name.startswith((".", "#")) or name.endswith("~"):
            return True
        if not self.ignored:
            return False
        path = self._name(here / name)
        return any(pattern.search(path) for pattern in self.ignored)

    def _stem(self, name: str) -> tuple[str, str]:
        """Cut a file name into stem and language."""
        stem = name.rpartition(".")[0]
        head, dot, tail = stem.rpartition(".")
        if dot and tail.lower() in self.rules.languages:
            return head, tail.lower()
        return stem, self.rules.default_language

    def _file(self, here: Path, name: str, folders: tuple[str, ...], kind: FileKind) -> ContentFile:
        stem, language = self._stem(name)
        in_folder = kind != "page"
        prefix = self.rules.key_prefix if language == self.rules.default_language else ()
        path = here / name
        return ContentFile(
            path=path,
            key="/".join((*prefix, *folders, name)),
            name=self._name(path),
            kind=kind,
            folders=folders[:-1] if in_folder else folders,
            stem=(folders[-1] if folders else "") if in_folder else stem,
            language=language,
        )

    def _name(self, path: Path) -> str:
        # Not Path.relative_to, which takes a tenth of all the time that a post costs.
        return path.as_posix().removeprefix(self.prefix)

    def _warn_of_swallowed(self, here: Path, indexes: list[str], posts: list[str], below: list[str]) -> None:
        lost = [here / name for name in posts if name not in indexes]
        lost += [path for name in below for path in _posts_below(here / name)]
        lost = [path for path in lost if _has_front_matter(path)]
        if lost:
            message = f"{self._name(lost[0])} and other posts here" if len(lost) > 1 else self._name(lost[0])
            hint = f"if this folder is a section, rename {indexes[0]} to _{indexes[0]}"
            text = f"{indexes[0]} makes its folder one single page: {message} will not be published"
            self.problems.append(Problem(text, Location(self._name(here / indexes[0])), hint, rule="swallowed-posts"))

    def _report(self, path: Path, message: str, hint: str) -> None:
        self.problems.append(Problem(message, Location(self._name(path)), hint, rule="unreadable-path"))


def _posts_below(folder: Path) -> Iterator[Path]:
    for here, _, names in os.walk(folder):
        yield from (Path(here) / name for name in sorted(names) if name.lower().endswith(SUFFIXES))


def _has_front_matter(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(6).lstrip(b"\xef\xbb\xbf").startswith((b"---", b"+++", b"{"))
    except OSError:
        return False


def section_of(folders: Iterable[str]) -> str:
    """Name the section of a page: its outermost folder; empty for pages beside the sections."""
    return next(iter(folders), "")
