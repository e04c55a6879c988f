import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import FeedError
from publisher.syndication.lock import HEADER, FeedLine, Line, Lock, by_key, parse_lock, render_lock


def a_line(key: str = "posts/a.md", **changes: object) -> Line:
    values: dict[str, object] = {
        "key": key,
        "guid": f"https://shan.example/{key}/",
        "published": "2026-10-01T08:00:00+08:00",
        "text": "1f-2e",
        "url": f"https://shan.example/{key}/",
    }
    return Line(**{**values, **changes})  # type: ignore[arg-type]


def written(*lines: Line) -> list[str]:
    return render_lock(by_key(lines)).decode().splitlines()


def test_a_post_is_one_line_and_lines_are_sorted() -> None:
    assert [line.split()[1] for line in written(a_line("b.md"), a_line("a.md"))[1:]] == ["a.md", "b.md"]


values = st.text(st.characters(), min_size=1)


@given(st.builds(a_line, key=values, guid=values, url=values, was=st.lists(values, unique=True).map(tuple)))
def test_whatever_a_post_is_called_comes_back(line: Line) -> None:
    assert parse_lock(render_lock(by_key([line]))).lines == {line.key: line}


def test_everything_that_is_kept_comes_back() -> None:
    line = a_line(url="https://new.example/", was=("https://old.example/",), updated="2026-10-03T00:00:00+08:00",
                  sketch="12.AAAA", pages=("feeds/12", "feeds/a b/1"), gone=True)  # fmt: skip
    assert parse_lock(render_lock(by_key([line]))).lines == {line.key: line}
    coming = a_line(scheduled=True)
    assert parse_lock(render_lock(by_key([coming]))).lines == {coming.key: coming}


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", "=======", ">>>>>>> branch", "||||||| base"])
def test_a_conflict_is_told_with_its_line(mark: str) -> None:
    text = "\n".join([HEADER, written(a_line())[1], mark, ""])
    with pytest.raises(FeedError) as caught:
        parse_lock(text.encode())
    assert str(caught.value).startswith("publisher.lock:3:1: a merge left a conflict here")


def test_a_conflict_in_the_first_line_is_told_as_one() -> None:
    with pytest.raises(FeedError, match=r"publisher\.lock:1:1: a merge left a conflict"):
        parse_lock(b"<<<<<<< HEAD\n" + render_lock(by_key([a_line()])))


@pytest.mark.parametrize(
    ("before", "after"), [("guid=https", "guid=http"), ("posts/a.md guid", "posts/b.md guid"), ("1f-2e", "1f-2f")]
)
def test_a_line_that_was_edited_is_told_and_never_believed(before: str, after: str) -> None:
    text = "\n".join(written(a_line())).replace(before, after, 1)
    with pytest.raises(FeedError, match=r"publisher\.lock:2:1: this line was edited or damaged"):
        parse_lock(text.encode())


@pytest.mark.parametrize("content", [b"", b"{}", b"post a.md", b"\xff\xfe#", b"# publisher.lock 2"])
def test_what_is_no_lock_is_refused(content: bytes) -> None:
    with pytest.raises(FeedError, match=r"^publisher\.lock:1"):
        parse_lock(content)


def test_half_a_line_is_refused() -> None:
    with pytest.raises(FeedError, match=r"publisher\.lock:2:1: this line is not as publisher writes it"):
        parse_lock(render_lock(by_key([a_line()]))[:-20])


def test_line_ends_of_windows_and_a_byte_order_mark_do_no_harm() -> None:
    content = b"\xef\xbb\xbf" + render_lock(by_key([a_line()])).replace(b"\n", b"\r\n")
    assert parse_lock(content).lines == {"posts/a.md": a_line()}


