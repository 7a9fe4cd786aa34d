"""The traffic of the invented agreement: its counting points and what they would have counted. Nothing here is measured.

The points lie in the open sea, so that nobody takes them for real ones. Their working areas stand in the agreement's YAML too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.period import Month
from domain.rows import Point, PointMonth

SEED = 20261122
FIRST, LAST = Month(2016, 1), Month(2026, 6)
N_MONTHS = LAST.number - FIRST.number + 1
Numbers = NDArray[np.float64]

# Municipality: name, and the middle of its points in degrees north and east.
TOWNS = {
    "F01": ("Fjordby", 61.00, 3.50),
    "F02": ("Lindvåg", 61.13, 3.56),
    "F03": ("Austmark", 60.88, 3.60),
    "F04": ("Solsund", 61.03, 3.24),
    "F05": ("Granøy", 60.94, 3.08),
}
# Point | name | road | municipality | working area | light vehicles a day in 2018 | part in a change | first month if not FIRST.
# The number in its id seeds a point's own random stream, so that a new point leaves the others as they are.
SITES = """
FJ001 | Fjordby torg            | Fv 901  | F01 | sentrum | 14800 | core    |
FJ002 | Bryggekaien             | Fv 901  | F01 | sentrum | 16900 | core    |
FJ003 | Klokkergata             | Kv 1210 | F01 | sentrum |  6100 | core    |
FJ004 | Tårnbakken              | Kv 1214 | F01 | sentrum |  4300 | core    |
FJ005 | Kjernetunnelen vest     | Rv 901  | F01 | sentrum | 24500 |         |
FJ006 | Kjernetunnelen øst      | Rv 901  | F01 | sentrum | 23800 |         |
FJ007 | Smedjebrua              | Rv 901  | F01 | sentrum | 21300 | core    |
FJ008 | Seilskutekaia           | Fv 902  | F01 | sentrum |  9700 | core    |
FJ009 | Møllebekken             | Fv 903  | F01 | sentrum | 11200 |         |
FJ010 | Lyktegata               | Kv 1222 | F01 | sentrum |  3900 | core    |
FJ011 | Nykaia                  | Rv 901  | F01 | sentrum | 18600 |         |
FJ012 | Fjordby stasjon         | Kv 1230 | F01 | sentrum |  5200 | core    | 2021-02
FJ013 | Nordlia bru             | E99     | F01 | nord    | 27200 |         |
FJ014 | Skiferbrotet            | E99     | F01 | nord    | 25900 |         |
FJ015 | Havrebakken             | Fv 911  | F01 | nord    |  9300 |         |
FJ016 | Øvre Nordlia            | Fv 912  | F01 | nord    |  6800 |         |
FJ017 | Tjernsvingen            | Kv 1301 | F01 | nord    |  3600 |         |
FJ018 | Lindvåg sentrum         | Fv 914  | F02 | nord    |  8400 |         |
FJ019 | Lindvågbrua             | E99     | F02 | nord    | 17600 |         |
FJ020 | Kvernholtet             | E99     | F02 | nord    | 14200 |         |
FJ021 | Ospelund                | Fv 915  | F02 | nord    |  5100 |         |
FJ022 | Ytre Lindvåg            | Fv 915  | F02 | nord    |  2700 |         |
FJ023 | Lindvåg skole           | Kv 2104 | F02 | nord    |  2200 |         |
FJ024 | Brattheia               | Fv 916  | F02 | nord    |  3300 |         |
FJ025 | Nordre Kvern            | Fv 914  | F02 | nord    |  4600 |         |
FJ026 | Lindvåg næringspark     | Kv 2110 | F02 | nord    |  2900 |         | 2019-09
FJ027 | Søndre port             | E99     | F01 | sor     | 31400 |         |
FJ028 | Kringsjåkrysset         | E99     | F01 | sor     | 29600 |         |
FJ029 | Sagbruksveien           | Fv 921  | F01 | sor     | 12700 | line    |
FJ030 | Trikkesløyfa            | Fv 921  | F01 | sor     | 10900 | line    |
FJ031 | Lauvhagen               | Fv 922  | F01 | sor     |  8100 | line    |
FJ032 | Eplehagen               | Kv 1405 | F01 | sor     |  4700 | line    |
FJ033 | Austmark kirke          | Fv 924  | F03 | sor     |  7300 |         |
FJ034 | Austmarkhøgda           | E99     | F03 | sor     | 15800 |         |
FJ035 | Grenseskaret            | E99     | F03 | sor     |  9900 |         |
FJ036 | Tømmerlunden            | Fv 925  | F03 | sor     |  4200 |         |
FJ037 | Søre Austmark           | Fv 926  | F03 | sor     |  3100 |         |
FJ038 | Austmark stadion        | Kv 3102 | F03 | sor     |  2600 |         |
FJ039 | Bekkefaret              | Fv 924  | F03 | sor     |  5900 |         |
FJ040 | Myrtjern                | Rv 902  | F03 | sor     |  8800 |         |
FJ041 | Østre Myrtjern          | Rv 902  | F03 | sor     |  7400 |         |
FJ042 | Vestre port             | Rv 903  | F01 | vest    | 22900 | feeder  |
FJ043 | Gamle Strandvei øst     | Fv 931  | F01 | vest    |  7200 | old     |
FJ044 | Gamle Strandvei vest    | Fv 931  | F01 | vest    |  6600 | old     |
FJ045 | Neset                   | Fv 932  | F01 | vest    |  6300 |         |
FJ046 | Skjærgårdsveien         | Kv 1508 | F01 | vest    |  3800 |         |
FJ047 | Hvalryggtunnelen øst    | Rv 903  | F01 | vest    |  2300 | new     | 2022-11
FJ048 | Solsund ferjekai        | Fv 931  | F04 | vest    |  5700 | old     |
FJ049 | Solsund torg            | Fv 931  | F04 | vest    |  6100 | old     |
FJ050 | Hvalryggtunnelen vest   | Rv 903  | F04 | vest    |  2100 | new     | 2022-11
FJ051 | Solsundbrua             | Rv 903  | F04 | vest    | 12300 | feeder  |
FJ052 | Ytre Solsund            | Fv 934  | F04 | vest    |  3500 |         |
FJ053 | Solsund skole           | Kv 4101 | F04 | vest    |  2400 |         |
FJ054 | Tangvika                | Fv 935  | F04 | vest    |  4400 |         |
FJ055 | Granøybrua              | Rv 903  | F05 | vest    |  9600 | feeder  |
FJ056 | Granøy sentrum          | Fv 937  | F05 | vest    |  5400 |         |
FJ057 | Nordre Granøy           | Fv 938  | F05 | vest    |  2300 |         |
FJ058 | Fyrveien                | Fv 938  | F05 | vest    |  1400 |         |
FJ059 | Sildekaia               | Kv 5103 | F05 | vest    |  1900 |         |
FJ060 | Granøy industrihavn     | Kv 5110 | F05 | vest    |  1700 |         | 2024-05
"""
# The common level in the middle of each year, 2018 = 100.
LEVELS = {2016: 98.3, 2017: 99.3, 2018: 100.0, 2019: 100.6, 2020: 100.3, 2021: 99.4, 2022: 98.6, 2023: 98.9, 2024: 100.2,
          2025: 101.9, 2026: 102.7}  # fmt: skip
SEASON = np.array([0.93, 0.96, 0.99, 0.98, 1.03, 1.05, 0.94, 1.01, 1.04, 1.02, 1.01, 0.96])
# From month, to month, what was left of the traffic.
PANDEMIC = (
    ("2020-03", "2020-05", 0.76),
    ("2020-06", "2020-10", 0.95),
    ("2020-11", "2021-05", 0.86),
    ("2021-06", "2021-12", 0.97),
)
# From month, the part that it touches, what is left of the traffic there: toll ring, new road (twice), light rail.
LASTING = (("2024-02", "core", 1.025), ("2022-11", "old", 0.75), ("2022-11", "feeder", 1.04), ("2023-08", "line", 0.96))
OUTAGES_PER_POINT = 1.8


@dataclass(frozen=True, slots=True)
class Site:
    """One line of SITES; `first` is the place of its first month in the arrays."""

    point_id: str
    name: str
    road: str
    municipality_code: str
    working_area_id: str
    daily_2018: int
    part: str
    first: int


def generate(seed: int = SEED) -> tuple[tuple[Point, ...], tuple[PointMonth, ...]]:
    """All points and, in order of point and month, every month that they have a row for. The same seed gives the same rows."""
    weather = _stream(seed, 0).normal(0, 0.006, N_MONTHS)
    streams = {site: _stream(seed, int(site.point_id[2:])) for site in _sites()}
    points = tuple(_point(site, stream) for site, stream in streams.items())
    return points, tuple(row for site, stream in streams.items() for row in _point_months(site, weather, stream))


def _sites() -> Iterator[Site]:
    for line in SITES.strip().splitlines():
        point_id, name, road, municipality, area, daily, part, first = (cell.strip() for cell in line.split("|"))
        yield Site(point_id, name, road, municipality, area, int(daily), part, _place(first) if first else 0)


def _stream(seed: int, number: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(number,))))


def _place(month: str) -> int:
    """The place of a month in the arrays."""
    return Month.parse(month).number - FIRST.number


def _point(site: Site, stream: np.random.Generator) -> Point:
    town, latitude, longitude = TOWNS[site.municipality_code]
    north, east = stream.uniform(-1, 1, 2).tolist()
    return Point(
        site.point_id, site.name, site.road, site.road[0], town, site.municipality_code, site.working_area_id,
        round(latitude + 0.03 * north, 4), round(longitude + 0.06 * east, 4),
    )  # fmt: skip


def _traffic(site: Site, weather: Numbers, stream: np.random.Generator) -> Numbers:
    """What would have passed in each month: level, season and changes, with a drift and a scatter of the point's own."""
    years = FIRST.year + (np.arange(N_MONTHS) + 0.5) / 12
    level = np.interp(years, [year + 0.5 for year in LEVELS], [part / 100 for part in LEVELS.values()])
    season = 1 + (SEASON[np.arange(N_MONTHS) % 12] - 1) * stream.uniform(0.5, 1.5)
    drift = stream.normal(0, 0.006) * (years - 2018.5) + np.cumsum(stream.normal(0, 0.003, N_MONTHS))
    drift -= drift[_place("2018-01") : _place("2019-01")].mean()
    scatter = stream.normal(0, 0.012, N_MONTHS)
    return site.daily_2018 * level * season * _changes(site.part, stream.uniform(0.8, 1.2)) * np.exp(drift + scatter + weather)


