"""Every doubt about a site, without writing anything: the recipe behind `publisher check`.

A doubt about a post arises when its front matter is read, its Markdown rendered, or an entry made of it; a rule about
entries belongs where the last of these happens (`_look_at`), and then needs no recipe of its own.
"""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from types import MappingProxyType
from typing import TYPE_CHECKING

from publisher.content.load import read_site
from publisher.errors import ConfigError, Problem, PublisherError, PublisherErrors
from publisher.pipeline.build import make_entries, render_episodes
from publisher.pipeline.doubts import by_place, each_once
from publisher.pipeline.entries import EntryMaker
from publisher.pipeline.feed_plans import episodes_of, plan_feeds
from publisher.pipeline.identity import Register

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.config import Config
    from publisher.model.post import Post
    from publisher.pipeline.build import Progress

#: Posts that one process looks at before another is worth its start.
ALONE = 400
#: Posts handed to a process at a time.
CHUNK = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What is doubtful about a site."""

    #: By file, line and column; each thing once.
    problems: tuple[Problem, ...]
    #: Posts that were looked at.
    posts: int
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

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
    quick: bool = False,
    processes: int | None = None,
    progress: Progress | None = None,
) -> CheckReport:
    """Look at every post that may be seen, whether a feed shows it or not.

    only: files and folders to look at; everything where empty. Other files are still read, as posts clash with posts.
    quick: leave the Markdown unrendered.  processes: how many look at posts at once; as many as there are processors.
    Raises PublisherError where nothing can be read at all, ConfigError for a path that is not there.
    """
    wanted = [_existing(path) for path in only]
    site = read_site(config, now)
    dated = [post for post in site.posts if post.published]
    register = Register(config, now)
    posts, doubles = register.identify(dated)
    problems = [*site.problems, *doubles, *plan_feeds(config, posts, now, register)[1]]
    shown = [post for post in dated if _is_wanted(post.path, wanted)]
    if not quick:
        problems += look_at_all(shown, config, processes or os.cpu_count() or 1, progress)
        problems += _podcast_problems(config, posts)
    told = [problem for problem in each_once(problems) if not wanted or _is_told(problem, config, wanted)]
    return CheckReport(problems=by_place(told), posts=len(shown), left_out=site.left_out)


def look_at_all(
    posts: Sequence[Post], config: Config, processes: int, progress: Progress | None = None
) -> Iterator[Problem]:
    """Render every post and make an entry of it, for what comes to light on the way; in several processes if many."""
    chunks = [posts[start : start + CHUNK] for start in range(0, len(posts), CHUNK)]
    done = 0
    for chunk, problems in zip(chunks, _looked_at(chunks, config, processes), strict=True):
        yield from problems
        done += len(chunk)
        if progress:
            progress(done, len(posts))


def _looked_at(chunks: Sequence[Sequence[Post]], config: Config, processes: int) -> Iterator[list[Problem]]:
    if processes < 2 or len(chunks) * CHUNK <= ALONE:  # noqa: PLR2004 - one process is this one
        maker = EntryMaker(config)
        yield from (_look_at(chunk, maker) for chunk in chunks)
        return
    # "spawn" is what every system has, and is safe where a progress bar runs in a thread.
    with ProcessPoolExecutor(min(processes, len(chunks)), get_context("spawn"), _begin, (config,)) as pool:
        yield from pool.map(_look_in_process, map(_packed, chunks))


def _look_at(posts: Iterable[Post], maker: EntryMaker) -> list[Problem]:
    problems: list[Problem] = []
    for post in posts:
        try:
            problems += maker.make(post).problems
        except PublisherError as error:
            problems.append(error.as_problem("post-not-shown"))
    return problems


def _podcast_problems(config: Config, posts: Sequence[Post]) -> tuple[Problem, ...]:
    episodes = episodes_of(config, posts)
    try:
        return render_episodes(config, episodes, make_entries(episodes, config)).problems
    except PublisherErrors:
        # None could be rendered, which has been told of each.
        return ()


#: What a process of the pool works with.
_MAKERS: list[EntryMaker] = []


def _begin(config: Config) -> None:
    _MAKERS.append(EntryMaker(config))


def _look_in_process(posts: Sequence[Post]) -> list[Problem]:
    return _look_at(posts, _MAKERS[0])


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
    return problem.at is not None and _is_wanted(config.root / problem.at.file, wanted)
