"""The same job for all: a feed for the site, for each of 40 tags and 8 categories, newest 20 entries, full content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import peers
from bench.environment import HOME, copy_corpus, make_corpus
from bench.feed_lists import compare_lists, read_lists
from bench.measure import BenchError, Competitor, run_in_turn, run_once
from bench.ours import OurSite
from bench.report import Result

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bench.sections import Options

_WORK = HOME / "work"
_PEERS = {"hugo": peers.hugo, "pelican": peers.pelican, "naive": peers.naive}


def run(options: Options) -> Iterator[Result]:
    """Give the tables of each size: from nothing, after one post changed, after nothing changed."""
    for size in options.posts:
        ours = (_our_site(size, "rss"), _our_site(size, "rss", "atom", "json"))
        yield _cold(size, ours, options.runs)
        yield _one_changed(size, ours, options.runs)
        yield _unchanged(size, ours, options.runs)


def _our_site(size: int, *formats: str) -> OurSite:
    site = OurSite(copy_corpus(size, _WORK / f"ours-{size}-{'-'.join(formats)}"), formats)
    site.write_settings()
    return site


def _cold(size: int, ours: tuple[OurSite, ...], runs: int) -> Result:
    others = [make(make_corpus(size), _WORK / name) for name, make in _PEERS.items()]
    standings = run_in_turn((*others, *(site.cold() for site in ours)), runs)
    return Result(f"{size} posts, cold", standings, _same_job(ours[0]))


def _same_job(ours: OurSite) -> str:
    lists = {name: read_lists(_WORK / name) for name in _PEERS}
    return compare_lists(lists | {"publisher": read_lists(ours.output)})


def _one_changed(size: int, ours: tuple[OurSite, ...], runs: int) -> Result:
    for site in ours:
        run_once(site.unchanged())
    standings = run_in_turn((_hugo(size), *(site.one_changed() for site in ours)), runs)
    for site in ours:
        _check_shows_change(site)
    return Result(
        f"{size} posts, a line appended to the newest", standings, "Hugo keeps nothing on disk: it builds all."
    )


def _check_shows_change(site: OurSite) -> None:
    if not any("後來補上的".encode() in file.read_bytes() for file in site.times_of_writing()):
        raise BenchError(f"the change of a post reached no feed in {site.output}")


def _unchanged(size: int, ours: tuple[OurSite, ...], runs: int) -> Result:
    before = [site.times_of_writing() for site in ours]
    standings = run_in_turn((_hugo(size), *(site.unchanged() for site in ours)), runs)
    after = [site.times_of_writing() for site in ours]
    rewritten = sum(old.get(file) != time for old, new in zip(before, after, strict=True) for file, time in new.items())
    return Result(f"{size} posts, nothing changed", standings, f"publisher rewrote {rewritten} files.")


def _hugo(size: int) -> Competitor:
    output: Path = _WORK / "hugo"
    return peers.hugo(make_corpus(size), output)