def _changes(part: str, strength: float) -> Numbers:
    """What the pandemic, felt with the given strength, and the lasting changes left of the traffic in each month."""
    left = np.ones(N_MONTHS)
    for first, last, remaining in PANDEMIC:
        left[_place(first) : _place(last) + 1] *= remaining**strength
    for first, touched, remaining in LASTING:
        if part == touched:
            left[_place(first) :] *= remaining
    return left


def _point_months(site: Site, weather: Numbers, stream: np.random.Generator) -> Iterator[PointMonth]:
    """The rows of one point, faults and all. Before its renewal a counter reports no quality, and that counts as 100."""
    traffic = _traffic(site, weather, stream)
    # Medians of 99.8 and 99.9, a little under what the official workbooks show.
    coverage = np.clip(100 - stream.exponential(np.where(stream.random(N_MONTHS) < 0.06, 12.0, 0.3)), 0, 100)
    quality = 100 - stream.exponential(0.15, N_MONTHS)
    renewed = stream.integers(_place("2017-01"), _place("2020-01"))
    coverage[:renewed] = quality[:renewed] = 100
    has_row = np.arange(N_MONTHS) >= site.first
    for _ in range(stream.poisson(OUTAGES_PER_POINT)):
        first, fault = stream.integers(N_MONTHS), stream.integers(4)
        broken: NDArray = (has_row, traffic, coverage, quality)[fault]
        broken[first : first + stream.geometric(0.35)] = (False, np.nan, stream.uniform(5, 49), stream.uniform(95.5, 98.4))[fault]
    for number in np.flatnonzero(has_row).tolist():
        month, mdt, length_quality = FIRST.plus(number), float(traffic[number]), float(quality[number])
        if np.isnan(mdt):
            yield PointMonth(site.point_id, month, None, None, None)
        else:
            adjusted = float(coverage[number]) * length_quality / 100
            yield PointMonth(site.point_id, month, round(mdt), round(adjusted, 2), round(length_quality, 2))
