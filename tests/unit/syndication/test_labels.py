import pytest

from publisher.syndication.labels import source_label


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("zh-TW", "原文來源："),
        ("zh-Hant-TW", "原文來源："),
        ("zh-Hans-CN", "原文来源："),
        ("ja", "出典："),
        ("en-GB", "Source: "),
        ("fi", "Source: "),
        ("", "Source: "),
    ],
)
def test_a_source_is_named_in_the_language_of_the_post(language: str, label: str) -> None:
    assert source_label(language) == label
