from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.cascade import CascadeTarget, hand_down
from publisher.content.hugo_files import merge_tables
from publisher.content.site import make_hugo_config, read_hugo_config
from publisher.errors import ConfigError
from tests.unit.content.site_maker import write_site


def test_configuration_files_lie_on_top_of_each_other(tmp_path: Path) -> None:
    write_site(
        tmp_path,
        {
            "hugo.toml": 'title = "根"\nbaseURL = "https://root.example/"\n[params]\na = 1\nb = 1\n',
            "config.yaml": "title: 不讀\n",
            "config/_default/hugo.yaml": "timeZone: Asia/Taipei\nlanguageCode: zh-TW\n",
            "config/_default/params.toml": 'B = 2\nmainSections = ["posts"]\nauthor = { name = "編輯" }\n',
            "config/production/hugo.json": '{"baseURL": "https://prod.example/"}',
            "config/staging/hugo.toml": 'baseURL = "https://stage.example/"\n',
        },
    )
    config = read_hugo_config(tmp_path)

    assert (config.title, config.base_url, config.timezone) == ("根", "https://prod.example/", "Asia/Taipei")
    assert (config.language, config.author, config.main_sections) == ("zh-TW", "編輯", ("posts",))
    assert (config.params["a"], config.params["b"]) == (1, 2)
    assert read_hugo_config(tmp_path, "staging").base_url == "https://stage.example/"


def test_a_folder_without_configuration_has_hugos_defaults(tmp_path: Path) -> None:
    config = read_hugo_config(tmp_path)

    assert (config.content_dir, config.static_dirs, config.language) == ("content", ("static",), "")
    assert dict(config.taxonomies) == {"category": "categories", "tag": "tags"}


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("hugo.yaml", "a: b\nc: d: e\n", "hugo.yaml:2:"),
        ("hugo.toml", "a = ", "hugo.toml"),
        ("hugo.json", "{", "hugo.json"),
    ],
)
def test_a_broken_configuration_is_named(tmp_path: Path, name: str, content: str, place: str) -> None:
    (tmp_path / name).write_text(content)

    with pytest.raises(ConfigError) as caught:
        read_hugo_config(tmp_path)

    assert str(caught.value.at).startswith(place)


def test_languages_are_ordered_and_the_default_one_first() -> None:
    languages = {"en": {"weight": 1}, "zh-tw": {"languagecode": "zh-Hant-TW", "title": "繁"}, "ja": {"disabled": True}}
    config = make_hugo_config({"defaultcontentlanguage": "zh-TW", "languages": languages})

    assert [language.key for language in config.languages] == ["zh-tw", "en"]
    assert (config.language, config.title, config.disabled_languages) == ("zh-Hant-TW", "繁", ("ja",))


def test_old_and_new_words_for_switches_are_understood() -> None:
    goldmark = {
        "renderer": {"unsafe": True, "hardwraps": True},
        "extensions": {
            "typographer": {"disable": True},
            "linkify": False,
            "cjk": {"enable": True, "eastasianlinebreaks": True},
        },
    }
    markdown = make_hugo_config({"markup": {"goldmark": goldmark}}).markdown

    assert (markdown.raw_html, markdown.hard_wraps, markdown.east_asian_line_breaks) == (True, True, True)
    assert (markdown.smart, markdown.linkify) == (False, False)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
known_keys = st.sampled_from(
    [
        "languages",
        "params",
        "markup",
        "permalinks",
        "taxonomies",
        "module",
        "cascade",
        "frontmatter",
        "uglyurls",
        "staticdir",
    ]
)


@given(st.dictionaries(known_keys, json_values))
def test_no_configuration_at_all_breaks_the_reader(table: dict[str, object]) -> None:
    assert make_hugo_config(merge_tables([table])).content_dir == "content"


def test_the_nearest_ancestor_speaks_first_and_never_over_the_page_itself() -> None:
    nearest = [{"author": "近", "draft": True, "target": {"path": "/posts/**"}}]
    farthest = [{"author": "遠", "color": "紅", "params": {"size": 1}}]
    target = CascadeTarget("/posts/sub/a", "page", "en")

    made = hand_down({"draft": False}, [nearest, farthest], target)

    assert made == {"draft": False, "author": "近", "color": "紅", "size": 1}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [("/posts/*", False), ("/posts/**", True), ("{/x,/posts/sub/?}", True), ("/notes/**", False), ("[", False)],
)
def test_a_cascade_reaches_the_pages_of_its_target(pattern: str, *, matches: bool) -> None:
    blocks = [{"weight": 3, "_target": {"path": pattern}}]

    assert ("weight" in hand_down({}, [blocks], CascadeTarget("/posts/sub/a", "page", "en"))) is matches
