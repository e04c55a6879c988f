import io
from typing import Any

import pytest
from PIL import Image, ImageCms

from publisher.digest.images import CARD, LEAD, Shape, make_mail_image, possible_names
from publisher.errors import ContentError
from tests.digest_samples import SITE, image_file


def make(source: bytes, shape: Shape = CARD, **options: Any) -> Any:
    return make_mail_image(source, shape, url_base=SITE, **options)


def opened(source: bytes, shape: Shape = CARD, **options: Any) -> Image.Image:
    picture = Image.open(io.BytesIO(make(source, shape, **options).content))
    picture.load()
    return picture


def colour(picture: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = picture.convert("RGB").getpixel((int(picture.width * x), int(picture.height * y)))
    assert isinstance(found, tuple)
    return tuple(int(part) for part in found)


def is_near(found: tuple[int, ...], wanted: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


def save(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def test_a_picture_becomes_a_jpeg_twice_as_wide_as_it_is_shown() -> None:
    image = make(image_file((1920, 1080), kind="WEBP"), LEAD)
    assert image.name.startswith("email/")
    assert image.name.endswith("-1200.jpg")
    assert image.url == SITE + image.name
    assert (image.width, image.height) == (1200, 675)
    assert image.content[:2] == b"\xff\xd8"
    assert len(image.content) <= 200_000


def test_the_name_depends_on_the_source_and_the_place_alone() -> None:
    source = image_file()
    names = {
        make(source, CARD).name,
        make(source, CARD).name,
        make(source, LEAD).name,
        make(image_file((900, 600))).name,
    }
    assert len(names) == 3
    assert make(source, CARD).name in possible_names(source, CARD)


@pytest.mark.parametrize(
    ("size", "lead", "card"),
    [
        ((1600, 900), (1200, 675), (672, 378)),
        ((1600, 1200), (1200, 900), (672, 378)),
        ((1000, 1600), (1000, 562), (672, 378)),
        ((4000, 800), (1200, 514), (672, 378)),
        ((600, 400), (600, 400), (600, 338)),
    ],
)
def test_pictures_are_cut_to_their_place_and_never_scaled_up(
    size: tuple[int, int], lead: tuple[int, int], card: tuple[int, int]
) -> None:
    source = image_file(size)
    assert opened(source, LEAD).size == lead
    assert opened(source, CARD).size == card


def test_a_picture_too_small_for_its_place_is_refused() -> None:
    with pytest.raises(ContentError, match="too small: 400 by 300 pixels"):
        make(image_file((400, 300)), LEAD)
    assert opened(image_file((400, 300)), CARD).width == 400


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1"])
def test_every_mode_of_png_is_read(mode: str) -> None:
    assert opened(image_file(mode=mode)).size == (672, 378)


@pytest.mark.parametrize(("mode", "kind"), [("CMYK", "JPEG"), ("RGB", "GIF"), ("RGB", "AVIF"), ("RGB", "BMP")])
def test_other_formats_keep_their_colours(mode: str, kind: str) -> None:
    picture = opened(image_file(mode=mode, kind=kind))
    assert is_near(colour(picture, 0.25, 0.2), (200, 30, 20), by=40)
    assert is_near(colour(picture, 0.75, 0.2), (20, 30, 200), by=60)


def test_transparency_shows_the_card_and_not_black() -> None:
    clear = save(Image.new("RGBA", (800, 450), (255, 0, 0, 0)))
    assert is_near(colour(opened(clear), 0.5, 0.5), (255, 255, 255))
    assert is_near(colour(opened(clear, matte="#204060"), 0.5, 0.5), (0x20, 0x40, 0x60))


def test_a_palette_with_a_clear_colour_shows_the_card() -> None:
    picture = Image.new("P", (800, 450), 0)
    picture.putpalette([0, 0, 0, 200, 0, 0])
    assert is_near(colour(opened(save(picture, transparency=0)), 0.5, 0.5), (255, 255, 255))


def test_the_first_frame_of_an_animation_is_shown() -> None:
    frames = [Image.new("RGB", (400, 225), colour) for colour in ("#c02010", "#10c020", "#1020c0")]
    for kind in ("WEBP", "GIF"):
        source = save(frames[0], kind, save_all=True, append_images=frames[1:])
        assert is_near(colour(opened(source), 0.5, 0.5), (0xC0, 0x20, 0x10))


def test_a_turned_photo_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate by 90 degrees clockwise
    landscape = Image.new("RGB", (1200, 1600), (240, 240, 240))
    landscape.paste((200, 30, 20), (0, 800, 1200, 1600))  # the lower half becomes the left one
    picture = opened(save(landscape, "JPEG", exif=exif))
    assert picture.size == (672, 378)
    assert is_near(colour(picture, 0.1, 0.5), (200, 30, 20))
    assert is_near(colour(picture, 0.9, 0.5), (240, 240, 240))


def test_sixteen_bit_gray_is_not_clipped_to_white() -> None:
    gray = Image.new("I;16", (800, 450), 0x8000)
    assert is_near(colour(opened(save(gray)), 0.5, 0.5), (128, 128, 128))


def test_a_colour_profile_is_applied_and_not_written() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    plain = Image.new("RGB", (800, 450), (120, 60, 30))
    for icc in (profile, b"not a profile"):
        picture = opened(save(plain, icc_profile=icc))
        assert is_near(colour(picture, 0.5, 0.5), (120, 60, 30))
        assert "icc_profile" not in picture.info


def test_the_camera_and_the_place_are_not_told() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of mine"
    source = save(
        Image.open(io.BytesIO(image_file())).convert("RGB"), "JPEG", exif=exif, comment=b"secret", dpi=(300, 300)
    )
    image = make(source)
    assert b"Camera" not in image.content
    assert b"secret" not in image.content
    assert "dpi" not in Image.open(io.BytesIO(image.content)).info


def test_flat_art_becomes_a_png_where_that_is_smaller() -> None:
    art = Image.new("RGB", (1200, 675), "#204060")
    for at in range(0, 1200, 24):
        art.paste((240, 200, 40), (at, 0, at + 12, 675))
    image = make(save(art), LEAD)
    assert image.name.endswith(".png")
    assert image.content[:4] == b"\x89PNG"


def test_noise_is_squeezed_until_it_is_small_or_the_worst_quality_is_reached() -> None:
    noise = Image.effect_noise((1200, 675), 60).convert("RGB")
    assert len(make(save(noise), LEAD).content) < len(save(noise, "JPEG", quality=82, subsampling="4:2:0"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no format that is known"),
        (b"", "no format that is known"),
        (image_file(kind="WEBP")[:2000], "can't be read"),
        (image_file(kind="JPEG")[:5000], "can't be read"),
        (image_file(kind="PNG")[:5000], "can't be read"),
    ],
)
def test_a_broken_file_is_a_content_error(source: bytes, message: str) -> None:
    with pytest.raises(ContentError, match=message):
        make(source)


@pytest.mark.parametrize("size", [(9000, 9000), (10000, 9000), (20000, 20000)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    bomb = save(Image.new("1", size))
    with pytest.raises(ContentError, match="too large"):
        make(bomb)
