"""The bench compares like with like, and says so when it can't."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
RSS = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>{title}</title>
<item><link>https://blog.example.org/a/</link><content:encoded>{content}</content:encoded></item></channel></rss>"""


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench import measure

    return measure


@pytest.fixture
def feed_lists(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench import feed_lists

    return feed_lists


def test_a_run_is_told_in_seconds_and_mebibytes(measure: Any) -> None:
    big = measure.run_once(measure.Competitor("big", (sys.executable, "-c", "b'x' * 200_000_000")))
    small = measure.run_once(measure.Competitor("small", (sys.executable, "-c", "pass")))
    assert big.peak_mib > 190 > small.peak_mib > 1
    assert small.wall_s > 0 < small.cpu_s


def test_the_first_competitor_is_what_ratios_refer_to(measure: Any) -> None:
    idle = measure.Competitor("idle", (sys.executable, "-c", "pass"))
    first, second = measure.run_in_turn((idle, idle), 2)
    assert first.ratio == 1
    assert second.ratio == pytest.approx(
        sum(two.wall_s / one.wall_s for one, two in zip(first.costs, second.costs, strict=True)) / 2
    )


def test_a_competitor_that_fails_is_an_error_with_its_words(measure: Any) -> None:
    broken = measure.Competitor("broken", (sys.executable, "-c", "import sys; sys.exit('no such theme')"))
    with pytest.raises(measure.BenchError, match=r"broken ended with 1:\nno such theme"):
        measure.run_once(broken)


def test_feeds_with_other_items_are_not_compared(feed_lists: Any) -> None:
    lists = {"one": {"": ("a", "b")}, "two": {"": ("b", "a")}}
    with pytest.raises(feed_lists.BenchError, match='two and one differ in feed ""'):
        feed_lists.compare_lists(lists)
    with pytest.raises(feed_lists.BenchError, match="different feeds: Rust"):
        feed_lists.compare_lists({"one": {"": ("a",)}, "two": {"": ("a",), "Rust": ("a",)}})


def test_items_are_listed_by_what_a_feed_is_about(feed_lists: Any, tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text(RSS.format(title="島嶼科技筆記", content="字" * 1000), encoding="utf-8")
    (tmp_path / "two.xml").write_text(RSS.format(title="島嶼科技筆記 - C#", content="字" * 1000), encoding="utf-8")
    assert feed_lists.read_lists(tmp_path) == dict.fromkeys(("", "C#"), ("https://blog.example.org/a/",))


def test_a_feed_of_summaries_is_not_the_same_job(feed_lists: Any, tmp_path: Path) -> None:
    (tmp_path / "one.xml").write_text(RSS.format(title="島嶼科技筆記", content="摘要"), encoding="utf-8")
    with pytest.raises(feed_lists.BenchError, match="without its full content"):
        feed_lists.read_lists(tmp_path)
