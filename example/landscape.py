"""What the example's pictures are painted with: skies, suns, ranges, pines, water, huts (Pillow only).

Every function takes its own random numbers, so equal seeds give equal pictures.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

#: Everything is drawn this many times too large and then made smaller, which smooths the edges.
SCALE = 2

Color = tuple[int, int, int]
Line = list[tuple[float, float]]


# --- colours -------------------------------------------------------------------------------------------------------


def rgb(text: str) -> Color:
    """Read "#rrggbb"."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(first: Color, second: Color, share: float) -> Color:
    """Go `share` of the way from the first colour to the second."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))  # type: ignore[return-value]


def along(stops: list[Color], place: float) -> Color:
    """Find the colour at `place` (0 to 1) of an even gradient."""
    steps = len(stops) - 1
    index = min(int(place * steps), steps - 1)
    return mix(stops[index], stops[index + 1], place * steps - index)


def gradient(size: tuple[int, int], stops: list[Color]) -> Image.Image:
    """Fill a picture from top to bottom."""
    width, height = size
    column = Image.new("RGB", (1, height))
    column.putdata([along(stops, y / max(height - 1, 1)) for y in range(height)])
    return column.resize((width, height))


# --- things in a landscape -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sun:
    """A disc in the sky and the light around it; lengths as shares of the picture's height."""

    x: float
    y: float
    radius: float
    disc: Color
    light: Color
    reach: float = 0.5
    strength: float = 0.85


def glow(picture: Image.Image, centre: tuple[float, float], radius: float, color: Color, strength: float) -> None:
    """Lay soft light over the picture: full in the middle, nothing at `radius`."""
    fade = [round(255 * strength * (1 - min(d / 181, 1)) ** 2.2) for d in range(256)]
    mask = Image.radial_gradient("L").point(fade).resize((round(radius * 2 * 1.414),) * 2, Image.Resampling.BICUBIC)
    corner = round(centre[0] - mask.width / 2), round(centre[1] - mask.height / 2)
    picture.paste(Image.new("RGB", mask.size, color), corner, mask)


def shine(picture: Image.Image, sun: Sun) -> None:
    """Put the sun or the moon in the sky."""
    width, height = picture.size
    centre = sun.x * width, sun.y * height
    glow(picture, centre, sun.reach * height, sun.light, sun.strength)
    glow(picture, centre, sun.radius * height * 2.6, sun.disc, 0.75)
    r = sun.radius * height
    ImageDraw.Draw(picture).ellipse((centre[0] - r, centre[1] - r, centre[0] + r, centre[1] + r), fill=sun.disc)


def ridge(rng: random.Random, width: int, base: float, rise: float, grain: float = 0.5) -> Line:
    """Draw the outline of a range: waves of halving length, each `grain` times as high as the one before.

    Half of every wave is |sin|, which makes sharp summits over round valleys; sines alone would make dunes.
    """
    waves = []
    length, weight = width / rng.uniform(1.3, 2.1), 1.0
    while length > 12:
        waves.append((math.tau / length, rng.uniform(0, math.tau), weight))
        length, weight = length / rng.uniform(1.7, 2.2), weight * grain
    total = sum(weight for *_, weight in waves)

    def wave(angle: float) -> float:
        return 0.5 * math.sin(angle) + 0.5 * (1 - 2 * abs(math.sin(angle / 2)))

    return [
        (x, base - rise * sum(weight * wave(x * speed + phase) for speed, phase, weight in waves) / total)
        for x in range(0, width + 3, 3)
    ]


def fill_below(picture: Image.Image, line: Line, top: Color, bottom: Color) -> None:
    """Fill everything under an outline, from `top` at its highest point to `bottom` at the picture's end."""
    width, height = picture.size
    start = max(int(min(y for _, y in line)), 0)
    mask = Image.new("L", picture.size, 0)
    ImageDraw.Draw(mask).polygon([*line, (width + 3, height + 3), (-3, height + 3)], fill=255)
    body = Image.new("RGB", picture.size, bottom)
    body.paste(gradient((width, height - start), [top, mix(top, bottom, 0.75), bottom]), (0, start))
    picture.paste(body, (0, 0), mask)


@dataclass(frozen=True)
class Woods:
    """Pines on the outline of a range: how many, and how high (as a share of the picture's height)."""

    count: int
    height: float


def ranges(
    picture: Image.Image,
    rng: random.Random,
    colors: list[Color],
    mist: Color,
    *,
    top: float = 0.53,
    bottom: float = 0.93,
    woods: dict[int, Woods] | None = None,
) -> list[Line]:
    """Stack ranges from far (hazy, flat) to near (dark, high) and plant `woods` on some; returns the outlines."""
    width, height = picture.size
    lines = []
    for index, color in enumerate(colors):
        near = index / max(len(colors) - 1, 1)
        line = ridge(rng, width, height * (top + (bottom - top) * near), height * (0.1 + 0.05 * near), 0.47)
        if woods and index in woods:
            pines(picture, rng, line, color, woods[index].count, woods[index].height * height)
        fill_below(picture, line, color, mix(color, mist, 0.34 * (1 - near) + 0.05))
        lines.append(line)
    return lines


