"""A post's picture as mails show it: an upright sRGB JPEG (or PNG-8 for flat art), twice the shown size, under 200 KB.

Outlook for Windows draws neither WebP nor AVIF, dark mode shows the matte under transparency, and proxies keep what
a name once meant for ever: so pictures are converted, laid on the card's colour, and named by what they were made from.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from publisher.errors import ContentError
from publisher.model.issue import MailImage

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Goes into every name: count up whenever the recipe below changes what a picture looks like.
_RECIPE = 1
_LIMIT_BYTES = 200_000
_QUALITIES = (82, 76, 70, 62, 54, 46)
#: Decoding takes 4 bytes a pixel and about 20 ms a megapixel; no camera goes beyond.
_LIMIT_PIXELS = 80_000_000
#: More colours than this after scaling, and it is no flat art.
_FLAT_COLOURS = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a picture is cut and scaled for its place in the mail. Ratios are width / height."""

    #: Twice the width in CSS pixels.
    width: int
    #: A picture narrower than this would be blurred or lost: it is refused.
    min_width: int
    #: What is narrower than `narrowest` or wider than `widest` is cut around its centre to `ratio`, or to `widest`.
    ratio: float
    narrowest: float
    widest: float


#: Full width of the card, shown at 600 CSS pixels; portraits become 16:9, panoramas 21:9.
LEAD = Shape(width=1200, min_width=480, ratio=16 / 9, narrowest=4 / 3, widest=21 / 9)
#: Shown at 168 CSS pixels, and at the width of the screen on phones; always 16:9, so that cards line up.
CARD = Shape(width=672, min_width=168, ratio=16 / 9, narrowest=16 / 9, widest=16 / 9)


def make_mail_image(source: bytes, shape: Shape, *, url_base: str, matte: str = "#FFFFFF") -> MailImage:
    """Make the mail's version of a picture.

    source: a file in any format that Pillow reads. url_base: address of the output folder, ending in "/".
    matte: CSS colour laid under transparency: the card's.
    Equal arguments give equal names. Raises ContentError when the file is no picture, or too large or too small.
    """
    scaled = _scale(_flatten(_read(source), matte), shape)
    content, suffix = _encode(scaled)
    name = f"email/{_digest(source, shape, matte)}-{shape.width}.{suffix}"
    return MailImage(name=name, url=url_base + name, width=scaled.width, height=scaled.height, content=content)


def possible_names(source: bytes, shape: Shape, matte: str = "#FFFFFF") -> tuple[str, str]:
    """Tell the names that `make_mail_image` would give, without making the picture: to look whether it is there."""
    stem = f"email/{_digest(source, shape, matte)}-{shape.width}"
    return f"{stem}.jpg", f"{stem}.png"


def _digest(source: bytes, shape: Shape, matte: str) -> str:
    return hashlib.sha256(f"{_RECIPE} {shape} {matte}\n".encode() + source).hexdigest()[:16]


def _read(source: bytes) -> Image.Image:
    """Decode the first frame, upright, after a look at its size alone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(source))
        if image.width * image.height > _LIMIT_PIXELS:
            raise _too_large(f"{image.width} by {image.height} pixels")
        image.load()
        return ImageOps.exif_transpose(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large("over 89 megapixels") from error
    except UnidentifiedImageError as error:
        raise ContentError(
            "the picture can't be read: no format that is known", hint="use JPEG, PNG, WebP, GIF or AVIF"
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what Pillow's many decoders raise on broken files
        raise ContentError(f"the picture can't be read: {error}", hint="save it again; it may be cut short") from error


def _too_large(size: str) -> ContentError:
    return ContentError(f"the picture is too large: {size}", hint="scale it down to 4000 pixels or less")


def _flatten(image: Image.Image, matte: str) -> Image.Image:
    """Make it sRGB without transparency."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16 bit gray; convert("RGB") alone would clip nearly all of it to white
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, matte), image).convert("RGB")
    return _to_srgb(image, profile) if profile else image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert colours; a profile that is broken or for another mode says nothing, and the colours stay."""
    if image.mode not in {"RGB", "L", "CMYK"}:
        image = image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" not in ImageCms.getProfileDescription(source):
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            image = converted or image
    except (ImageCms.PyCMSError, OSError):
        pass
    return image.convert("RGB")


def _scale(image: Image.Image, shape: Shape) -> Image.Image:
    """Cut to the shape's ratio around the centre and scale down, never up."""
    width, height = _cut(image.width, image.height, shape)
    if width < shape.min_width:
        raise ContentError(
            f"the picture is too small: {image.width} by {image.height} pixels",
            hint=f"use one at least {shape.width} pixels wide",
        )
    left, top = (image.width - width) / 2, (image.height - height) / 2
    target = min(shape.width, round(width))
    size = (target, max(1, round(target * height / width)))
    box = (left, top, left + width, top + height)
    scaled = image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3)
    scaled.info.clear()  # else a comment or profile would be written into the new file
    return scaled


def _cut(width: int, height: int, shape: Shape) -> tuple[float, float]:
    ratio = width / height
    if ratio < shape.narrowest:
        return width, width / shape.ratio
    if ratio > shape.widest:
        return height * shape.widest, height
    return width, height


def _encode(image: Image.Image) -> tuple[bytes, str]:
    """Write the smaller of JPEG and, for flat art, PNG-8. Returns the file and its suffix."""
    jpeg = next(file for file, last in _jpegs(image) if last or len(file) <= _LIMIT_BYTES)
    if image.getcolors(_FLAT_COLOURS):
        png = _save(image.quantize(256, dither=Image.Dither.NONE), "PNG", optimize=True)
        if len(png) < len(jpeg):
            return png, "png"
    return jpeg, "jpg"


def _jpegs(image: Image.Image) -> Iterator[tuple[bytes, bool]]:
    """Encode at falling quality; says with each file whether it is the last."""
    for quality in _QUALITIES:
        file = _save(image, "JPEG", quality=quality, progressive=True, optimize=True, subsampling="4:2:0")
        yield file, quality == _QUALITIES[-1]


def _save(image: Image.Image, kind: str, **options: int | str) -> bytes:
    """Encode without metadata: no place, no camera, no density (Outlook for Windows scales by it)."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
