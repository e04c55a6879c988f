from pathlib import Path

import pytest
from PIL import Image

from publisher.content.image_header import read_header
from publisher.content.media import measure

SIZES = [(1, 1), (300, 200), (5000, 3)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("form", "mime", "options"),
    [
        ("PNG", "image/png", {}),
        ("GIF", "image/gif", {}),
        ("JPEG", "image/jpeg", {}),
        ("JPEG", "image/jpeg", {"progressive": True, "exif": b"Exif\0\0" + bytes(40_000), "comment": b"x" * 60_000}),
        ("WEBP", "image/webp", {}),
        ("WEBP", "image/webp", {"lossless": True}),
        ("WEBP", "image/webp", {"exif": b"Exif\0\0" + bytes(100)}),
    ],
)
def test_a_header_says_what_pillow_says(
    tmp_path: Path, form: str, mime: str, options: dict[str, bytes | bool], size: tuple[int, int]
) -> None:
    path = tmp_path / "picture"
    Image.new("RGB", size, "teal").save(path, form, **options)

    assert read_header(path) == (mime, *size) == measure(path)


@pytest.mark.parametrize("form", ["PNG", "GIF", "JPEG", "WEBP"])
def test_a_picture_that_is_not_whole_is_left_to_pillow(tmp_path: Path, form: str) -> None:
    path = tmp_path / "picture"
    Image.radial_gradient("L").convert("RGB").save(path, form)
    path.write_bytes(path.read_bytes()[:-40])

    assert read_header(path) is None


@pytest.mark.parametrize(
    "content", [b"", b"x", b"<svg/>", b"\xff\xd8\xff" + bytes(60) + b"\xff\xd9", b"RIFF" + bytes(40)]
)
def test_what_is_no_such_picture_is_left_to_pillow(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture"
    path.write_bytes(content)

    assert read_header(path) is None


def test_a_picture_with_two_in_it_is_left_to_pillow(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    one = Image.new("RGB", (30, 20), "teal")
    one.save(path, "MPO", save_all=True, append_images=[one])

    assert read_header(path) is None
    assert measure(path)[1:] == (30, 20)
