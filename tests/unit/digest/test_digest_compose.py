import pytest

from publisher.digest.compose import clean_line, make_story, move_to_rest, shorten, with_pictures
from publisher.digest.line_breaks import keep_together
from tests.digest_samples import TAIPEI, a_digest, a_picture, a_post, a_story, wording


def test_a_story_says_what_its_post_says() -> None:
    story = make_story(a_post(2, reading_minutes=4), "urn:x", wording(), TAIPEI)
    assert (story.title, story.date, story.minutes) == ("山城的第2天", "2026 年 10 月 2 日", 4)
    assert (story.labels, story.category) == (("散文", "鐵道"), "散文")


def test_a_date_is_shown_in_the_newsletters_zone() -> None:
    late = a_post(2).published
    assert late
    utc_day_before = make_story(a_post(2, published=late.replace(hour=3)), "urn:x", wording(), TAIPEI)
    assert utc_day_before.date == "2026 年 10 月 2 日"


def test_a_post_without_title_or_description_still_makes_a_story() -> None:
    story = make_story(a_post(title=" \n", description=""), "urn:x", wording(), TAIPEI, summary="從內文來的\n摘要")
    assert (story.title, story.summary) == ("未命名的文章", "從內文來的 摘要")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/there", "https://", ""])
def test_a_source_that_is_no_web_address_spoils_nothing(url: str) -> None:
    story = make_story(a_post(source_url=url, source_name="島嶼評論"), "urn:x", wording(), TAIPEI)
    assert story.source_url == ""


def test_control_characters_and_direction_marks_are_taken_out() -> None:
    assert clean_line("a\x00b\x0bc\u202ed\ufffee\n\tf") == "abcde f"
    assert clean_line("👩‍👩‍👧 𠮷") == "👩‍👩‍👧 𠮷"


def test_a_long_text_is_cut_after_punctuation() -> None:
    text = "一二三四五六七八九十，甲乙丙丁戊"
    assert shorten(text, 14) == "一二三四五六七八九十…"
    assert shorten(text, 100) == text
    assert len(shorten("字" * 300, 240)) == 240


def test_the_opening_words_tell_how_many_and_what_about() -> None:
    assert a_digest(a_story(1)).intro == "這週有一篇新文章。"
    assert a_digest(a_story(1), a_story(2)).intro == "這週有 2 篇新文章。"
    two = a_digest(a_story(1, labels=("山",)), a_story(2, labels=("海",)), a_story(3, labels=()))
    assert two.intro == "這週有 3 篇新文章，談山、海。"


def test_an_editors_own_opening_words_win() -> None:
    assert a_digest(a_story(1), intro="編輯的話。").intro == "編輯的話。"


def test_the_preheader_tells_what_the_subject_does_not() -> None:
    digest = a_digest(a_story(1), a_story(2), a_story(3))
    assert digest.subject == "山城的第1天｜第 7 期"
    assert digest.preheader == "還有：山城的第2天、山城的第3天"
    assert a_digest(a_story(1)).preheader == a_story(1).summary


def test_the_rest_is_grouped_by_category_in_the_order_of_the_newest() -> None:
    stories = [a_story(number, category=name) for number, name in enumerate(["", "山", "海", "山", ""], 1)]
    digest = move_to_rest(a_digest(a_story(0), *stories), 1)
    assert [story.guid for story in digest.cards] == ["urn:x:1"]
    shown = [(name, [story.guid for story in group]) for name, group in digest.rest]
    assert shown == [("山", ["urn:x:2", "urn:x:4"]), ("海", ["urn:x:3"]), ("其他", ["urn:x:5"])]


def test_a_rest_without_categories_has_no_heading_for_others() -> None:
    digest = move_to_rest(a_digest(a_story(0), a_story(1, category="")), 0)
    assert [name for name, _ in digest.rest] == [""]


def test_the_manifest_holds_every_story_once_in_the_order_shown() -> None:
    stories = [a_story(number) for number in range(6)]
    digest = move_to_rest(a_digest(*stories), 2)
    again = move_to_rest(digest, 1)
    assert digest.manifest == again.manifest == tuple(f"urn:x:{number}" for number in range(6))


def test_each_story_gets_the_picture_made_for_it() -> None:
    shown = with_pictures([a_story(1), a_story(2)], {"urn:x:2": a_picture()})
    assert shown == (a_story(1), a_story(2, picture=a_picture()))


def test_short_clauses_and_quoted_phrases_stay_whole() -> None:
    marked = keep_together("山屋沒有訊號：三天裡，我把同步引擎改寫成一本很厚的帳「離線優先」")
    assert marked.count('<span class="nb">') == 3
    assert '<span class="nb">山屋沒有訊號：</span><span class="nb">三天裡，</span>我把' in marked
    assert '<span class="nb">「離線優先」</span>' in marked


def test_words_stay_whole_unless_they_are_longer_than_a_phone_is_wide() -> None:
    assert keep_together("離線優先的日子", ["離線優先"]) == '<span class="nb">離線優先</span>的日子'
    long_word = "Donaudampfschifffahrt"
    assert keep_together(long_word, [long_word]) == long_word


def test_latin_text_breaks_at_its_spaces_and_is_escaped() -> None:
    assert keep_together("A <b> & “c”") == "A &lt;b&gt; &amp; “c”"
