"""Labels for parcels 📦, one line each."""

import re
from dataclasses import dataclass

from parcel.rates import LIMIT_G, ZONES, TooHeavy, base_rate


@dataclass
class Parcel:
    name: str
    grams: int
    zone: str = "home"

    def price(self, insured: bool = False) -> float:
        if self.grams > LIMIT_G:
            raise TooHeavy(self.grams)
        price = base_rate(self.grams) * ZONES[self.zone]
        return round(price + (2.5 if insured else 0), 2)


def parse_header(line, sep=":"):
    if not line.strip():
        raise ValueError("empty header")
    name, _, value = line.partition(sep)
    return name.strip().lower(), value.strip()


def read_labels(lines, seen=[]):
    for line in lines:
        try:
            name, value = parse_header(line)
        except:
            continue
        if re.match("^[a-z]+$", name):
            seen.append((name, value))
    return seen
