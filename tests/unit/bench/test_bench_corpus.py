"""The made-up site that speed is measured on: the same for everybody, and shaped like a real one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import frontmatter
import pytest
from PIL import Image

ROOT = Path(__file__).parents[3]


@pytest.fixture
def corpus(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench import corpus

    return corpus


def test_equal_seed_and_size_give_equal_bytes_on_every_machine(corpus: Any) -> None:
    digest = hashlib.sha256()
    for number in range(50):
        name, text = corpus.make_post(number, 50, seed=7)
        digest.update(f"{name}\n{text}".encode())
    assert digest.hexdigest()[:16] == "a68a14f8db1b1d1f", "a changed corpus makes older measurements incomparable"


def test_another_seed_gives_another_site(corpus: Any) -> None:
    assert corpus.make_post(3, 50, seed=7) != corpus.make_post(3, 50, seed=8)


def test_posts_have_the_weight_of_real_ones(corpus: Any) -> None:
    texts = [corpus.make_post(number, 400, corpus.SEED)[1] for number in range(400)]
    mean_bytes = sum(len(text.encode()) for text in texts) / len(texts)
    assert 7000 < mean_bytes < 7400


def test_later_posts_have_later_dates_and_no_two_the_same(corpus: Any) -> None:
    posts = [frontmatter.loads(corpus.make_post(number, 200, corpus.SEED)[1]) for number in range(200)]
    dates: list[Any] = [post["date"] for post in posts]
    assert dates == sorted(set(dates))


def test_a_post_has_one_category_and_three_to_five_different_tags(corpus: Any) -> None:
    for number in range(100):
        post = frontmatter.loads(corpus.make_post(number, 100, corpus.SEED)[1])
        tags = post["tags"]
        assert isinstance(tags, list)
        assert 3 <= len(set(tags)) == len(tags) <= 5
        assert len(post["categories"]) == 1  # type: ignore[arg-type]


def test_the_site_on_disk_is_what_was_made(corpus: Any, tmp_path: Path) -> None:
    corpus.write_site(tmp_path, 3)
    name, text = corpus.make_post(2, 3, corpus.SEED)
    assert (tmp_path / "content" / "posts" / name).read_text(encoding="utf-8") == text
    assert (tmp_path / "hugo.toml").is_file()


def test_each_post_has_its_picture(corpus: Any, tmp_path: Path) -> None:
    corpus.write_site(tmp_path, 2)
    for post in (tmp_path / "content" / "posts").iterdir():
        name = str(frontmatter.load(str(post))["image"])
        with Image.open(tmp_path / "static" / name.lstrip("/")) as picture:
            assert picture.size == (1200, 630)
