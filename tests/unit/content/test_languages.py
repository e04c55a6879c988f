from pathlib import Path

import pytest

from publisher.content.languages import language_tag
from tests.unit.content.site_maker import TOML, read, write_site


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("zh-TW", "zh-TW"),
        ("zh_TW", "zh-TW"),
        (" zh-tw ", "zh-TW"),
        ("zh_TW.UTF-8", "zh-TW"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("EN", "en"),
        ("Chinese", ""),
        ("中文", ""),
        ("zh--TW", ""),
        ("", ""),
    ],
)
def test_a_language_is_written_as_bcp_47_has_it(written: str, tag: str) -> None:
    assert language_tag(written) == tag


@pytest.mark.parametrize(
    ("said", "tag"), [("lang: zh_HK\n", "zh-HK"), ("language: Chinese\n", "zh-TW"), ("", "zh-TW"), ("lang: JA\n", "ja")]
)
def test_a_post_has_its_own_language_or_that_of_the_site(tmp_path: Path, said: str, tag: str) -> None:
    toml = TOML.replace('language = "zh-TW"\n', "") + 'generator = "hugo"\n'
    post = f"---\ntitle: 甲\ndate: 2026-02-07\n{said}---\n"
    files = {"publisher.toml": toml, "hugo.toml": 'languageCode = "zh_TW"\n', "content/posts/a.md": post}

    assert [post.language for post in read(write_site(tmp_path, files)).posts] == [tag]
