import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content.shortcodes.syntax import Call, parse_shortcodes, syntax_problems


def only_call(text: str) -> Call:
    calls = [node for node in parse_shortcodes(text).nodes if isinstance(node, Call)]
    assert len(calls) == 1
    return calls[0]


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("{{<sc>}}", ()),
        ('{{< sc "a b" `c "d"` e >}}', ("a b", 'c "d"', "e")),
        (
            '{{< sc k="說 \\"好\\"" w=50% src=https://x.y/z?a=b >}}',
            {"k": '說 "好"', "w": "50%", "src": "https://x.y/z?a=b"},
        ),
        ("{{< sc 12 -3 1.5 true 007 >}}", (12, -3, 1.5, True, "007")),
        ("{{% sc\n  k = v\n%}}", {"k": "v"}),
        ("{{< sc k=v/>}}", {"k": "v"}),
    ],
)
def test_arguments_are_read_as_hugo_reads_them(text: str, args: object) -> None:
    assert only_call(text).args == args


def test_a_call_reaches_to_its_own_closing_tag() -> None:
    outer = only_call("{{< a >}}1{{< a >}}2{{< /a >}}3{{< / a >}}")

    assert outer.inner is not None
    assert [node if isinstance(node, str) else node.inner for node in outer.inner] == ["1", ("2",), "3"]


def test_a_call_without_a_closing_tag_stands_alone() -> None:
    nodes = parse_shortcodes("{{< a >}}x{{< b >}}y{{< /b >}}").nodes

    assert [node if isinstance(node, str) else (node.name, node.inner) for node in nodes] == [
        ("a", None),
        "x",
        ("b", ("y",)),
    ]


def test_calls_beside_each_other_are_numbered() -> None:
    calls = [node for node in parse_shortcodes("{{< a >}}{{< b >}}x{{< c >}}").nodes if isinstance(node, Call)]

    assert [call.ordinal for call in calls] == [0, 1, 2]


def test_an_escaped_shortcode_becomes_text() -> None:
    assert parse_shortcodes("{{</* a b */>}} {{%/* /a */%}}").nodes == ("{{< a b >}}", " ", "{{% /a %}}")


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("一\n {{< a 'x' >}}", "p.md:11:8", "can't be read"),
        ("{{< a b k=v >}}", "p.md:10:9", "mixes named and unnamed"),
        ("{{< a b, >}}", "p.md:10:8", "can't be read"),
        ("{{< a b", "p.md:10:1", "never closed"),
        ("{{< >}}", "p.md:10:1", "no name"),
        ("{{< /a >}}", "p.md:10:1", "nothing is open"),
    ],
)
def test_what_can_not_be_read_is_named_with_its_place(text: str, place: str, message: str) -> None:
    parsed = parse_shortcodes(text)
    problems = syntax_problems(parsed, text, "p.md", 10)

    assert [(str(problem.at), message in problem.message) for problem in problems] == [(place, True)]


def test_a_broken_call_takes_only_itself_away() -> None:
    nodes = parse_shortcodes("前 {{< a 'x' >}} 後 {{< b >}}").nodes

    assert [node if isinstance(node, str) else node.name for node in nodes] == ["前 ", "", " 後 ", "b"]


def texts(nodes: tuple[object, ...]) -> str:
    return "".join(node if isinstance(node, str) else texts(node.inner or ()) for node in nodes)  # type: ignore[attr-defined]


@given(
    st.lists(
        st.sampled_from(["{{<", "{{%", ">}}", "%}}", "/", " ", "a", "=", '"', "`", "\n", "\\", "中", "/*", "*/", "/>"]),
        max_size=30,
    )
)
def test_no_text_breaks_the_lexer_and_no_opening_survives_but_an_escaped_one(parts: list[str]) -> None:
    text = "".join(parts)
    left = texts(parse_shortcodes(text).nodes)

    assert "/*" in text or ("{{<" not in left and "{{%" not in left)