def test_two_branches_that_changed_a_post_become_one_line() -> None:
    one = a_line(url="https://one.example/", updated="2026-10-03T00:00:00+08:00")
    other = a_line(url="https://two.example/", updated="2026-10-04T00:00:00+08:00")
    text = "\n".join([HEADER, written(one)[1], written(other)[1]])
    [line] = parse_lock(text.encode()).lines.values()
    assert (line.url, line.was) == ("https://two.example/", ("https://one.example/",))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (a_line(guid="urn:x:2"), r"posts/a\.md has two guids: https://shan\.example/posts/a\.md/ and urn:x:2"),
        (a_line("b.md", guid=a_line().guid), r"posts/a\.md and b\.md have the same guid"),
    ],
)
def test_lines_that_contradict_each_other_are_told(other: Line, told: str) -> None:
    text = "\n".join([HEADER, written(a_line())[1], written(other)[1]])
    with pytest.raises(FeedError, match=told):
        parse_lock(text.encode())


def test_a_line_is_short_where_address_and_guid_are_one() -> None:
    assert re.fullmatch(
        r"post posts/a\.md guid=https://shan\.example/posts/a\.md/ published=2026-10-01T08:00:00\+08:00 text=1f-2e "
        r"check=[0-9a-f]{8}",
        written(a_line())[1],
    )


def test_a_post_that_two_branches_put_on_pages_keeps_both_until_the_lower_one_counts() -> None:
    one, other = a_line(pages=("feeds/7",)), a_line(pages=("feeds/8", "feeds/tags/ai/1"))
    both = [HEADER, written(one)[1], written(other)[1], ""]
    [line] = parse_lock("\n".join(both).encode()).lines.values()
    assert line.pages == ("feeds/7", "feeds/8", "feeds/tags/ai/1")


def feed_lines(*feeds: FeedLine) -> bytes:
    return render_lock(Lock(feeds={feed.key: feed for feed in feeds}))


@given(st.builds(FeedLine, key=values, path=values, state=st.sampled_from(["", "small", "gone"])))
def test_whatever_a_feed_is_of_its_folder_comes_back(feed: FeedLine) -> None:
    assert parse_lock(feed_lines(feed)).feeds == {feed.key: feed}


def test_feeds_stand_above_posts_one_a_line() -> None:
    lock = Lock(by_key([a_line()]).lines, {"tags/台積電": FeedLine(key="tags/台積電", path="tsmc")})
    lines = render_lock(lock).decode().splitlines()
    assert re.fullmatch("feed tags/台積電 path=tsmc check=[0-9a-f]{8}", lines[1])
    assert lines[2].startswith("post ")
    assert parse_lock(render_lock(lock)) == lock


def test_a_feed_that_one_branch_still_has_is_there() -> None:
    one, other = FeedLine(key="tags/ai", path="ai", state="gone"), FeedLine(key="tags/ai", path="ai")
    both = feed_lines(one) + feed_lines(other).split(b"\n", 1)[1]
    assert parse_lock(both).feeds == {"tags/ai": other}


def test_a_feed_that_two_branches_put_into_two_folders_is_told() -> None:
    one, other = FeedLine(key="tags/台積電", path="tsmc"), FeedLine(key="tags/台積電", path="t-41b0")
    both = feed_lines(one) + feed_lines(other).split(b"\n", 1)[1]
    with pytest.raises(FeedError, match="two folders: tsmc and t-41b0") as caught:
        parse_lock(both)
    assert caught.value.at is not None
    assert caught.value.at.line == 3


def test_a_feed_line_that_was_edited_is_told() -> None:
    edited = feed_lines(FeedLine(key="tags/台積電", path="tsmc")).replace(b"tsmc", b"tsm")
    with pytest.raises(FeedError, match="edited or damaged"):
        parse_lock(edited)


def test_a_lock_is_tidy_only_as_it_was_written() -> None:
    written = render_lock(by_key([a_line(), a_line(key="posts/z.md", guid="urn:z")]))
    head, *lines, end = written.split(b"\n")
    untidy = [
        b"\n".join([head, *reversed(lines), end]),
        b"\n".join([head, lines[0], *lines, end]),
        b"\n".join([head, *lines]),
        b"\n".join([head, b"# a note", *lines, end]),
        written.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + written,
    ]
    assert parse_lock(written).is_tidy
    assert not any(parse_lock(other).is_tidy for other in untidy)
    assert {parse_lock(other) == parse_lock(written) for other in untidy} == {True}
