import pytest

from publisher.content.hugo.site import MarkdownSettings
from publisher.content.markdown.convert import to_html

HUGO = MarkdownSettings(raw_html=True)


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("這是**「重點」**後面", "這是<strong>「重點」</strong>後面"),
        ("**注意：**內容", "<strong>注意：</strong>內容"),
        ("使用**API（介面）**呼叫", "使用<strong>API（介面）</strong>呼叫"),
        ("這是~~「刪」~~中文", "這是<del>「刪」</del>中文"),
    ],
)
def test_chinese_emphasis_is_what_it_looks_like(source: str, html: str) -> None:
    assert to_html(source, HUGO).strip() == f"<p>{html}</p>"


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("她說:\"好\" '單' 5'10\"", "她說:“好” ‘單’ 5'10\""),
        ('「"引"」中"文"字', '「“引”」中"文"字'),
        ("it's '90s rock'n'roll dogs'", "it’s ’90s rock’n’roll dogs’"),
        ("a -- b --- c... <<x>> 等等……", "a – b — c… «x» 等等……"),
        ('`"x" -- y` \\"z\\" \\--', '<code>"x" -- y</code> "z" --'),
    ],
)
def test_quotes_and_dashes_are_typeset_outside_code(source: str, html: str) -> None:
    assert to_html(source, HUGO).strip() == f"<p>{html}</p>"


def link(url: str) -> str:
    return f'<a href="{url}">{url}</a>'


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("見 https://a.tw/x?a=b。後面", f"見 {link('https://a.tw/x?a=b')}。後面"),
        ("(https://a.tw/b_(c)), https://a.tw/x!", f"({link('https://a.tw/b_(c)')}), {link('https://a.tw/x')}!"),
        ("網址：https://a.tw/x", "網址：https://a.tw/x"),
        ("https://a.tw/a--b_c_d*e", f"{link('https://a.tw/a--b_c_d')}*e"),
        ("`https://a.tw/x` [https://a.tw/y](/z)", '<code>https://a.tw/x</code> <a href="/z">https://a.tw/y</a>'),
        ("www.a.tw 或 我 a@b.tw", '<a href="https://www.a.tw">www.a.tw</a> 或 我 <a href="mailto:a@b.tw">a@b.tw</a>'),
        ('<a href="https://a.tw/x">甲</a>', '<a href="https://a.tw/x">甲</a>'),
        ("http://localhost/x https://a", "http://localhost/x https://a"),
        ("前 <!-- 註 --> https://a.tw/x", f"前 <!-- 註 --> {link('https://a.tw/x')}"),
    ],
)  # fmt: skip
def test_bare_links_end_where_a_reader_would_end_them(source: str, html: str) -> None:
    assert to_html(source, HUGO).strip() == f"<p>{html}</p>"


def test_a_bare_link_may_follow_chinese_where_the_site_wants_it() -> None:
    made = to_html("網址：https://a.tw/x。", MarkdownSettings(linkify_after_cjk=True))

    assert made.strip() == f"<p>網址：{link('https://a.tw/x')}。</p>"


def test_headings_have_the_ids_of_hugo() -> None:
    made = to_html("## 小標：Codex 5.3\n\n## 重複\n\n## 重複\n\n## 有 {#自訂 .c}\n\n## `碼` & 連\n", HUGO)

    assert [part.split('"')[0] for part in made.split('<h2 id="')[1:]] == [
        "小標codex-53", "重複", "重複-1", "自訂", "碼--連",
    ]  # fmt: skip


def test_raw_html_is_left_out_where_the_site_says_so() -> None:
    assert "<b>" not in to_html("甲 <b>乙</b>", MarkdownSettings())


def test_a_line_break_between_wide_characters_goes_where_the_site_says_so() -> None:
    assert to_html("甲\n乙\na\n", MarkdownSettings(east_asian_line_breaks=True)) == "<p>甲乙\na</p>\n"


def test_a_note_referred_to_twice_has_two_ways_back() -> None:
    made = to_html("一[^x]二[^x]\n\n[^x]: 註\n", HUGO)

    assert made.count("↩") == 2
    assert 'href="#fnref:1"' in made
    assert 'href="#fnref1:1"' in made
