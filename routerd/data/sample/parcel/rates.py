"""Postal rates by weight and zone."""

ZONES = {"home": 1.0, "near": 1.6, "far": 2.9}
LIMIT_G = 31_500


class TooHeavy(ValueError):
    def __init__(self, grams: int) -> None:
        super().__init__(f"{grams} g is over the limit of {LIMIT_G} g")
        self.grams = grams


def base_rate(grams: int) -> float:
    """Price of a parcel before the zone's factor, in euros.

    >>> base_rate(400)
    3.5
    >>> base_rate(2_400)
    5.9
    """
    if grams <= 500:
        return 3.5
    return round(3.5 + 1.2 * -(-(grams - 500) // 1_000), 2)
