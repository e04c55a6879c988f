"""Draws every picture of the example site: `python make_media.py` (needs Pillow, nothing else).

The pictures are committed, so nobody has to run this. They are made by code because a demo should own all that it
shows. Each scene has its own seed: a second run draws the same hills.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

from landscape import (
    SCALE,
    Color,
    Sun,
    Woods,
    birds,
    cabin,
    clouds,
    fill_below,
    glitter,
    glow,
    gradient,
    mix,
    pines,
    ranges,
    rgb,
    ridge,
    shine,
    stars,
)

HERE = Path(__file__).parent
POSTS = HERE / "static" / "images" / "posts"


# --- scenes --------------------------------------------------------------------------------------------------------


def dusk(size: tuple[int, int]) -> Image.Image:
    """Dusk over violet ranges, a hut with its lamp lit."""
    rng = random.Random(128)
    picture = gradient(size, [rgb(c) for c in ("#1f2a52", "#433f70", "#865c82", "#d28b7d", "#f4c08e")])
    clouds(picture, rng, rgb("#f2b79a"), 0.3, 0.42)
    shine(picture, Sun(0.36, 0.47, 0.062, rgb("#fff0cf"), rgb("#ffbf8c"), 0.46))
    tones = [rgb(c) for c in ("#ac738b", "#865777", "#614263", "#3f3052", "#211f3a")]
    woods = {3: Woods(44, 0.05), 4: Woods(80, 0.09)}
    lines = ranges(picture, rng, tones, rgb("#e2a189"), woods=woods)
    x, y = lines[3][int(len(lines[3]) * 0.735)]
    cabin(picture, (x, y - size[1] * 0.008), size[1] * 0.024, rgb("#221d38"), rgb("#ffd88c"))
    return picture


def morning(size: tuple[int, int]) -> Image.Image:
    """A pale morning over blue ranges."""
    rng = random.Random(62)
    picture = gradient(size, [rgb(c) for c in ("#6ea2cf", "#9dc3de", "#c9dde6", "#f3e6d4", "#f8e4c8")])
    clouds(picture, rng, rgb("#ffffff"), 0.22, 0.55)
    shine(picture, Sun(0.69, 0.43, 0.05, rgb("#fffaf0"), rgb("#fff0d2"), 0.5))
    tones = [rgb(c) for c in ("#a9c0d2", "#86a3bd", "#6484a2", "#456589", "#294364")]
    ranges(picture, rng, tones, rgb("#eef1ee"), woods={3: Woods(30, 0.04), 4: Woods(75, 0.08)})
    birds(picture, rng, (0.3, 0.27), 9, rgb("#4d6a87"))
    return picture


def valley(size: tuple[int, int]) -> Image.Image:
    """A lake in a green valley."""
    rng = random.Random(33)
    width, height = size
    picture = gradient(size, [rgb(c) for c in ("#86bfc0", "#b3d8c4", "#e3e9c2", "#fdebb8")])
    clouds(picture, rng, rgb("#fffbe8"), 0.2, 0.6)
    sun = Sun(0.53, 0.4, 0.052, rgb("#fffbe6"), rgb("#fff2b8"), 0.6)
    shine(picture, sun)
    ranges(
        picture,
        rng,
        [rgb(c) for c in ("#a6cbaa", "#7db18e", "#55937a", "#34725f")],
        rgb("#f0efc0"),
        top=0.52,
        bottom=0.7,
    )
    birds(picture, rng, (0.3, 0.3), 6, rgb("#4f8a7c"))
    lake = gradient((width, round(height * 0.24)), [rgb(c) for c in ("#c6dcb0", "#7fb39a", "#3f8077", "#1f5a59")])
    picture.paste(lake, (0, round(height * 0.77)))
    glitter(picture, rng, sun.x, 0.775, rgb("#fff8d8"), 0.05)
    for side, color in ((-1, rgb("#22574a")), (1, rgb("#153f39"))):
        flat = ridge(rng, width, height * 1.0, height * 0.04, 0.45)
        bank = [
            (x, y - max(side * (x / width - 0.5) + 0.12, 0) ** 1.7 * height * 0.85 + height * 0.02) for x, y in flat
        ]
        steep = [point for point in bank if side * (point[0] / width - 0.5) > 0.08]
        pines(picture, rng, steep, color, 55, height * 0.1)
        fill_below(picture, bank, color, mix(color, rgb("#0d2a27"), 0.6))
    return picture


def night_sea(size: tuple[int, int]) -> Image.Image:
    """The Pacific from a night train: moon, stars, headlands."""
    rng = random.Random(12)
    width, height = size
    picture = gradient(size, [rgb(c) for c in ("#0b1430", "#142349", "#27406b", "#4a6890", "#7f97ac")])
    stars(picture, rng, 420, 0.55)
    moon = Sun(0.63, 0.3, 0.05, rgb("#fdf6e0"), rgb("#c9d6e6"), 0.5, 0.55)
    shine(picture, moon)
    horizon = 0.6
    sea = gradient(
        (width, round(height * (1 - horizon)) + 1), [rgb(c) for c in ("#6d88a2", "#2f4f77", "#142a4e", "#0a1730")]
    )
    picture.paste(sea, (0, round(height * horizon)))
    glitter(picture, rng, moon.x, horizon, rgb("#f6efd8"), 0.055)
    for base, reach, tone in ((0.6, 0.42, "#40597e"), (0.63, 0.34, "#263d63"), (0.7, 0.25, "#15264a")):
        land = ridge(rng, width, 0, height * 0.075, 0.48)
        shore = [
            (x, height * base + min(y - height * 0.12 + (x / width / reach) ** 2.4 * height * 0.24, 0)) for x, y in land
        ]
        cut = [(x, y) for x, y in shore if y < height * base] or shore[:2]
        ImageDraw.Draw(picture).polygon([(-3, height * base), *cut, (cut[-1][0] + 8, height * base)], fill=rgb(tone))
    near = ridge(rng, width, height * 0.985, height * 0.045, 0.5)
    pines(picture, rng, near, rgb("#081126"), 40, height * 0.09)
    fill_below(picture, near, rgb("#081126"), rgb("#050b1a"))
    return picture


def city(size: tuple[int, int]) -> Image.Image:
    """A city that nobody has been to: towers, domes and bridges in the haze."""
    rng = random.Random(55)
    width, height = size
    picture = gradient(size, [rgb(c) for c in ("#123c46", "#2a6166", "#5f9485", "#b9bd8f", "#f3d79c")])
    shine(picture, Sun(0.6, 0.52, 0.085, rgb("#fff3cd"), rgb("#ffe0a0"), 0.7))
    clouds(picture, rng, rgb("#d8d3a0"), 0.34, 0.4)
    tones = [rgb(c) for c in ("#9db092", "#6d9484", "#437370", "#235156", "#0f333c")]
    for index, tone in enumerate(tones):
        skyline(picture, rng, height * (0.66 + index * 0.075), tone, index)
    birds(picture, rng, (0.3, 0.3), 7, rgb("#1d4a50"))
    return picture


def skyline(picture: Image.Image, rng: random.Random, base: float, tone: Color, depth: int) -> None:
    """Build one row of the city; nearer rows are larger and have lamps."""
    width, height = picture.size
    layer = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(layer)
    draw.rectangle((0, base, width, height), fill=255)
    lamps: list[tuple[float, float, float]] = []
    x, unit = -rng.uniform(0, 0.04) * width, width * (0.013 + 0.006 * depth)
    while x < width:
        wide = unit * rng.uniform(0.8, 2.1)
        tall = height * (0.05 + 0.03 * depth) * rng.uniform(0.35, 1.75)
        building(
            draw,
            rng,
            (x, base - tall, x + wide, base + 4),
            rng.choice(("flat", "flat", "spire", "dome", "gable", "stilts")),
        )
        if depth >= 2:
            lamps += [
                (x + wide * rng.uniform(0.2, 0.8), base - tall * rng.uniform(0.08, 0.8), unit * 0.055)
                for _ in range(rng.randint(0, 3))
            ]
        x += wide + unit * rng.choice((0.0, 0.05, 0.35, 0.9))
    body = gradient(picture.size, [tone, tone, mix(tone, rgb("#f0d9a0"), 0.16 if depth < 4 else 0)])
    picture.paste(body, (0, 0), layer)
    light = ImageDraw.Draw(picture)
    for lx, ly, r in lamps:
        light.rectangle((lx - r, ly - r * 1.5, lx + r, ly + r * 1.5), fill=mix(tone, rgb("#ffe3a3"), 0.8))


def building(draw: ImageDraw.ImageDraw, rng: random.Random, box: tuple[float, float, float, float], roof: str) -> None:
    """Build one house under one of five roofs, or on stilts."""
    left, top, right, bottom = box
    middle, wide = (left + right) / 2, right - left
    if roof == "stilts":
        floor = max(top + (bottom - top) * 0.5, top + wide * 0.6)
        for leg in (0.12, 0.5, 0.88):
            draw.line((left + wide * leg, floor, left + wide * leg, bottom), fill=255, width=max(round(wide * 0.05), 2))
        draw.rectangle((left, top + wide * 0.3, right, floor), fill=255)
        draw.polygon(
            [
                (left - wide * 0.12, top + wide * 0.32),
                (middle, top - wide * 0.1),
                (right + wide * 0.12, top + wide * 0.32),
            ],
            fill=255,
        )
        return
    draw.rectangle(box, fill=255)
    if roof == "spire":
        draw.polygon([(left, top + 1), (middle, top - wide * rng.uniform(1.2, 2.4)), (right, top + 1)], fill=255)
    elif roof == "gable":
        draw.polygon([(left, top + 1), (middle, top - wide * 0.5), (right, top + 1)], fill=255)
    elif roof == "dome":
        draw.pieslice((left, top - wide / 2, right, top + wide / 2), 180, 360, fill=255)
        draw.line((middle, top - wide * 0.85, middle, top), fill=255, width=max(round(wide * 0.05), 2))


def forest_path(size: tuple[int, int]) -> Image.Image:
    """An upright picture: one high peak, mist, and pines in the foreground."""
    rng = random.Random(7)
    width, height = size
    picture = gradient(size, [rgb(c) for c in ("#f3c9a5", "#f6dcc0", "#f7e9d6", "#dfe3da")])
    shine(picture, Sun(0.31, 0.24, 0.05, rgb("#fffaf0"), rgb("#fff1d6"), 0.36))
    peak = ridge(rng, width, height * 0.53, height * 0.03, 0.5)
    high = [(x, y - height * 0.24 * math.exp(-(abs((x / width - 0.64) / 0.22) ** 1.35))) for x, y in peak]
    fill_below(picture, high, rgb("#b5a3a4"), rgb("#ece2d4"))
    tones = [rgb(c) for c in ("#a3a5a0", "#7f918c", "#5b7874", "#3a5a5a", "#203f44")]
    woods = {2: Woods(50, 0.04), 3: Woods(60, 0.075), 4: Woods(60, 0.13)}
    ranges(picture, rng, tones, rgb("#efe6d6"), top=0.58, bottom=0.95, woods=woods)
    birds(picture, rng, (0.3, 0.36), 6, rgb("#7d7470"))
    return picture


def platform(size: tuple[int, int]) -> Image.Image:
    """A small station by the sea before dawn; a lamp, a bench, a clock."""
    rng = random.Random(98)
    width, height = size
    picture = gradient(size, [rgb(c) for c in ("#2b3c66", "#5d6590", "#a98f9f", "#eab795")])
    stars(picture, rng, 90, 0.3)
    sea = gradient((width, round(height * 0.4)), [rgb(c) for c in ("#d9a994", "#7f7f9b", "#414f77")])
    picture.paste(sea, (0, round(height * 0.6)))
    glow(picture, (width * 0.24, height * 0.6), height * 0.4, rgb("#ffd9a6"), 0.7)
    glitter(picture, rng, 0.24, 0.6, rgb("#ffe9c4"), 0.05)
    dark = rgb("#1c2340")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 0.84, width, height), fill=dark)
    draw.rectangle((0, height * 0.84, width, height * 0.849), fill=rgb("#d7b48a"))
    draw.polygon(
        [
            (width * 0.5, height * 0.37),
            (width * 0.97, height * 0.33),
            (width * 0.97, height * 0.36),
            (width * 0.5, height * 0.395),
        ],
        fill=dark,
    )
    for post in (0.56, 0.9):
        draw.rectangle((width * post, height * 0.36, width * (post + 0.009), height * 0.85), fill=dark)
    seat = height * 0.755
    draw.rectangle((width * 0.65, seat, width * 0.82, seat + height * 0.016), fill=dark)
    draw.rectangle((width * 0.65, seat - height * 0.075, width * 0.82, seat - height * 0.055), fill=dark)
    for leg in (0.66, 0.805):
        draw.rectangle((width * leg, seat - height * 0.07, width * (leg + 0.006), height * 0.85), fill=dark)
    clock(picture, (width * 0.735, height * 0.45), height * 0.042)
    return picture


def clock(picture: Image.Image, at: tuple[float, float], radius: float) -> None:
    """Hang a station clock: ten past five."""
    draw = ImageDraw.Draw(picture)
    x, y = at
    draw.line((x, y - radius * 2.2, x, y), fill=rgb("#1c2340"), width=round(radius * 0.12))
    glow(picture, at, radius * 4, rgb("#ffe6b0"), 0.4)
    draw.ellipse(
        (x - radius, y - radius, x + radius, y + radius),
        fill=rgb("#fff3d6"),
        outline=rgb("#1c2340"),
        width=round(radius * 0.12),
    )
    for turn, reach in ((5.17 / 12, 0.5), (10 / 60, 0.74)):
        tip = x + radius * reach * math.sin(turn * math.tau), y - radius * reach * math.cos(turn * math.tau)
        draw.line((x, y, *tip), fill=rgb("#1c2340"), width=round(radius * 0.1))


def compass(size: tuple[int, int]) -> Image.Image:
    """A compass on nothing: a PNG with transparency."""
    width, height = size
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    x, y, r = width / 2, height / 2, height * 0.46
    for share, color in ((1.0, "#7a4a2b"), (0.955, "#c98f52"), (0.9, "#f6ecd6"), (0.76, "#e9dabb"), (0.745, "#f6ecd6")):
        draw.ellipse((x - r * share, y - r * share, x + r * share, y + r * share), fill=(*rgb(color), 255))
    for degree in range(0, 360, 6):
        long = 0.1 if degree % 90 == 0 else 0.065 if degree % 30 == 0 else 0.035
        _spoke(
            draw,
            (x, y),
            degree,
            (r * 0.87, r * (0.87 - long)),
            rgb("#5a4634"),
            r * (0.014 if degree % 30 == 0 else 0.007),
        )
    for degree in range(45, 405, 90):
        _blade(draw, (x, y), degree, r * 0.46, r * 0.1, (rgb("#cdb993"), rgb("#b79f74")))
    for degree in range(0, 360, 90):
        _blade(draw, (x, y), degree, r * 0.66, r * 0.13, (rgb("#8f7a58"), rgb("#6f5b3f")))
    _blade(draw, (x, y), -5, r * 0.72, r * 0.085, (rgb("#d1543a"), rgb("#a63a1e")))
    _blade(draw, (x, y), 175, r * 0.72, r * 0.085, (rgb("#42536b"), rgb("#2b3a4f")))
    draw.ellipse((x - r * 0.07, y - r * 0.07, x + r * 0.07, y + r * 0.07), fill=(*rgb("#c98f52"), 255))
    draw.ellipse((x - r * 0.03, y - r * 0.03, x + r * 0.03, y + r * 0.03), fill=(*rgb("#5a4634"), 255))
    return picture


def _turn(centre: tuple[float, float], degree: float, distance: float) -> tuple[float, float]:
    angle = math.radians(degree)
    return centre[0] + distance * math.sin(angle), centre[1] - distance * math.cos(angle)


def _spoke(
    draw: ImageDraw.ImageDraw,
    centre: tuple[float, float],
    degree: float,
    reach: tuple[float, float],
    color: Color,
    thick: float,
) -> None:
    draw.line(
        (*_turn(centre, degree, reach[0]), *_turn(centre, degree, reach[1])), fill=(*color, 255), width=round(thick)
    )


def _blade(
    draw: ImageDraw.ImageDraw,
    centre: tuple[float, float],
    degree: float,
    long: float,
    half: float,
    colors: tuple[Color, Color],
) -> None:
    tip = _turn(centre, degree, long)
    for side, color in zip((-90, 90), colors, strict=True):
        draw.polygon([centre, _turn(centre, degree + side, half), tip], fill=(*color, 255))


def cover(size: tuple[int, int]) -> Image.Image:
    """The podcast's cover: a signal going out over the hills."""
    rng = random.Random(1986)
    width, height = size
    picture = gradient(size, [rgb(c) for c in ("#182449", "#3c3c6c", "#8b5e7d", "#dd9778", "#f6c88f")])
    stars(picture, rng, 130, 0.35)
    centre = width * 0.5, height * 0.5
    glow(picture, centre, height * 0.6, rgb("#ffcf94"), 0.8)
    draw = ImageDraw.Draw(picture)
    for ring, strength in ((0.2, 0.75), (0.285, 0.5), (0.37, 0.3), (0.455, 0.16)):
        arc = Image.new("L", size, 0)
        r = ring * width
        ImageDraw.Draw(arc).ellipse(
            (centre[0] - r, centre[1] - r, centre[0] + r, centre[1] + r),
            outline=round(255 * strength),
            width=round(width * 0.012),
        )
        picture.paste(Image.new("RGB", size, rgb("#fff0d0")), (0, 0), arc)
    r = width * 0.115
    draw.ellipse((centre[0] - r, centre[1] - r, centre[0] + r, centre[1] + r), fill=rgb("#fff3d4"))
    tones = [rgb(c) for c in ("#a06a85", "#7a4f74", "#563c62", "#35294c", "#1c1b36")]
    ranges(picture, rng, tones, rgb("#eab08c"), top=0.6, woods={4: Woods(60, 0.08)})
    return picture


