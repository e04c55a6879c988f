"""A case: a small site, a moment, and every file that the program makes of them."""

import io
import json
import shutil
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

from PIL import Image, UnidentifiedImageError

from publisher.config import Config, load_config
from publisher.digest.letters import LetterKind
from publisher.errors import Problem
from publisher.model.issue import Issue
from publisher.pipeline.build import build
from publisher.pipeline.issue import make_issue
from publisher.pipeline.other_mails import make_letter
from publisher.store.open import open_store
from publisher.syndication.lock import NAME as LOCK

HERE = Path(__file__).parent
CASES = tuple(sorted(path.parent.name for path in HERE.glob("*/case.toml")))
#: Encoders differ from version to version: of pictures only the kind and the size are held.
PICTURES = "pictures.txt"

Files = dict[str, str]


@dataclass(frozen=True)
class Case:
    """What case.toml says, and where the case lies."""

    folder: Path
    #: The moment at which the site is built and the issue made.
    now: datetime
    newsletter: str

    @property
    def expected(self) -> Path:
        return self.folder / "expected"


def read_case(name: str) -> Case:
    folder = HERE / name
    return Case(folder, **tomllib.loads((folder / "case.toml").read_text(encoding="utf-8")))


def run_case(case: Case, workplace: Path) -> Files:
    """Copy the case's site to a workplace, build it, make its issue; returns every file made, by name, as text."""
    site = workplace / case.folder.name
    shutil.copytree(case.folder / "site", site)
    config = load_config(site)
    problems = _make(config, case)
    made = {path.relative_to(site).as_posix(): path for path in config.output_dir.rglob("*") if path.is_file()}
    pictures = {name: told for name, path in made.items() if (told := _picture(path))}
    return {
        **_each_once({name: _text(path) for name, path in made.items() if name not in pictures}),
        **problems,
        PICTURES: "".join(f"{name}: {told}\n" for name, told in sorted(pictures.items())),
    }


def read_expected(case: Case) -> Files:
    return {path.relative_to(case.expected).as_posix(): _text(path) for path in _files(case.expected)}


def write_expected(case: Case, files: Files) -> None:
    shutil.rmtree(case.expected, ignore_errors=True)
    for name, content in files.items():
        path = case.expected / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())


def _make(config: Config, case: Case) -> Files:
    built = build(config, case.now)
    store = open_store(config.store.url, config.root)
    try:
        report = make_issue(config, case.newsletter, case.now, store=store)
    finally:
        store.close()
    assert report.issue is not None
    letters = {kind: make_letter(config, case.newsletter, kind) for kind in get_args(LetterKind)}
    return {
        **_issue_files(report.issue),
        LOCK: _text(config.root / LOCK),
        **{f"letters/{kind}.txt": f"{letter.subject}\n\n{letter.text}" for kind, letter in letters.items()},
        "problems/build.txt": _told(built.problems),
        "problems/issue.txt": _told(report.problems),
        "problems/left_out.json": json.dumps(dict(built.left_out), indent=1) + "\n",
    }


def _each_once(files: Files) -> Files:
    """Let a file that is made twice say so: the newest issue is also its newsletter's own page."""
    first: Files = {}
    for name in sorted(files):
        first.setdefault(files[name], name)
    return {name: text if first[text] == name else f"the same as {first[text]}\n" for name, text in files.items()}


def _issue_files(issue: Issue) -> Files:
    """Give what is frozen: the mail's two forms, and the rest as JSON."""
    facts = {
        "number": issue.number,
        "period": [issue.period.start.isoformat(), issue.period.end.isoformat()],
        "subject": issue.subject,
        "preheader": issue.preheader,
        "manifest": issue.manifest,
        "web_url": issue.web_url,
        "content_hash": issue.content_hash,
    }
    return {
        "issue/mail.html": issue.html,
        "issue/mail.txt": issue.text,
        "issue/issue.json": json.dumps(facts, indent=1, ensure_ascii=False) + "\n",
    }


def _told(problems: Iterable[Problem]) -> str:
    return "\n".join(f"{problem.severity} [{problem.rule}] {problem}\n" for problem in problems)


def _text(path: Path) -> str:
    """Read a file without touching its line ends."""
    return path.read_bytes().decode()


def _picture(path: Path) -> str:
    """Say what picture a file is; empty if it is none."""
    try:
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            return f"{image.format} {image.width} x {image.height}"
    except UnidentifiedImageError:
        return ""


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
