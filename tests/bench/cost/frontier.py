"""The frontier of cost and quality that random mixes of given policies reach, and how far a point lies beyond it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Point = tuple[float, float]
"""Dollars and quality."""


def frontier(points: Sequence[Point]) -> list[Point]:
    """The corners of the upper concave hull, from asking nothing on: mixes of two corners beat what is below."""
    corners: list[Point] = [(0.0, 0.0)]
    for cost, quality in sorted(points, key=lambda point: (point[0], -point[1])):
        if corners and quality <= corners[-1][1]:
            continue
        while len(corners) > 1 and _slope(corners[-2], corners[-1]) <= _slope(corners[-2], (cost, quality)):
            corners.pop()
        corners.append((cost, quality))
    return corners


def beyond(point: Point, corners: Sequence[Point]) -> float:
    """The quality of a point less that of the frontier at its cost."""
    costs, qualities = zip(*corners, strict=True)
    return point[1] - float(np.interp(point[0], costs, qualities))


def _slope(start: Point, end: Point) -> float:
    return (end[1] - start[1]) / (end[0] - start[0])