# --- files ---------------------------------------------------------------------------------------------------------

Scene = Callable[[tuple[int, int]], Image.Image]

#: File, scene, size, and how it is written.
PICTURES: tuple[tuple[Path, Scene, tuple[int, int], dict[str, object]], ...] = (
    (POSTS / "20261007-mountain-hut.webp", dusk, (1600, 900), {"quality": 82, "method": 6}),
    (POSTS / "20261006-sea-of-clouds.webp", morning, (1600, 900), {"quality": 82, "method": 6}),
    (POSTS / "20261005-invisible-city.webp", city, (1600, 900), {"quality": 82, "method": 6}),
    (POSTS / "20261003-night-train.webp", night_sea, (1600, 900), {"quality": 82, "method": 6}),
    (POSTS / "20261001-green-valley.webp", valley, (1600, 900), {"quality": 82, "method": 6}),
    (POSTS / "20260928-compass.png", compass, (640, 640), {"optimize": True}),
    (POSTS / "20260915-forest-path.webp", forest_path, (900, 1350), {"quality": 82, "method": 6}),
    (HERE / "content/posts/20261003-night-train/platform.webp", platform, (1600, 900), {"quality": 82, "method": 6}),
    (HERE / "static/images/cover.jpg", cover, (1500, 1500), {"quality": 86, "optimize": True, "progressive": True}),
)


def main() -> None:
    """Draw all of them."""
    for path, scene, (width, height), options in PICTURES:
        path.parent.mkdir(parents=True, exist_ok=True)
        large = scene((width * SCALE, height * SCALE))
        large.resize((width, height), Image.Resampling.LANCZOS).save(path, **options)
        print(f"{path.relative_to(HERE)}  {width}x{height}  {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
