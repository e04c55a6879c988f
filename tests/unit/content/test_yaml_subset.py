"""The quick reader of simple YAML: what it takes, it takes as the real parser does."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.content.front_matter.yaml_loader import YamlLoader
from publisher.content.front_matter.yaml_subset import MAX_CHARACTERS, scan_yaml

SIMPLE = """title: "「重點」：甲"
date: 2026-02-07T10:00:00+08:00
tags: ["AI Agent", "生物科技"]
# 註解
categories:
  - 訪談
  - "C# 與 F#"
  - 'a\\b'
weight: 12
draft: false
guid: null
description:
slug: c#-and-more
link: https://example.org/?a=b#c

"""
#: Pieces that mean something to YAML, and some that only look it.
PIECES = (
    "a", "b: c", "b:c", " #x", "#", "x #y", "x#y", " ", "  ", '"q"', "'s'", "true", "null", "yes", "~", "2026-01-02",
    "2026-01-02T10:00:00+08:00", "12:30", "0", "012", "1_000", "5", "1.5", "- x", "  - y", "- true", '- "z"', "- 'w'",
    "[a]", '["a", "b"]', '["a","b"]', '["a" ,"b"]', "[]", "{}", "標題：好", "「引」", "é", "\u2028", "\u0085", "\ufeff",
    "\t", "|", ">", "&a", "*a", "!t", "%", "@", "`", "?", "? ", "-", "--- ", "...", ":", "x:", " :", "\\", '"a\\"b"',
    "\u3000", "😀", "\ud7ff", "C#", "- - a", "-  b", "  -  b", "<<", "=", "x :y", "x : y", "it's", 'a"b', "''", '""',
    "'a''b'", ".inf", "\x7f", "\x07", "\ufffe", "title: t", "\n", "\r\n",
)  # fmt: skip
KEYS = ("title", "k", "K2", "a-b", "_x", "true", "null", "<<", "")

values_ = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
lines = st.builds("{}{}{}\n".format, st.sampled_from(KEYS), st.sampled_from((":", ": ", ":  ", " : ", "")), values_)
sources = st.lists(lines, max_size=5).map("".join)


def parse(source: str) -> object:
    """Read with the real parser; a mapping, or None for an empty text, or what is wrong."""
    try:
        return yaml.load(source, Loader=YamlLoader)
    except (yaml.YAMLError, ValueError) as error:
        return error


def test_simple_front_matter_is_read_without_the_real_parser() -> None:
    found = scan_yaml(SIMPLE)
    assert found is not None
    assert found == parse(SIMPLE)
    assert found["categories"] == ["訪談", "C# 與 F#", "a\\b"]
    assert (found["draft"], found["guid"], found["description"], found["weight"]) == (False, None, None, 12)


@pytest.mark.parametrize(
    "source",
    [
        "a: 1\na: 2\n",
        "a: b: c\n",
        "a: {b: c}\n",
        "a: |\n  text\n",
        "a: one\n  two\n",
        'a: "b\\n"\n',
        "a: 012\n",
        "a: *b\n",
        "a:\n  b: c\n",
        "a:\n  - - b\n",
        "a: b # c\n",
        "- a\n",
        "a: \x07\n",
        "a: b",
        "a: " + "b" * MAX_CHARACTERS + "\n",
    ],
)
def test_anything_else_is_left_to_the_real_parser(source: str) -> None:
    assert scan_yaml(source) is None


@settings(max_examples=1500)
@given(sources)
def test_what_is_read_equals_what_the_real_parser_gives(source: str) -> None:
    found = scan_yaml(source)
    if found is not None:
        # repr tells True from 1 and "1" from 1.
        assert repr(found) == repr(parse(source) or {})


@given(st.text(max_size=80), st.sampled_from(("", "'", '"', '["', "- ")))
def test_no_text_in_a_value_is_read_otherwise(text: str, before: str) -> None:
    after = {"'": "'", '"': '"', '["': '"]'}.get(before, "")
    source = f"a: {before}{text}{after}\nb:\n- {before}{text}{after}\n"
    found = scan_yaml(source)
    if found is not None:
        assert repr(found) == repr(parse(source))
