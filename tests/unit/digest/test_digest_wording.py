from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from publisher.digest.wording import load_wording
from publisher.errors import TemplateError
from publisher.model.issue import Period
from publisher.templates import EMAIL, environment
from tests.digest_samples import ENV, TAIPEI, WEEK, wording


@pytest.mark.parametrize(
    ("language", "first", "last", "written"),
    [
        ("zh-TW", date(2026, 10, 1), date(2026, 10, 7), "2026 年 10 月 1 日－7 日"),
        ("zh-TW", date(2026, 9, 28), date(2026, 10, 4), "2026 年 9 月 28 日－10 月 4 日"),
        ("zh-TW", date(2026, 12, 28), date(2027, 1, 3), "2026 年 12 月 28 日－2027 年 1 月 3 日"),
        ("ja", date(2026, 10, 1), date(2026, 10, 7), "2026年10月1日〜7日"),
        ("en", date(2026, 10, 1), date(2026, 10, 7), "October 1–7, 2026"),
        ("en", date(2026, 9, 28), date(2026, 10, 4), "September 28–October 4, 2026"),
        ("en", date(2026, 12, 28), date(2027, 1, 3), "December 28, 2026–January 3, 2027"),
        ("en", date(2026, 10, 1), date(2026, 10, 1), "October 1, 2026"),
    ],
)
def test_a_range_of_days_says_nothing_twice(language: str, first: date, last: date, written: str) -> None:
    assert wording(language).days(first, last) == written


@pytest.mark.parametrize("hour", [0, 8, 12, 18, 23])
def test_a_week_shows_seven_days_whatever_its_hour(hour: int) -> None:
    start = datetime(2026, 10, 5, hour, tzinfo=TAIPEI)
    shown = wording("ja").period(Period(start=start, end=start + timedelta(days=7)), TAIPEI)
    first = 5 if hour <= 11 else 6
    assert shown == f"2026年10月{first}日〜{first + 6}日"


def test_the_shown_days_are_those_of_the_newsletters_zone() -> None:
    assert WEEK.start == datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert wording().period(WEEK, TAIPEI) == "2026 年 10 月 1 日－7 日"


@pytest.mark.parametrize(
    ("language", "lang"),
    [("zh-TW", "zh-Hant-TW"), ("zh-tw", "zh-Hant-TW"), ("zh-HK", "zh-Hant-TW"), ("ja-JP", "ja"), ("fr", "en")],
)
def test_a_language_without_words_gets_the_nearest(language: str, lang: str) -> None:
    assert load_wording(ENV, language).lang == lang


def test_every_text_takes_what_it_is_given() -> None:
    for language in ("zh-TW", "ja", "en"):
        words = wording(language)
        assert words.subject.format(lead="甲", number=7, title="乙").count("7") == 1
        assert "乙" in words.why.format(title="乙")
        assert "3" in words.minutes.format(minutes=3)
        assert "甲" in words.read_more_label.format(title="甲")
        assert "2" in words.intro_topics.format(count=2, topics="甲")


def own_wording(root: Path, text: str, language: str = "zh-TW") -> Path:
    folder = root / "email_templates" / "wording"
    folder.mkdir(parents=True)
    (folder / f"{language}.toml").write_text(text, encoding="utf-8")
    return root


def test_a_site_overrides_single_lines(tmp_path: Path) -> None:
    root = own_wording(tmp_path, 'kicker = "頭條"\n[dates]\njoint = "至"\n')
    words = load_wording(environment(EMAIL, root), "zh-TW")
    assert (words.kicker, words.web) == ("頭條", "在瀏覽器中檢視")
    assert words.days(date(2026, 10, 1), date(2026, 10, 7)) == "2026 年 10 月 1 日至7 日"


@pytest.mark.parametrize(
    ("text", "language", "message"),
    [
        ('kikker = "頭條"', "zh-TW", "unknown text: kikker"),
        ('kicker = "À la une"', "fr", "missing text: "),
        ("kicker = ", "zh-TW", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, language: str, message: str) -> None:
    env = environment(EMAIL, own_wording(tmp_path, text, language))
    with pytest.raises(TemplateError, match=message) as caught:
        load_wording(env, language)
    assert caught.value.at
    assert caught.value.at.file == f"wording/{language}.toml"
