"""What a site generator does its own way, as one value: where posts lie, what their heads mean, where they are served.

`content.conventions.read` turns any file of any convention into the same `Page`; this is what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from publisher.content.conventions.loose_dates import parse_loose_date
from publisher.content.front_matter.dates import split_file_date
from publisher.content.front_matter.read import FrontMatter, parse_front_matter
from publisher.content.hugo.discover import SUFFIXES, ContentFile, Discovery, discover
from publisher.content.hugo.site import HugoConfig, MarkdownSettings
from publisher.content.urls import path_from_front_matter
from publisher.errors import ContentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, tzinfo
    from pathlib import Path

    from publisher.content.pages import Page
    from publisher.errors import Problem
    from publisher.model.post import Post

#: Generators other than Hugo keep raw HTML, and Chinese before a bare link.
MARKDOWN = MarkdownSettings(raw_html=True, linkify_after_cjk=True)
#: Folders that hold what tools made or fetched, never posts.
NOT_POSTS = (r"(^|/)(node_modules|vendor|_site|_cache|dist|\.git)/",)


class FieldError(ContentError):
    """A front-matter value that the generator itself would refuse; whoever knows the file adds the place."""

    def __init__(self, key: str, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.key = key


Found = tuple[list[ContentFile], list["Problem"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyPlace:
    """A post's body, and what surrounds it while it is made ready."""

    #: Without front matter.
    text: str
    #: Line of the file that `text` begins on.
    first_line: int
    #: Name of the file, for messages.
    file: str
    post: Post
    root: Path
    settings: HugoConfig
    #: Address of the site; ends in "/".
    base_url: str
    #: Address of a post by its file ("/posts/x.md", "x"), seen from this one. Raises ContentError.
    ref: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A body as Markdown (or HTML) that holds no syntax but ours: other generators' tags are shortcodes now."""

    text: str
    #: Whether `text` is HTML already.
    is_html: bool = False
    problems: tuple[Problem, ...] = ()
    #: Whether each line still stands where it stood in the file.
    lines_kept: bool = True


def as_written(body: BodyPlace) -> Prepared:
    """Leave a body alone."""
    return Prepared(text=body.text)


def same_values(values: Mapping[str, Any], _file: ContentFile, _settings: HugoConfig) -> Mapping[str, Any]:
    """Leave front matter alone: the table of aliases reads it."""
    return values


def plain_path(url: str, _page: Page, _settings: HugoConfig) -> str:
    """Take a front-matter address as it is. Raises ContentError for one that leaves the site."""
    return path_from_front_matter(url)


def slug_of_name(_values: Mapping[str, Any], file: ContentFile, _settings: HugoConfig) -> str:
    """Take the file's name without its date."""
    return name_without_date(file.stem)


def name_without_date(stem: str) -> str:
    """Cut the date off a file's name; a name that is nothing else keeps it."""
    return split_file_date(stem, UTC)[1] or stem


def no_excerpt(_page: Page, _settings: HugoConfig) -> str:
    """Leave it to the feed to sum a post up."""
    return ""


def same_pages(pages: Iterable[Page]) -> list[Page]:
    """Leave pages alone."""
    return list(pages)


def no_facts(_root: Path) -> HugoConfig:
    """Know nothing of a site beyond publisher.toml."""
    return HugoConfig(markdown=MARKDOWN)


def find_markdown(root: Path, settings: HugoConfig) -> Found:
    """List the Markdown files below the content folder."""
    return list_files(root, root / settings.content_dir)


def list_files(root: Path, folder: Path, suffixes: tuple[str, ...] = SUFFIXES) -> Found:
    """List the files below a folder that end in one of `suffixes`; an index.md is just the page of its folder."""
    return discover(folder, Discovery(root=root, suffixes=suffixes, ignore=NOT_POSTS, bundles=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """How one site generator lays out posts.

    Files are opened by `read_settings`, `discover`, `read_text` and, where a generator keeps data or includes beside
    posts, `values` and `prepare`; the rest is pure.
    """

    #: As `site.generator` names it.
    name: str
    #: What people call it.
    title: str
    #: Files or folders beside publisher.toml that give it away.
    marks: tuple[str, ...] = ()
    #: Where the generator writes the finished site.
    output: str = "public"
    #: The site's own configuration. Raises ConfigError with its place.
    read_settings: Callable[[Path], HugoConfig] = no_facts
    #: Every file that may be a post.
    discover: Callable[[Path, HugoConfig], Found] = find_markdown
    #: The text of a post that is no file of its own: path, key, name for messages. Raises ContentError.
    read_text: Callable[[Path, str, str], str] | None = None
    #: The head of a file, and its body. Raises ContentError.
    parse: Callable[[str, str], FrontMatter] = parse_front_matter
    #: Front matter under the names of `content.aliases`, with what the file's place and the site's defaults add.
    #: Raises ContentError without a place for what the generator itself would refuse.
    values: Callable[[Mapping[str, Any], ContentFile, HugoConfig], Mapping[str, Any]] = same_values
    #: A date as the generator reads it. Raises DateError.
    parse_date: Callable[[Any, tzinfo], datetime | None] = parse_loose_date
    #: Keys under which a post may say its own address.
    url_keys: tuple[str, ...] = ("url", "permalink")
    #: The path that such a key means. Raises ContentError.
    own_path: Callable[[str, Page, HugoConfig], str] = plain_path
    #: The path of a page below the site's address, unescaped. Raises ContentError.
    path: Callable[[Page, HugoConfig], str]
    #: The slug of a post whose front matter has none. Raises ContentError.
    slug: Callable[[Mapping[str, Any], ContentFile, HugoConfig], str] = slug_of_name
    #: The beginning of a post as plain text, for a front matter that describes nothing; "" if the generator has none.
    excerpt: Callable[[Page, HugoConfig], str] = no_excerpt
    #: Whether the first `# heading` is the title of a post that has no other.
    title_from_heading: bool = True
    prepare: Callable[[BodyPlace], Prepared] = as_written
    #: Looks at all pages together: translations and the like.
    settle: Callable[[Iterable[Page]], list[Page]] = same_pages
