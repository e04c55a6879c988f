"""Every doubt about a site, without writing anything: the recipe behind `publisher check`.

A doubt about a post arises when its front matter is read, its Markdown rendered, an entry made of it, or when the entry
is held against the rules of formats, readers and platforms (`_look_at`).
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.content.load import read_site
from publisher.errors import ConfigError, Problem, PublisherError, PublisherErrors
from publisher.pipeline.build import make_entries, render_episodes
from publisher.pipeline.doubts import by_place, each_once
from publisher.pipeline.entries import EntryMaker
from publisher.pipeline.feed_plans import episodes_of, plan_feeds
from publisher.pipeline.identity import Register
from publisher.pipeline.lint import Linter
from publisher.pipeline.setting_places import place_in_setting
from publisher.syndication.lint_feeds import lint_feeds, outline_of
from publisher.syndication.reader_views import reader_keys
from publisher.syndication.rules import PLATFORMS, known_rules, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.config import Config
    from publisher.model.post import Post
    from publisher.pipeline.build import Progress
    from publisher.syndication.lint_feeds import Outline

#: Posts that one process looks at before another is worth its start.
ALONE = 400
#: Posts handed to a process at a time.
CHUNK = 50
#: Whose rules count for a site with a podcast, whoever is asked about.
PODCAST_PLATFORMS = ("apple", "spotify")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What is doubtful about a site."""

    #: By file, line and column; each thing once.
    problems: tuple[Problem, ...]
    #: Posts that were looked at.
    posts: int
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def notes(self) -> int:
        """How many of the problems are mere notes."""
        return sum(problem.severity == "note" for problem in self.problems)

    @property
    def rules(self) -> Mapping[str, int]:
        """How often each rule was broken, the most frequent first."""
        counts = Counter(problem.rule for problem in self.problems)
        return MappingProxyType(dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))))

    @property
    def files(self) -> int:
        """How many files are doubtful."""
        return len({problem.at.file for problem in self.problems if problem.at})


