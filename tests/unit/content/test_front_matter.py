from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.front_matter.read import locate, parse_front_matter
from publisher.errors import ContentError


def values(text: str) -> dict[str, object]:
    return parse_front_matter(text, "posts/a.md").values


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026", 2026),
        ("12:30", "12:30"),
        ("2026-02-07", "2026-02-07"),
        ("0123", 83),
        ("0o17", 15),
        ("0x1F", 31),
        ("1.10", 1.1),
        ("-7", -7),
        ("yes", "yes"),
        ("true", True),
        ("~", None),
        ("09", 9),
    ],
)
def test_yaml_scalars_have_the_types_of_yaml_1_2(written: str, read: object) -> None:
    assert values(f"---\nkey: {written}\n---\n") == {"key": read}


def test_keys_are_lower_cased_at_every_level() -> None:
    assert values("---\nTitle: 甲\nCover:\n  Image: a.png\n---\n") == {"title": "甲", "cover": {"image": "a.png"}}


def test_toml_dates_keep_their_type() -> None:
    assert values("+++\nDate = 2026-02-07\n+++\n內文") == {"date": date(2026, 2, 7)}


def test_json_may_stand_on_one_line_with_braces_in_its_strings() -> None:
    front = parse_front_matter('{"title": "}"}\n內文', "a.md")

    assert (front.values, front.split.body, front.split.body_line) == ({"title": "}"}, "內文", 2)


def test_a_byte_order_mark_and_blank_lines_before_the_fence_do_no_harm() -> None:
    front = parse_front_matter("\ufeff\n \n---\r\ntitle: 甲\r\n---\r\n內文", "a.md")

    assert (front.values, front.split.body, front.split.body_line) == ({"title": "甲"}, "內文", 6)


def test_a_body_may_begin_right_behind_the_closing_fence() -> None:
    front = parse_front_matter("---\ntitle: 甲\n---內文", "a.md")

    assert (front.split.body, front.split.body_line) == ("內文", 3)


@pytest.mark.parametrize("text", ["", "# 標題", "{{< youtube x >}}", "--- 不是", "- 清單"])
def test_a_file_without_front_matter_is_all_body(text: str) -> None:
    front = parse_front_matter(text, "a.md")

    assert (front.values, front.split.body, front.split.body_line) == ({}, text, 1)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("---\ntitle: a: b\n---\n", "a.md:2:9", "mapping values are not allowed"),
        ("---\ntitle: 甲\ntitle: 乙\n---\n", "a.md:3:1", 'the key "title" stands twice'),
        ("---\ntags: [公告] A\n---\n", "a.md:2:", "not YAML"),
        ("---\ntitle: @x\n---\n", "a.md:2:8", "not YAML"),
        ('---\ntitle: "甲\ndate: 2026-02-07\ntags: []\n---\n', "a.md:2:8", "unexpected end of stream"),
        ('---\nsum: "甲\ntitle: "乙"\nx: 1\n---\n', "a.md:2:6", "not YAML"),
        ("---\nx: 1\nt: 'it's'\nd: 2\n---\n", "a.md:3:8", "did not find expected key"),
        ("---\ntags: [a, b\ndate: 2026-02-07\n---\n", "a.md:2:7", "flow sequence"),
        ("---\ntitle: 甲\nwords without a colon\nx: 1\n---\n", "a.md:3:1", "could not find expected ':'"),
        ("---\ntitle: 甲甲\nx: a\x01\n---\n", "a.md:3:5", "a control character, U.0001"),
        ('---\ntitle: "a\\q"\n---\n', "a.md:2:10", "unknown escape"),
        ('+++\nx = 1\nt = """a\nb = 2\n+++\n', "a.md:3:5", "Unterminated string"),
        ("+++\nx = 1\nt = [1,\n+++\n", "a.md:3:5", "Invalid value"),
        ("---\ntitle: 甲\n", "a.md:1:1", "never closed"),
        ("---\ntitle: 甲\n...\n", "a.md:1:1", "never closed"),
        ("---\ntitle: 甲\n----\n", "a.md:1:1", "never closed"),
        ("+++\ntitle = \n+++\n", "a.md:2:", "not TOML"),
        ('{"title": }', "a.md:1:11", "not JSON"),
        ("---\n- 甲\n---\n", "a.md:2:1", "not a table"),
        ("---\n只有文字\n---\n", "a.md:2:1", "not a table"),
    ],
)
def test_broken_front_matter_is_named_with_its_place(text: str, place: str, message: str) -> None:
    with pytest.raises(ContentError, match=message) as caught:
        parse_front_matter(text, "a.md")

    assert str(caught.value.at).startswith(place)


def bomb(link: str) -> str:
    lines = ["a0: &a0 {x0: 1, x1: 1, x2: 1, x3: 1, x4: 1, x5: 1, x6: 1, x7: 1}"]
    lines += [f"a{level}: &a{level} {link.format(*[f'*a{level - 1}'] * 8)}" for level in range(1, 10)]
    return "---\n" + "\n".join(lines) + "\n---\n"


@pytest.mark.parametrize(
    "text",
    [
        bomb("[{}, {}, {}, {}, {}, {}, {}, {}]"),
        bomb("{{k0: {}, k1: {}, k2: {}, k3: {}, k4: {}, k5: {}, k6: {}, k7: {}}}"),
        "---\na: &a [*a]\n---\n",
        "---\na: " + "[" * 100_000 + "\n---\n",
        "---\na:\n  " + "- " * 100_000 + "x\n---\n",
        '{"a": ' + "[" * 100_000,
        "---\na: " + "x" * 1_100_000 + "\n---\n",
    ],
    ids=["alias lists", "alias maps", "self-reference", "brackets", "dashes", "json", "long"],
)
def test_a_bomb_is_refused_before_it_explodes(text: str) -> None:
    with pytest.raises(ContentError):
        parse_front_matter(text, "a.md")


def test_ten_thousand_tags_are_read() -> None:
    tags = ", ".join(f"標籤{number}" for number in range(10_000))

    assert len(values(f"---\ntags: [{tags}]\n---\n")["tags"]) == 10_000  # type: ignore[arg-type]


def test_a_value_is_found_again_for_a_message() -> None:
    yaml = parse_front_matter("---\ntitle: 甲\nCover:\n  image:  b.png\ntags: [一, 二]\n---\n", "a.md").split
    toml = parse_front_matter('+++\ntitle = "甲"\nimage =  "b.png"\n+++\n', "a.md").split

    assert str(locate(yaml, "a.md", ("cover", "image"))) == "a.md:4:11"
    assert str(locate(yaml, "a.md", ("tags", 1))) == "a.md:5:11"
    assert str(locate(toml, "a.md", ("image",))) == "a.md:3:10"


@given(st.text(alphabet=st.sampled_from("-+{}\":[]&*!|>#% \n\ta甲0~?,'\\\ufeff\r=.@`"), max_size=80))
def test_no_text_at_all_raises_anything_but_our_own_error(text: str) -> None:
    for fence in ("", "---\n", "+++\n", "{"):
        with suppress(ContentError):
            parse_front_matter(f"{fence}{text}", "a.md")
