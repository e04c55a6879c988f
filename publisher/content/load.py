"""The doors of this room: a site on disk becomes posts, and a post's Markdown becomes clean HTML."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.content.conventions.convention import BodyPlace, Prepared
from publisher.content.conventions.registry import convention_named
from publisher.content.hugo.refs import PageIndex
from publisher.content.media import LookedAt, PagePlace
from publisher.content.post_rules import PostRules
from publisher.content.posts import make_post
from publisher.content.sources import (
    discover_site,
    feed_languages,
    main_language,
    media_places,
    page_rules,
    read_content_file,
    read_split,
    site_settings,
)
from publisher.errors import ContentError, Location, Problem
from publisher.model.post import Author, Post, Rendered, Site, Target

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

    from publisher.config import Config
    from publisher.content.hugo.discover import ContentFile
    from publisher.content.hugo.site import HugoConfig
    from publisher.content.pages import Page, PageRules
    from publisher.content.shortcodes.go_template import SiteTemplates
    from publisher.model.post import Card


@dataclass(frozen=True, slots=True)
class Pages:
    """Every page of a site, hidden ones and sections included, with the problems met."""

    pages: tuple[Page, ...]
    problems: tuple[Problem, ...]


def read_pages(config: Config, now: datetime) -> Pages:
    """Read every content file's front matter, whether its page is shown or not.

    Raises ContentError only when there is no content folder at all; a bad file is a problem.
    """
    return read_every_page(config, site_settings(config), now)


def read_every_page(config: Config, settings: HugoConfig, now: datetime) -> Pages:
    """As `read_pages`, by settings that are known already."""
    files, problems = discover_site(config, settings)
    rules = page_rules(config, settings, files, now)
    pages: list[Page] = []
    for file in files:
        try:
            read = read_content_file(file, rules)
        except ContentError as error:
            problems.append(error.as_problem("unreadable-post"))
            continue
        pages.append(read.page)
        problems.extend(read.problems)
    settled = rules.convention.settle(pages) if rules.convention else pages
    return Pages(tuple(settled), tuple(problems))


def read_site(config: Config, now: datetime) -> Site:
    """Read every post below the content folder: front matter only, the Markdown stays on disk.

    now: what is future and what is expired; aware.
    Posts in the languages of feeds.languages are among them, each with its `edition`.
    Bad posts become `problems`, hidden ones are counted in `left_out`. Posts are sorted newest first, equal dates by
    key, undated ones last.
    """
    settings = site_settings(config)
    read = read_every_page(config, with_nothing_private(settings), now)
    rules = post_rules(config, settings)
    problems = list(read.problems)
    left_out: Counter[str] = Counter()
    posts: list[Post] = []
    for page in read.pages:
        if reason := why_left_out(page, config, settings):
            left_out.update([reason] if page.kind == "page" else [])
            continue
        post, doubts = make_post(page, rules)
        posts.append(post)
        problems.extend(doubts)
    posts.sort(key=newest_first)
    problems.extend(same_address(posts, config))
    problems.extend(built_all_the_same(settings, left_out))
    return Site(posts=tuple(posts), problems=tuple(problems), left_out=MappingProxyType(dict(sorted(left_out.items()))))


def with_nothing_private(settings: HugoConfig) -> HugoConfig:
    """Give the settings without leave to show drafts, future or expired posts: what is mailed can't be taken back.

    A site may build them for its own preview (buildDrafts and the like), and many forget to stop.
    """
    return replace(settings, build_drafts=False, build_future=False, build_expired=False)


def built_all_the_same(settings: HugoConfig, left_out: Counter[str]) -> list[Problem]:
    """Tell of posts that the site itself shows and we never do."""
    shown = {"draft": settings.build_drafts, "future": settings.build_future, "expired": settings.build_expired}
    at = Location(settings.files[-1]) if settings.files else None
    hint = "neither feeds nor mails ever show them before their time; the site's own setting says to build them"
    return [
        Problem(f"left out though the site shows them: {left_out[kind]} {kind}", at, hint, rule="built-all-the-same")
        for kind, built in shown.items()
        if built and left_out[kind]
    ]


def why_left_out(page: Page, config: Config, settings: HugoConfig) -> str:
    """Say why a page is no post of ours; empty if it is one. The reasons are those of `model.Site.left_out`."""
    if page.kind != "page":
        return "section"
    if page.hidden:
        return page.hidden
    if settings.main_sections and page.section not in settings.main_sections:
        return "other section"
    if settings.languages and page.file.language not in feed_languages(config, settings):
        return "other language"
    return "" if page.dates.published or page.dates.date else "undated"


def post_rules(config: Config, settings: HugoConfig) -> PostRules:
    """Gather what all posts of a site share."""
    name = config.site.author or settings.author
    author = Author(name=name, email=config.site.author_email or None) if name else None
    return PostRules(
        places=media_places(config, settings),
        author=author,
        youtube_hero=config.site.youtube_hero,
        language=main_language(config, settings),
    )


def newest_first(post: Card) -> tuple[bool, float, str]:
    """Sort posts: newest first, equal dates by key, undated ones last."""
    moment = post.published
    return moment is None, -moment.timestamp() if moment else 0.0, post.key


def same_address(posts: Iterable[Card], config: Config) -> list[Problem]:
    """Tell of posts at one address."""
    first: dict[str, Card] = {}
    problems = []
    for post in posts:
        other = first.setdefault(post.url, post)
        if other is not post:
            at = Location(post.path.relative_to(config.root).as_posix())
            message = f"another post has the same address {post.url}: {other.key}"
            problems.append(Problem(message, at, "give one of them another slug", rule="same-address"))
    return problems


def render_post(post: Post, config: Config, target: Target, env: Environment) -> Rendered:
    """Read a post's Markdown from disk and render it for a target.

    env: `templates.environment(templates.FEEDS, config.root)`.
    Raises ContentError if the file is gone or can't be read any more, TemplateError for a broken template.
    To render many posts, make one Renderer.
    """
    return Renderer(config, target, env).render(post)


class Renderer:
    """Renders posts of one site for one target; what they share is read once."""

    def __init__(self, config: Config, target: Target, env: Environment) -> None:
        self._config = config
        self._settings = site_settings(config)
        self._index: PageIndex | None = None
        self._target = target
        self._env = env
        self._places = media_places(config, self._settings)
        self._templates = _site_templates(config, self._settings)
        self._known: dict[str, tuple[str, str]] = {}

    @property
    def looked_at(self) -> LookedAt:
        """Tell what rendering has looked at besides the posts' own files."""
        return self._places.looked_at

    def render(self, post: Post) -> Rendered:
        """Render one post. Raises as `render_post` does."""
        # comrak, lxml and nh3 load when something is rendered, not when posts are listed.
        from publisher.content.render import RenderRules, render_body

        name = self._name(post)
        body = self._body(post, name)
        is_index = post.path.stem.split(".")[0] in {"index", "_index"}
        page = PagePlace(permalink=post.url, bundle_dir=post.path.parent if is_index else None, folder=post.path.parent)
        rules = RenderRules(
            settings=self._settings,
            places=self._places,
            env=self._env,
            target=self._target,
            ref=lambda path, language: self._ref(path, language, post),
            site_templates=self._templates,
            is_html=body.is_html,
            keep_markdown=self._target == "feed" and self._config.feeds.markdown,
            known=self._known,
        )
        rendered = render_body(body.text, post, page, name, rules)
        return replace(rendered, problems=(*body.problems, *_placed(rendered.problems, name, body)))

    def _body(self, post: Post, name: str) -> Prepared:
        """Read a post's body and make it ready, as its generator's convention has it."""
        convention = convention_named(self._config.site.generator)
        split = read_split(self._config, post.path, post.key, name)
        if convention is None:
            return Prepared(text=split.body)
        return convention.prepare(
            BodyPlace(
                text=split.body,
                first_line=split.body_line,
                file=name,
                post=post,
                root=self._config.root,
                settings=self._settings,
                base_url=self._config.site.url,
                ref=lambda path: self._ref(path, "", post),
            )
        )

    def _ref(self, path: str, language: str, post: Post) -> str:
        """Find a page's address. The site's files are listed the first time that a post asks."""
        self.looked_at.posts = True
        if self._index is None:
            files, _ = discover_site(self._config, self._settings)
            # No page's address depends on the clock.
            rules = page_rules(self._config, self._settings, files, datetime.max.replace(tzinfo=UTC))
            self._index = PageIndex(files, lambda file: _public_address(file, rules))
        here = next((file for file in self._index.files if (file.path, file.key) == (post.path, post.key)), None)
        if here is None:
            raise ContentError(f"the file is gone: {post.key}", at=Location(self._name(post)))
        return self._index.address(path, here, language)

    def _name(self, post: Post) -> str:
        root = self._config.root
        return post.path.relative_to(root).as_posix() if post.path.is_relative_to(root) else post.key


def _public_address(file: ContentFile, rules: PageRules) -> str:
    """Read a page's address. Raises ContentError for a draft: notes link to what nobody else is to know of."""
    page = read_content_file(file, rules).page
    if rules.convention and page.hidden == "draft":
        raise ContentError(f"the post is a draft: {file.key}", hint="publish it, or take the link away")
    return page.permalink


def _placed(problems: tuple[Problem, ...], name: str, body: Prepared) -> tuple[Problem, ...]:
    """Name only the file where making the body ready moved its lines."""
    return problems if body.lines_kept else tuple(replace(problem, at=Location(name)) for problem in problems)


def _site_templates(config: Config, settings: HugoConfig) -> SiteTemplates | None:
    if config.site.generator != "hugo":
        return None
    from publisher.content.shortcodes.go_template import SiteTemplates

    theme = settings.table.get("theme")
    themes = theme if isinstance(theme, list) else [theme]
    return SiteTemplates(config.root, tuple(name for name in themes if isinstance(name, str)))
