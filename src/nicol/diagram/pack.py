"""Packing: rectangles on a page of usual proportions."""

from __future__ import annotations

import math
from collections.abc import Sequence

_PROPORTION = 1.4
"""Width to height of the page that is aimed at."""


def pack(sizes: Sequence[tuple[float, float]], gap: float) -> list[tuple[float, float]]:
    """The left upper corners of rectangles, none closer to another than the gap; each stands as high as it can."""
    area = sum((width + gap) * (height + gap) for width, height in sizes)
    page = max([math.sqrt(area * _PROPORTION), *(width + gap for width, _ in sizes)])
    skyline = [(0.0, 0.0)]  # from x on, all above y is taken; the last one goes on to the page's right edge
    places: list[tuple[float, float]] = []
    for width, height in sizes:
        x, y = min(_corners(skyline, width + gap, page), key=lambda corner: (corner[1], corner[0]))
        places.append((x, y))
        skyline = _raised(skyline, x, x + width + gap, y + height + gap)
    return places


def _corners(skyline: list[tuple[float, float]], width: float, page: float) -> list[tuple[float, float]]:
    """Where a rectangle may stand: at the beginning of each step of the skyline, below all steps it would reach."""
    corners: list[tuple[float, float]] = []
    for number, (x, top) in enumerate(skyline):
        if x + width > page + 1e-6:
            break
        y = top
        for further, level in skyline[number + 1 :]:
            if further >= x + width - 1e-6:
                break
            y = max(y, level)
        corners.append((x, y))
    return corners


def _raised(
    skyline: list[tuple[float, float]], start: float, end: float, level: float
) -> list[tuple[float, float]]:
    """The skyline after a rectangle was put from start to end."""
    before = [step for step in skyline if step[0] < start - 1e-6]
    after = [step for step in skyline if step[0] > end + 1e-6]
    behind = next(y for x, y in reversed(skyline) if x <= end + 1e-6)
    return [*before, (start, level), (end, behind), *after]
