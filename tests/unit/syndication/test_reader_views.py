from typing import Any

from publisher.syndication.reader_views import ReaderView, known_readers, view_of
from tests.feed_samples import HERO, a_full_entry, an_entry


def seen(**changes: Any) -> dict[str, ReaderView]:
    entry = an_entry(1, **changes)
    return {reader.name.partition(" ")[0]: view_of(entry, reader) for reader in known_readers()}


def test_seven_readers_are_known() -> None:
    names = [reader.name.partition(" ")[0] for reader in known_readers()]
    assert names == ["Miniflux", "FreshRSS", "Feedbin", "CommaFeed", "tt-rss", "NetNewsWire", "feedparser"]


def test_a_picture_beside_the_text_is_what_each_reader_makes_of_it() -> None:
    views = seen(image=HERO)
    assert views["FreshRSS"].picture == HERO.url
    assert views["NetNewsWire"].picture == ""
    assert views["NetNewsWire"].picture_note == f"{HERO.url} is ignored"


def test_a_picture_in_the_text_is_shown_by_all() -> None:
    views = seen(image=HERO, html='<p><img src="https://shan.example/in.jpg"></p>')
    assert {(view.picture, view.picture_note) for view in views.values()} == {("https://shan.example/in.jpg", "")}


def test_what_a_reader_drops_is_told_and_not_among_the_first_lines() -> None:
    html = "<p>圖：</p><svg><text>秘</text></svg><details><summary>更多</summary>內容</details>"
    html += '<img src="/a" srcset="/b 2x">'
    views = seen(html=html)
    assert views["FreshRSS"].lost == ("1 × <svg>, with all that is in it", "1 × srcset")
    assert views["FreshRSS"].first_lines == "圖：更多內容"
    assert views["Miniflux"].lost == tuple(
        f"1 × <{name}>, but not what is in it" for name in ("details", "summary", "svg")
    )
    assert views["NetNewsWire"].lost == ()


def test_categories_and_authors_are_those_that_the_reader_shows() -> None:
    by_name = {view.reader: view for view in (view_of(a_full_entry(), reader) for reader in known_readers())}
    assert by_name["Feedbin"].categories == ()
    assert by_name["Miniflux"].categories == ("散步", "R&D <實驗>")
    assert {view.author for view in by_name.values()} == {"林小山, Ann Lee"}


def test_lines_are_kept_apart_and_an_empty_text_is_no_error() -> None:
    assert seen(html="<p>一<br>二</p>")["Miniflux"].first_lines == "一 二"
    assert seen(html="")["Miniflux"].first_lines == ""
