import pytest

from publisher.digest.compose import clean_line, make_digest, make_story, shorten, with_pictures
from publisher.digest.direction import direction_of
from publisher.digest.layout import lay_out
from publisher.digest.line_breaks import keep_together
from publisher.digest.note import make_note
from tests.digest_samples import TAIPEI, a_digest, a_masthead, a_picture, a_post, a_story, wording


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
    assert (story.title, story.summary) == ("從內文來的 摘要", "")


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


def test_an_editor_may_write_the_inboxs_two_lines() -> None:
    note, _ = make_note("<p>編輯的話。</p>", "編輯的話。", subject="颱風特刊", preheader="都在家")
    told = make_digest(a_masthead(), wording(), a_story(1), [], note)
    assert (told.subject, told.preheader) == ("颱風特刊", "都在家")
    bare, _ = make_note("<p>編輯的話。</p>", "編輯的話。")
    assert make_digest(a_masthead(), wording(), a_story(1), [], bare).subject == "山城的第1天｜第 7 期"


def test_a_title_is_made_of_the_summary_where_there_is_none_and_cut_where_it_is_long() -> None:
    untold = make_story(a_post(title="", description="雨下了一整天，哪裡都沒去。"), "g", wording(), TAIPEI)
    assert (untold.title, untold.summary) == ("雨下了一整天，哪裡都沒去。", "")
    assert make_story(a_post(title="", description=""), "g", wording(), TAIPEI).title == "未命名的文章"
    long = make_story(a_post(title="字" * 500, tags=("W" * 80,)), "g", wording(), TAIPEI)
    assert len(long.title) == 120
    assert max(map(len, long.labels)) == 24
    digest = make_digest(a_masthead(), wording(), long, [])
    assert len(digest.subject) <= 80
    assert digest.subject.endswith("…｜第 7 期")


@pytest.mark.parametrize(
    ("title", "way"),
    [("عنوان بالعربية", "rtl"), ("כותרת 12", "rtl"), ("2026 山城", "ltr"), ("👩‍👩‍👧 12!", "ltr"), ("", "ltr")],
)
def test_a_story_runs_the_way_of_its_first_strong_letter(title: str, way: str) -> None:
    assert direction_of(title) == way
    assert make_story(a_post(title=title, description=""), "g", wording(), TAIPEI).dir == way


def test_the_preheader_tells_what_the_subject_does_not() -> None:
    digest = a_digest(a_story(1), a_story(2), a_story(3))
    assert digest.subject == "山城的第1天｜第 7 期"
    assert digest.preheader == "還有：山城的第2天、山城的第3天"
    assert a_digest(a_story(1)).preheader == a_story(1).summary


def test_the_rest_is_grouped_by_category_in_the_order_of_the_newest() -> None:
    stories = [a_story(number, category=name) for number, name in enumerate(["", "山", "海", "山", ""], 1)]
    digest = lay_out(a_digest(a_story(0), *stories), 1)
    assert [story.guid for story in digest.cards] == ["urn:x:1"]
    shown = [(name, [story.guid for story in group]) for name, group in digest.rest]
    assert shown == [("山", ["urn:x:2", "urn:x:4"]), ("海", ["urn:x:3"]), ("其他", ["urn:x:5"])]


def test_a_rest_without_categories_has_no_heading_for_others() -> None:
    digest = lay_out(a_digest(a_story(0), a_story(1, category="")), 0)
    assert [name for name, _ in digest.rest] == [""]


def test_many_cards_stand_below_headings_and_few_do_not() -> None:
    stories = [a_story(number, category=("山", "海", "")[number % 3]) for number in range(1, 10)]
    many = lay_out(a_digest(a_story(0), *stories), 9)
    assert [name for name, _ in many.sections] == ["海", "山", "其他"]
    few = lay_out(a_digest(a_story(0), *stories[:5]), 5)
    assert [name for name, _ in few.sections] == [""]
    each_its_own = [a_story(number, category=str(number)) for number in range(1, 9)]
    assert [name for name, _ in lay_out(a_digest(a_story(0), *each_its_own), 8).sections] == [""]


def test_every_category_gets_a_card_before_any_gets_a_second() -> None:
    stories = [a_story(number, category="山" if number < 8 else "海") for number in range(1, 10)]
    digest = lay_out(a_digest(a_story(0), *stories), 2, 3)
    assert [story.guid for story in digest.cards] == ["urn:x:1", "urn:x:8"]
    assert [name for name, _ in digest.rest] == ["山", "海"]
    assert len(digest.beyond) == 4
    assert set(digest.manifest) == {f"urn:x:{number}" for number in range(10)}


def test_the_manifest_holds_every_story_once_in_the_order_shown() -> None:
    stories = [a_story(number) for number in range(6)]
    digest = lay_out(a_digest(*stories), 2)
    again = lay_out(digest, 1)
    assert digest.manifest == again.manifest == tuple(f"urn:x:{number}" for number in range(6))


def test_each_story_gets_the_picture_made_for_it() -> None:
    shown = with_pictures([a_story(1), a_story(2)], {"urn:x:2": a_picture()})
    assert shown == (a_story(1), a_story(2, picture=a_picture()))


def test_short_clauses_and_quoted_phrases_stay_whole() -> None:
    marked = keep_together("山屋沒有訊號：三天裡，我把同步引擎改寫成一本很厚的帳「離線優先」")
    assert marked.count('<span class="nb">') == 3
    assert '<span class="nb">山屋沒有訊號：</span><span class="nb">三天裡，</span><span class="ib">我把' in marked
    assert '<span class="nb">「離線優先」</span></span>' in marked
    assert '"ib"' not in keep_together("山屋沒有訊號：我把整套同步引擎改寫成一本很厚很厚很厚很厚很厚很厚的帳，帶下山")


def test_a_latin_name_among_chinese_words_stays_whole() -> None:
    assert '總是 <span class="nb">Big Buck Bunny</span>' in keep_together("測試影片為什麼總是 Big Buck Bunny")
    assert "nb" not in keep_together("How Big Buck Bunny was made")
    assert "nb" not in keep_together("讀 The Hitchhiker's Guide to the Galaxy 的早上")


def test_words_stay_whole_unless_they_are_longer_than_a_phone_is_wide() -> None:
    assert keep_together("離線優先的日子", ["離線優先"]) == '<span class="nb">離線優先</span>的日子'
    long_word = "Donaudampfschifffahrt"
    assert keep_together(long_word, [long_word]) == long_word


def test_latin_text_breaks_at_its_spaces_and_is_escaped() -> None:
    assert keep_together("A <b> & “c”") == "A &lt;b&gt; &amp; “c”"
