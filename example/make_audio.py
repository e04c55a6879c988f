"""Plays the two little tunes of the example's podcast: `python make_audio.py folder` writes them as WAV files.

The MP3s are committed; README.md says how they were encoded.
"""

from __future__ import annotations

import math
import sys
import wave
from array import array
from pathlib import Path

RATE = 22_050

#: Notes as (semitones above A4, length in beats); None is a rest. Both tunes stay within a pentatonic scale.
TUNES: dict[str, list[tuple[int | None, float]]] = {
    "yuanfang-radio-011": [(-9, 1), (-5, 1), (-2, 1), (0, 2), (-2, 1), (-5, 2), (None, 1), (-7, 1), (-9, 3)],
    "yuanfang-radio-012": [(-2, 1), (0, 1), (3, 2), (0, 1), (-2, 1), (-5, 2), (-2, 1), (-7, 1), (-9, 4)],
}
BEAT_S = 0.42


def pluck(semitones: int, length_s: float) -> list[float]:
    """Strike one note of a music box: three partials that die away, the higher the quicker."""
    pitch = 440 * 2 ** (semitones / 12)
    partials = ((1, 1.0, 2.6), (2, 0.35, 4.5), (3.98, 0.16, 9.0))
    return [
        sum(level * math.exp(-decay * t) * math.sin(math.tau * pitch * times * t) for times, level, decay in partials)
        for t in (index / RATE for index in range(round(length_s * RATE)))
    ]


def play(tune: list[tuple[int | None, float]]) -> array[int]:
    """Mix a tune's notes, each of which rings for two seconds, and fade the end."""
    total = round((sum(beats for _, beats in tune) * BEAT_S + 1.2) * RATE)
    mixed, place = [0.0] * total, 0.0
    for semitones, beats in tune:
        if semitones is not None:
            start = round(place * RATE)
            for index, value in enumerate(pluck(semitones, 2.0)[: total - start]):
                mixed[start + index] += value
        place += beats * BEAT_S
    loudest = max(abs(value) for value in mixed)
    fade = RATE // 2
    return array("h", (round(v / loudest * 22_000 * min(1, (total - i) / fade)) for i, v in enumerate(mixed)))


def main() -> None:
    """Write each tune as mono 16-bit WAV into the folder that was named."""
    folder = Path(sys.argv[1])
    for name, tune in TUNES.items():
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            samples = play(tune)
            if sys.byteorder == "big":
                samples.byteswap()
            file.writeframes(samples.tobytes())


if __name__ == "__main__":
    main()