def stars(picture: Image.Image, rng: random.Random, count: int, down_to: float) -> None:
    """Scatter stars, thinner towards the horizon."""
    width, height = picture.size
    layer = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(layer)
    for _ in range(count):
        x, depth = rng.uniform(0, width), rng.random() ** 1.2
        y, r = depth * height * down_to, rng.choice((0.9, 1.1, 1.4, 1.4, 2.2)) * SCALE * 0.8
        draw.ellipse((x - r, y - r, x + r, y + r), fill=round(rng.uniform(90, 255) * (1 - depth * 0.75)))
    picture.paste(Image.new("RGB", picture.size, (255, 250, 235)), (0, 0), layer)


def birds(picture: Image.Image, rng: random.Random, where: tuple[float, float], count: int, color: Color) -> None:
    """Let a loose flock fly by: each bird is two bent wings."""
    draw = ImageDraw.Draw(picture)
    width, height = picture.size
    for _ in range(count):
        x, y = (where[0] + rng.gauss(0, 0.05)) * width, (where[1] + rng.gauss(0, 0.03)) * height
        wing, lift = rng.uniform(7, 12) * SCALE, rng.uniform(0.25, 0.55)
        for side in (-1, 1):
            over = [(x + side * wing * t, y - wing * lift * math.sin(t * 2.3)) for t in (i / 8 for i in range(9))]
            under = [(px, py + wing * 0.16 * (1 - i / 8)) for i, (px, py) in enumerate(over)]
            draw.polygon([*over, *reversed(under)], fill=color)


def pines(picture: Image.Image, rng: random.Random, line: Line, color: Color, count: int, size: float) -> None:
    """Grow pines on an outline, in groups."""
    draw = ImageDraw.Draw(picture)
    groups = [rng.uniform(0, len(line)) for _ in range(max(count // 9, 1))]
    for _ in range(count):
        place = int(rng.gauss(rng.choice(groups), len(line) * 0.035))
        if not 0 <= place < len(line):
            continue
        x, y = line[place]
        tall = size * rng.uniform(0.5, 1.15)
        for step in range(5):
            top, half = y - tall * (1 - step * 0.17), tall * (0.055 + step * 0.035)
            draw.polygon([(x, top), (x - half, top + tall * 0.33), (x + half, top + tall * 0.33)], fill=color)
        draw.rectangle((x - tall * 0.02, y - tall * 0.1, x + tall * 0.02, y + tall * 0.12), fill=color)


def clouds(picture: Image.Image, rng: random.Random, color: Color, height_share: float, strength: float) -> None:
    """Lay long thin bands of cloud across the sky."""
    width, height = picture.size
    layer = Image.new("L", (width // 4, height // 4), 0)
    draw = ImageDraw.Draw(layer)
    for _ in range(7):
        x, y = rng.uniform(-0.1, 1) * layer.width, rng.gauss(height_share, 0.06) * layer.height
        long, thick = rng.uniform(0.12, 0.42) * layer.width, rng.uniform(0.004, 0.014) * layer.height
        draw.ellipse((x - long / 2, y - thick, x + long / 2, y + thick), fill=round(255 * strength))
    soft = layer.filter(ImageFilter.GaussianBlur(layer.height * 0.009)).resize(picture.size, Image.Resampling.BICUBIC)
    picture.paste(Image.new("RGB", picture.size, color), (0, 0), soft)


def cabin(picture: Image.Image, at: tuple[float, float], size: float, wall: Color, lamp: Color) -> None:
    """Build a mountain hut with light in its windows."""
    x, y = at
    glow(picture, (x, y - size * 0.1), size * 4.2, lamp, 0.5)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((x - size, y - size * 0.6, x + size, y + size * 0.5), fill=wall)
    draw.polygon(
        [(x - size * 1.22, y - size * 0.55), (x, y - size * 1.3), (x + size * 1.22, y - size * 0.55)], fill=wall
    )
    draw.rectangle((x + size * 0.45, y - size * 1.35, x + size * 0.66, y - size * 0.8), fill=wall)
    for left in (-0.62, 0.18):
        draw.rectangle((x + left * size, y - size * 0.32, x + (left + 0.44) * size, y + size * 0.08), fill=lamp)


def glitter(
    picture: Image.Image, rng: random.Random, sun_x: float, horizon: float, color: Color, spread: float
) -> None:
    """Break the light of the sun or the moon on water."""
    width, height = picture.size
    layer = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(layer)
    for _ in range(330):
        depth = rng.random() ** 1.25
        y = (horizon + (1 - horizon) * depth * 0.96 + 0.004) * height
        x = (sun_x + rng.gauss(0, spread * (0.25 + depth))) * width
        long, thick = (5 + 52 * depth) * rng.uniform(0.5, 1.2) * SCALE, (0.7 + 2.1 * depth) * SCALE
        draw.ellipse((x - long, y - thick, x + long, y + thick), fill=round(rng.uniform(60, 215) * (1 - depth * 0.62)))
    picture.paste(Image.new("RGB", picture.size, color), (0, 0), layer)