def check(
    config: Config,
    now: datetime,
    *,
    only: Sequence[Path] = (),
    readers: Sequence[str] = (),
    platforms: Sequence[str] = (),
    quick: bool = False,
    processes: int | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Look at every post that may be seen, whether a feed shows it or not.

    only: files and folders to look at; everything where empty. Other files are still read, as posts clash with posts.
    readers, platforms: keys of those whose concerns alone are told. Where both are empty, everything is told but what
    only Flipboard and SmartNews want.
    quick: leave the Markdown unrendered.  processes: how many look at posts at once; as many as there are processors.
    Raises PublisherError where nothing can be read at all, ConfigError for a path, reader, platform or rule that is not
    there.
    """
    concerned = known_names(readers, platforms)
    silent = _ignored(config)
    wanted = [_existing(path) for path in only]
    site = read_site(config, now)
    dated = [post for post in site.posts if post.published]
    register = Register(config, now)
    posts, doubles = register.identify(dated)
    plans, doubts = plan_feeds(config, posts, now, register)
    problems = [*site.problems, *doubles, *doubts]
    identified = {post.key: post for post in posts}
    shown = [identified.get(post.key, post) for post in dated if _is_wanted(post.path, wanted)]
    if not quick:
        asked = tuple(platforms) or (PODCAST_PLATFORMS if config.podcast else ())
        linter = Linter(config, now, asked, frozenset(post.key for post in plans[0].posts), silent)
        outlines: dict[str, Outline] = {}
        for found in look_at_all(shown, linter, processes or os.cpu_count() or 1, progress):
            problems += found.problems
            outlines |= {outline.key: outline for outline in found.outlines}
        problems += linter.tell(lint_feeds(config, plans, outlines, linter.platforms), identified)
        problems += _podcast_problems(config, posts)
    told = [problem for problem in each_once(problems) if not wanted or _is_told(problem, config, wanted)]
    told = [problem for problem in told if problem.rule not in silent and _concerns(problem, concerned)]
    return CheckReport(problems=by_place(told), posts=len(shown), left_out=site.left_out)


def known_names(readers: Sequence[str], platforms: Sequence[str]) -> tuple[str, ...]:
    """Give the keys of readers and platforms as they are. Raises ConfigError for one that is not known."""
    for names, known, what in ((readers, reader_keys(), "reader"), (platforms, PLATFORMS, "platform")):
        for name in names:
            if name not in known:
                raise ConfigError(f'there is no {what} "{name}"', hint=nearest(name, known))
    return (*readers, *platforms)


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking at some posts has shown."""

    problems: list[Problem]
    outlines: list[Outline]


def look_at_all(
    posts: Sequence[Post], linter: Linter, processes: int, progress: Progress | None = None
) -> Iterator[Looked]:
    """Render every post, make an entry of it and hold it against the rules; in several processes if many."""
    chunks = [posts[start : start + CHUNK] for start in range(0, len(posts), CHUNK)]
    done = 0
    for chunk, looked in zip(chunks, _looked_at(chunks, linter, processes), strict=True):
        yield looked
        done += len(chunk)
        if progress:
            progress(done, len(posts))


def _looked_at(chunks: Sequence[Sequence[Post]], linter: Linter, processes: int) -> Iterator[Looked]:
    if processes < 2 or len(chunks) * CHUNK <= ALONE:  # noqa: PLR2004 - one process is this one
        maker = EntryMaker(linter.config)
        yield from (_look_at(chunk, maker, linter) for chunk in chunks)
        return
    # "spawn" is what every system has, and is safe where a progress bar runs in a thread.
    with ProcessPoolExecutor(min(processes, len(chunks)), get_context("spawn"), _begin, (linter,)) as pool:
        yield from pool.map(_look_in_process, map(_packed, chunks))


def _look_at(posts: Iterable[Post], maker: EntryMaker, linter: Linter) -> Looked:
    looked = Looked([], [])
    for post in posts:
        try:
            made = maker.make(post)
        except PublisherError as error:
            looked.problems.append(error.as_problem("post-not-shown"))
        else:
            looked.problems.extend((*made.problems, *linter.lint(post, made.entry)))
            looked.outlines.append(outline_of(post.key, made.entry))
    return looked


def _podcast_problems(config: Config, posts: Sequence[Post]) -> tuple[Problem, ...]:
    episodes = episodes_of(config, posts)
    try:
        return render_episodes(config, episodes, make_entries(episodes, config)).problems
    except PublisherErrors:
        # None could be rendered, which has been told of each.
        return ()


#: What a process of the pool works with.
_TOOLS: list[tuple[EntryMaker, Linter]] = []


def _begin(linter: Linter) -> None:
    _TOOLS.append((EntryMaker(linter.config), linter))


def _look_in_process(posts: Sequence[Post]) -> Looked:
    return _look_at(posts, *_TOOLS[0])


def _packed(posts: Iterable[Post]) -> list[Post]:
    """Make posts fit to travel: a mapping proxy can't be pickled."""
    return [replace(post, params=dict(post.params)) for post in posts]


def _existing(path: Path) -> Path:
    if not path.exists():
        raise ConfigError(f"there is no {path}", hint="name a post, or a folder of posts")
    return path.resolve()


def _is_wanted(path: Path, wanted: Sequence[Path]) -> bool:
    whole = path.resolve() if wanted else path
    return not wanted or any(whole.is_relative_to(one) for one in wanted)


def _is_told(problem: Problem, config: Config, wanted: Sequence[Path]) -> bool:
    if problem.at is None:
        return False
    path = config.root / problem.at.file
    # A post that shares its file is named behind it: "export.json (on-call)".
    return _is_wanted(path if path.exists() else Path(str(path).rpartition(" (")[0]), wanted)


def _ignored(config: Config) -> frozenset[str]:
    for rule in config.check.ignore:
        if rule not in known_rules():
            at = place_in_setting(config, ("check", "ignore"))
            raise ConfigError(f'check.ignore: there is no rule "{rule}"', at=at, hint=nearest(rule, known_rules()))
    return frozenset(config.check.ignore)


def _concerns(problem: Problem, keys: Sequence[str]) -> bool:
    rule = known_rules().get(problem.rule)
    return not keys or (rule is not None and rule.concerns(keys))
