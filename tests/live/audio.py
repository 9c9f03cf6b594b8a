"""What the peers say to each other: a tone that swells, the same four times a second.

A short period keeps captures of it small once they are compressed.
"""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TONE_HZ = 400
SWELLS_HZ = 4
AMPLITUDE = 0.4
SEGMENT_ENDS = np.array([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF])
"""The largest 13-bit magnitude of each of the eight segments (ITU-T G.711)."""


def write_wav(path: Path, *, rate_hz: int, channels: int, duration_s: int) -> Path:
    """Write the tone as 16-bit PCM."""
    samples = np.tile(_tone(rate_hz), duration_s)
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, 2, rate_hz, 0, "NONE", "NONE"))
        file.writeframes(np.repeat(samples, channels).tobytes())
    return path


def write_alaw(path: Path) -> Path:
    """Write one second of the tone as raw G.711 A-law."""
    path.write_bytes(alaw(_tone(8000)).tobytes())
    return path


def alaw(samples: NDArray[np.int16]) -> NDArray[np.uint8]:
    """Compress 16-bit samples by the A-law (ITU-T G.711 table 1)."""
    linear = samples.astype(np.int32) >> 3
    magnitude = np.where(linear < 0, -linear - 1, linear)
    segment = np.searchsorted(SEGMENT_ENDS, magnitude)
    step = (magnitude >> np.maximum(segment, 1)) & 15
    inversion = np.where(linear < 0, 0x55, 0xD5)
    return ((segment << 4 | step) ^ inversion).astype(np.uint8)


def _tone(rate_hz: int) -> NDArray[np.int16]:
    """Make one second of the tone."""
    time_s = np.arange(rate_hz) / rate_hz
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * SWELLS_HZ * time_s)
    samples = AMPLITUDE * 32767 * swell * np.sin(2 * np.pi * TONE_HZ * time_s)
    return samples.astype(np.int16)
