"""Write docs/settings.md from publisher/config*.py: each table, each setting with its type, default and comment."""

from __future__ import annotations

import ast
import re
from pathlib import Path

SOURCES = [Path(__file__).parents[1] / "publisher" / name for name in ("config.py", "config_feeds.py")]
PAGE = Path(__file__).parent / "settings.md"
INTRO = """# Settings

Written by `make docs` from `publisher/config*.py`. `publisher config` prints the values in force; an unknown key is
refused with the nearest known name. A secret is never written into `publisher.toml`, only where it is found:
`password = { env = "SMTP_PASSWORD" }` or `password = { file = "smtp-password.txt" }`.
"""


def comment_above(lines: list[str], number: int) -> str:
    """Join the `#:` lines directly above a line (numbered from 1)."""
    found: list[str] = []
    while number >= 2 and (match := re.match(r"\s*#: ?(.*)", lines[number - 2])):  # noqa: PLR2004 - the line above
        found.insert(0, match[1])
        number -= 1
    return " ".join(found)


#: How publisher.toml's reader calls our types.
KINDS = {
    r"dict\[FeedFormat, \w+\]": "path by format",
    r"dict\[str, FolderName\]": "folder by term",
    r"dict\[\w+, \w+\]": "tables",
    r"tuple\[(\w+), \.\.\.\]": r"list of \1",
    r"Literal\[(.*)\]": r"\1",
    r" \| None$": "",
    r"\b(str|PermalinkPattern|MailboxText|EnvelopeSender|FrontMatterKey|TitleTemplate|Query)\b": "text",
    r"\bbool\b": "true or false",
    r"\b(int|float)\b": "number",
    r"\bSecret\b": "secret",
    r"\bPath\b": "path",
    r"\b(SiteUrl|AbsoluteUrl)\b": "web address",
    r"\bSiteFeedConfig\b": "table",
    r"\bContent\b": "full, teaser, summary",
    r"\bFeedFormat\b": "rss, atom, json",
    r"\bGenerator\b": "hugo, jekyll, pelican, zola, eleventy, astro, obsidian, ghost, plain",
    r"\bTimeZone\b": "IANA time zone",
    r"\bLanguage\b": "language tag",
    r"\bOwnLetter\b": "welcome, goodbye",
    r"\bWeekday\b": "monday to sunday",
}


def kind_of(annotation: ast.expr) -> str:
    """Show a type in a reader's words."""
    text = ast.unparse(annotation).replace("'", '"')
    for pattern, words in KINDS.items():
        text = re.sub(pattern, words, text)
    return text


def default_of(value: ast.expr | None) -> str:
    """Show a default as publisher.toml would write it; empty where the setting is required or has none."""
    text = "" if value is None else ast.unparse(value)
    if field := re.match(r"Field\(default=([^,]+),", text):
        text = field[1]
    if text in {"None", "''"} or text.startswith(("Field(", "SiteFeedConfig(")):
        return ""
    text = re.sub(r"^time\((\d+), (\d+)\)$", lambda m: f"{int(m[1]):02}:{int(m[2]):02}:00", text)
    text = re.sub(r",?\)$", "]", re.sub(r"^\(", "[", text)) if text.startswith("(") else text
    return "`" + {"True": "true", "False": "false"}.get(text, text.replace("'", '"')) + "`"


def table(node: ast.ClassDef, lines: list[str]) -> str:
    """Describe one table."""
    title, _, sentence = (ast.get_docstring(node) or "").partition(": ")
    rows = ["| setting | type | default | meaning |", "|---|---|---|---|"]
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.target.id[0] != "_":
            meaning = comment_above(lines, field.lineno).replace("|", "\\|")
            required = "required" if field.value is None else default_of(field.value)
            rows.append(f"| `{field.target.id}` | {kind_of(field.annotation)} | {required} | {meaning} |")
    return f"## {title}\n\n{sentence[:1].upper()}{sentence[1:]}\n\n" + "\n".join(rows) + "\n"


def page() -> str:
    """Describe every table that has a name in publisher.toml."""
    return INTRO + "\n" + "\n".join(part for source in SOURCES for part in tables(source.read_text(encoding="utf-8")))


def tables(source: str) -> list[str]:
    """Describe every table of a module that has a name in publisher.toml."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    named = [node for node in classes if (ast.get_docstring(node) or "").startswith("[")]
    return [table(node, source.splitlines()) for node in named]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
