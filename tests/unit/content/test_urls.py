import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.urls import (
    directory_path,
    escape_path,
    file_segment,
    path_from_front_matter,
    pattern_value,
    permalink,
    sanitize,
)
from publisher.errors import ContentError


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("奧特曼談：Codex 5.3", "奧特曼談Codex-5.3"),
        ("「引號」", "引號"),
        ("全形　空白", "全形-空白"),
        ("a -- b", "a--b"),
        ("a & b", "a-b"),
        ("①x🎉", "x"),
        ("  x  ", "x"),
        ("50%20b", "50%20b"),
    ],
)
def test_a_name_keeps_what_hugo_keeps(name: str, kept: str) -> None:
    assert sanitize(name) == kept


def test_spaces_in_file_names_become_hyphens_one_by_one() -> None:
    assert file_segment("a - b & c") == "a---b--c"


def test_dropping_accents_changes_kana_too_as_in_hugo() -> None:
    assert sanitize("café が", accents=False) == "cafe-か"


@pytest.mark.parametrize(("title", "value"), [("C#", "C"), ("a+b", "a-b"), ("a/b", "a-b"), ("a#b c", "a#b-c")])
def test_a_title_in_a_pattern_is_read_as_a_query_once(title: str, value: str) -> None:
    assert pattern_value(title) == value


def test_addresses_are_percent_encoded_once() -> None:
    assert permalink("https://a.tw/blog", "/文/a b/") == "https://a.tw/blog/%E6%96%87/a%20b/"
    assert escape_path(escape_path("/文 a'(b)/")) == escape_path("/文 a'(b)/")


@pytest.mark.parametrize(
    ("written", "path"),
    [("/abs/", "/abs/"), ("rel/", "/rel/"), ("/x", "/x/"), ("/f.html", "/f.html"), ("/v1.2", "/v1.2"), ("/", "/")],
)
def test_a_url_in_the_front_matter_is_taken_as_it_is(written: str, path: str) -> None:
    assert path_from_front_matter(written) == path


@pytest.mark.parametrize(
    "url",
    ["../x/", "/a/../../x", "/a/%2e%2e/x", "//evil.example/", "https://evil.example/", "/a\nb", "javascript:x", "\\x"],
)
def test_a_url_that_leaves_the_site_is_refused(url: str) -> None:
    with pytest.raises(ContentError):
        path_from_front_matter(url)


def test_ugly_paths_are_files() -> None:
    assert directory_path(["Posts", "A"], ugly=True) == "/posts/a.html"
    assert directory_path([]) == "/"


@given(st.text(max_size=60))
def test_every_name_gives_an_address_of_ascii(name: str) -> None:
    url = permalink("https://a.tw/", directory_path([sanitize(name)]))

    assert url.isascii()
    assert not set(url) & set(' "<>\\^`{|}')
