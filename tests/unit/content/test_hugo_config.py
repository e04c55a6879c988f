from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.hugo.cascade import CascadeTarget, hand_down
from publisher.content.hugo.config_files import merge_tables
from publisher.content.hugo.doubts import settings_doubts
from publisher.content.hugo.site import MarkdownSettings, make_hugo_config, read_hugo_config
from publisher.content.markdown.convert import to_html
from publisher.content.markdown.passthrough import keep_from_markdown
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


def markdown(extensions: dict[str, object] | None = None, **parser: object) -> MarkdownSettings:
    table = {"markup": {"goldmark": {"extensions": extensions or {}, "parser": parser}}, "enableemoji": True}
    return make_hugo_config(table).markdown


SIGNS = {"block": [["$$", "$$"]], "inline": [[r"\(", r"\)"]]}
FORMULAS: dict[str, object] = {"passthrough": {"enable": True, "delimiters": SIGNS}}


@pytest.mark.parametrize(
    ("settings", "source", "html"),
    [
        (markdown(), "好 :smile:", "<p>好 😄</p>"),
        (markdown({"extras": {"mark": {"enable": True}}}), "==甲==", "<p><mark>甲</mark></p>"),
        (markdown({"extras": {"subscript": {"enable": True}}}), "H~2~O", "<p>H<sub>2</sub>O</p>"),
        (markdown({"strikethrough": False}), "~~甲~~", "<p>~~甲~~</p>"),
        (markdown({"footnote": {"enable": False}}), "甲[^1]\n\n[^1]: 乙", '<p>甲<a href="%E4%B9%99">^1</a></p>'),
        (markdown(FORMULAS), r'\(a_1*b_1*"x"\)', r'<p>\(a_1*b_1*"x"\)</p>'),
        (markdown(FORMULAS), "$$\na<b\n\nc\n$$", "<p>$$\na&lt;b\n\nc\n$$</p>"),
        (markdown(FORMULAS), "\\(a\n\nb\\)", "<p>(a</p>\n<p>b)</p>"),
        (markdown({"passthrough": {"enable": False, "delimiters": SIGNS}}), r"\(a\)", "<p>(a)</p>"),
        (markdown(attribute={"block": True}), "> 甲\n{.c}\n\n乙", "<blockquote>\n<p>甲</p>\n</blockquote>\n<p>乙</p>"),
        (markdown(attribute={"block": True}), "{.c} 甲\n\n{乙}", "<p>{.c} 甲</p>\n<p>{乙}</p>"),
        (markdown(attribute={"title": False}), "# 甲 {#b}", '<h1 id="甲-b">甲 {#b}</h1>'),
        (markdown(autoidtype="github-ascii"), "# Café 甲", '<h1 id="cafe-">Café 甲</h1>'),
        (markdown(autoidtype="blackfriday"), "# 甲：Codex  5.3!", '<h1 id="甲-codex-5-3">甲：Codex  5.3!</h1>'),
        (markdown(autoheadingid=False), "# 甲\n\n# 乙 {#c}", '<h1>甲</h1>\n<h1 id="c">乙</h1>'),
    ],
)  # fmt: skip
def test_the_sites_markdown_settings_are_followed(settings: MarkdownSettings, source: str, html: str) -> None:
    assert to_html(source, settings).strip() == html


def test_formulas_without_an_end_cost_no_more_than_their_length() -> None:
    signs = {"block": [["$$", "$$"]], "inline": [[r"\(", r"\)"], ["[[", "]]"]]}
    settings = markdown({"passthrough": {"enable": True, "delimiters": signs}})

    for source in ("\\(" * 50_000, "[[a" * 50_000, "\\(a\n\n" * 20_000 + "\\)"):
        assert keep_from_markdown(source, settings.kept_blocks, settings.kept_inline).text == source


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"enablegitinfo": True}, "enablegitinfo"),
        ({"markup": {"defaultmarkdownhandler": "pandoc"}}, "defaultmarkdownhandler"),
        ({"markup": {"goldmark": {"parser": {"autoidtype": "mine"}}}}, "autoidtype"),
        ({"markup": {"goldmark": {"extensions": {"typographer": {"leftdoublequote": "「"}}}}}, "leftdoublequote"),
    ],
)
def test_a_setting_that_is_not_followed_is_told_once(table: dict[str, object], named: str) -> None:
    (doubt,) = settings_doubts(make_hugo_config(table, ("hugo.toml",)))

    assert named in doubt.message
    assert (str(doubt.at), doubt.rule, doubt.severity) == ("hugo.toml", "setting-not-followed", "warning")


def test_a_site_that_states_hugos_defaults_is_not_doubted() -> None:
    table = {"enablegitinfo": False, "markup": {"defaultmarkdownhandler": "goldmark"}}

    assert not settings_doubts(make_hugo_config(table, ("hugo.toml",)))
