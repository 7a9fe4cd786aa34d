"""The projects of the invented agreement: what they are, what they were to cost and when, and what happened to some of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from domain.period import Month

# The quarters that are told of; the last is the next one, and is not loaded.
QUARTERS = ("2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3")
SOURCES = {
    "bom": "bompenger",
    "sta": "statlige_programmidler",
    "bel": "belonningsmidler",
    "fyl": "fylkeskommunale",
    "kom": "kommunale",
}
# Kind of project: focus area, and the per cent of each cost element. Planning and land are paid from the first source alone.
KINDS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "rail": ("kollektiv", {"light_rail": 84, "cycling": 6, "planning": 10}),
    "bus": ("kollektiv", {"bus": 86, "planning": 14}),
    "lane": ("kollektiv", {"bus": 76, "land": 10, "planning": 14}),
    "hub": ("kollektiv", {"bus": 68, "land": 18, "planning": 14}),
    "quay": ("kollektiv", {"other": 60, "technology": 28, "planning": 12}),
    "cycle": ("gange_sykkel", {"cycling": 80, "land": 8, "planning": 12}),
    "walk": ("gange_sykkel", {"walking": 86, "planning": 14}),
    "street": ("gange_sykkel", {"walking": 50, "cycling": 36, "planning": 14}),
    "parking": ("innfartsparkering", {"parking": 72, "land": 16, "planning": 12}),
    "safety": ("trafikksikkerhet", {"safety": 88, "planning": 12}),
    "tech": ("teknologi", {"technology": 92, "planning": 8}),
}
# Id | name | party | areas, with per cent where several | municipalities | road | kind | P50 in mill. kr | plan adopted,
# construction start and opening as once planned | sources with per cent. The number in the id seeds its own random stream.
PROJECTS = """
F-001 | Klokkergata gågate                     | fjordby    | sentrum | F01 | Kv 1210 | street | 86 | 2022-05 2024-03 2025-09 | bom 60 kom 40
F-002 | Sykkelstamvei Smedjebrua–Nykaia        | fjordby    | sentrum | F01 | Rv 901 | cycle | 212 | 2022-11 2024-05 2026-06 | bom 60 sta 40
F-003 | Tårnbakken fortau og trapper           | fjordby    | sentrum | F01 | Kv 1214 | walk | 28 | 2023-06 2024-10 2025-08 | kom 100
F-004 | Bryggekaien byrom og sykkelfelt        | fjordby    | sentrum | F01 | Fv 901 | street | 164 | 2024-09 2025-10 2027-11 | bom 55 fyl 45
F-005 | Fjordby torg kollektivknutepunkt       | fjordby    | sentrum | F01 | Fv 901 | hub | 345 | 2023-03 2024-06 2027-04 | bom 60 fyl 40
F-006 | Lyktegata sykkelgate                   | fjordby    | sentrum | F01 | Kv 1222 | cycle | 34 | 2024-11 2025-08 2026-05 | kom 60 bel 40
F-007 | Sykkelhotell ved Fjordby stasjon       | fjordby    | sentrum | F01 | Kv 1230 | cycle | 22 | - 2024-09 2025-06 | bel 100
F-008 | Bysykler, utvidelse                    | fjordby    | sentrum 50 nord 20 sor 20 vest 10 | F01 | - | tech | 18 | - 2024-04 2025-04 | bel 100
F-009 | Havrebakken gang- og sykkelvei         | fjordby    | nord | F01 | Fv 911 | cycle | 96 | 2024-03 2025-09 2027-05 | bom 70 fyl 30
F-010 | Øvre Nordlia skolevei                  | fjordby    | nord | F01 | Fv 912 | safety | 31 | 2023-09 2025-03 2026-02 | kom 50 fyl 50
F-011 | Tjernsvingen fortau                    | fjordby    | nord | F01 | Kv 1301 | walk | 14 | 2024-12 2026-04 2026-11 | kom 100
F-012 | Eplehagen gang- og sykkelbru           | fjordby    | sor | F01 | Kv 1405 | cycle | 118 | 2023-11 2025-04 2026-12 | bom 100
F-013 | Trikkesløyfa fortettingsgate           | fjordby    | sor | F01 | Fv 921 | street | 142 | 2025-10 2027-03 2028-10 | bom 50 fyl 30 kom 20
F-014 | Skjærgårdsveien sykkelvei              | fjordby    | vest | F01 | Kv 1508 | cycle | 74 | 2027-02 2028-03 2029-06 | bom 70 kom 30
F-015 | Neset snarveier                        | fjordby    | vest | F01 | Fv 932 | walk | 19 | 2025-02 2026-03 2026-12 | kom 100
F-016 | Trygge skoleveier, pakke 2             | fjordby    | nord 40 sor 30 vest 30 | F01 | - | safety | 46 | - 2024-02 2026-08 | kom 60 bel 40
F-017 | Signaler som slipper bussen fram       | fjordby    | sentrum | F01 | - | tech | 38 | - 2025-01 2026-04 | bel 60 bom 40
F-018 | Nykaia–Møllebekken sykkelvei           | fjordby    | nord 60 sentrum 40 | F01 | Fv 903 | cycle | 188 | 2025-05 2026-04 2028-05 | bom 75 fyl 25
F-019 | Bybanen Sentrum–Lauvhagen              | kystfylket | sor 70 sentrum 30 | F01 | Fv 921 | rail | 2380 | 2019-02 2019-11 2023-08 | bom 100
F-020 | Bybanen Lauvhagen–Kringsjå             | kystfylket | sor | F01 | Fv 922 | rail | 3900 | 2022-06 2024-04 2028-06 | bom 100
F-021 | Kringsjå kollektivterminal             | kystfylket | sor | F01 | Fv 922 | hub | 268 | 2025-04 2026-05 2028-09 | bom 60 fyl 40
F-022 | Bussgater fra Bekkefaret til Kringsjå  | kystfylket | sor | F03 | Fv 924 | bus | 84 | 2026-11 2027-09 2029-03 | fyl 70 bel 30
F-023 | Stamlinje 4 i Nordlia                  | kystfylket | nord | F01 | Fv 911 | bus | 132 | 2023-10 2024-11 2026-09 | bom 60 fyl 40
F-024 | Lindvåg kollektivterminal              | kystfylket | nord | F02 | Fv 914 | hub | 148 | 2023-12 2025-02 2026-10 | fyl 65 bel 35
F-025 | Gamle Strandvei miljøgate, øst         | kystfylket | vest | F01 | Fv 931 | street | 176 | 2024-06 2025-08 2027-09 | bom 55 fyl 45
F-026 | Gamle Strandvei sykkelvei, Solsund     | kystfylket | vest | F04 | Fv 931 | cycle | 98 | 2023-05 2024-08 2026-06 | fyl 75 bel 25
F-027 | Solsund torg knutepunkt                | kystfylket | vest | F04 | Fv 931 | hub | 88 | 2024-10 2026-02 2027-08 | fyl 45 bel 55
F-028 | Granøy sentrum miljøgate               | kystfylket | vest | F05 | Fv 937 | street | 92 | 2024-02 2025-05 2026-11 | fyl 75 kom 25
F-029 | Nordre Granøy gang- og sykkelvei       | kystfylket | vest | F05 | Fv 938 | cycle | 58 | 2025-09 2026-09 2027-12 | fyl 60 bel 40
F-030 | Hurtigbåt til Granøy, kai og lading    | kystfylket | vest | F05 F01 | - | quay | 64 | 2023-08 2024-12 2026-03 | bel 40 fyl 60
F-031 | Sanntid på holdeplassene               | kystfylket | - | F01 F02 F03 F04 F05 | - | tech | 72 | - 2024-01 2026-10 | bel 60 fyl 40
F-032 | Én billett i hele avtaleområdet        | kystfylket | - | F01 F02 F03 F04 F05 | - | tech | 41 | - 2025-04 2027-01 | bel 100
F-033 | Ladeanlegg for buss på Myrtjern        | kystfylket | sor | F03 | Rv 902 | tech | 86 | 2024-01 2025-01 2026-08 | fyl 100
F-034 | Austmark kirke, holdeplasser og fortau | kystfylket | sor | F03 | Fv 924 | safety | 37 | 2023-02 2024-05 2025-05 | fyl 80 bel 20
F-035 | Ytre Solsund trafikksikring            | kystfylket | vest | F04 | Fv 934 | safety | 29 | 2025-12 2026-10 2027-08 | fyl 40 kom 60
F-036 | E99 kollektivfelt i Nordlia            | veietaten  | nord | F01 | E99 | lane | 520 | 2024-04 2025-06 2028-02 | sta 55 bom 45
F-037 | E99 sykkelbru ved Lindvågbrua          | veietaten  | nord | F02 | E99 | cycle | 186 | 2023-04 2024-09 2026-10 | sta 100
F-038 | Rv 901 sykkelløp i Kjernetunnelen      | veietaten  | sentrum | F01 | Rv 901 | cycle | 430 | 2022-09 2024-02 2026-12 | sta 50 bom 50
F-039 | Rv 903 sykkelvei fra Vestre port       | veietaten  | vest | F01 | Rv 903 | cycle | 238 | 2024-12 2026-03 2028-06 | sta 60 bom 40
F-040 | Rv 903 gang- og sykkelbru på Solsund   | veietaten  | vest | F04 | Rv 903 | cycle | 164 | 2024-08 2025-11 2027-06 | sta 100
F-041 | Rv 903 holdeplasser ved Granøybrua     | veietaten  | vest | F05 | Rv 903 | bus | 52 | 2024-05 2025-04 2026-04 | sta 100
F-042 | Rv 902 gang- og sykkelvei på Myrtjern  | veietaten  | sor | F03 | Rv 902 | cycle | 126 | 2023-07 2024-10 2026-08 | sta 100
F-043 | E99 Kringsjåkrysset for buss           | veietaten  | sor | F01 | E99 | lane | 388 | 2025-03 2026-08 2028-10 | sta 40 bom 60
F-044 | E99 innfartsparkering på Austmarkhøgda | veietaten  | sor | F03 | E99 | parking | 68 | 2023-09 2024-09 2025-10 | sta 80 bel 20
F-045 | Rv 903 tunnelportaler, sikring         | veietaten  | vest | F04 | Rv 903 | safety | 43 | - 2024-11 2025-11 | sta 100
F-046 | E99 sikring ved Skiferbrotet           | veietaten  | nord | F01 | E99 | safety | 57 | - 2025-05 2026-05 | sta 100
F-047 | Rv 901 sykkelundergang på Møllebekken  | veietaten  | sentrum | F01 | Rv 901 | cycle | 92 | 2027-04 2028-02 2029-05 | sta 70 bom 30
F-048 | Lindvåg sentrum gågate                 | lindvag    | nord | F02 | Fv 914 | street | 62 | 2023-10 2024-10 2026-05 | fyl 60 kom 40
F-049 | Lindvåg skole, sikker skolevei         | lindvag    | nord | F02 | Kv 2104 | safety | 24 | 2023-05 2024-04 2025-03 | kom 50 bel 50
F-050 | Ospelund gang- og sykkelvei            | lindvag    | nord | F02 | Fv 915 | cycle | 71 | 2024-07 2025-08 2027-03 | fyl 70 bel 30
F-051 | Kvernholtet innfartsparkering          | lindvag    | nord | F02 | E99 | parking | 44 | 2024-03 2025-03 2026-03 | sta 70 bel 30
F-052 | Brattheia fortau                       | lindvag    | nord | F02 | Fv 916 | walk | 17 | 2025-06 2026-05 2027-01 | kom 100
F-053 | Nordre Kvern sykkelvei                 | lindvag    | nord | F02 | Fv 914 | cycle | 58 | 2027-06 2028-03 2029-06 | fyl 70 kom 30
F-054 | Bussløyfe i Lindvåg næringspark        | lindvag    | nord | F02 | Kv 2110 | bus | 33 | 2024-09 2025-09 2026-07 | bel 70 kom 30
F-055 | Sykkelparkering på Ytre Lindvåg kai    | lindvag    | nord | F02 | Fv 915 | parking | 9 | - 2025-03 2025-09 | kom 100
F-056 | Austmark stadion gang- og sykkelvei    | austmark   | sor | F03 | Kv 3102 | cycle | 52 | 2023-12 2025-03 2026-06 | bel 60 kom 40
F-057 | Tømmerlunden skolevei                  | austmark   | sor | F03 | Fv 925 | safety | 26 | 2024-04 2025-05 2026-08 | fyl 60 kom 40
F-058 | Søre Austmark fortau                   | austmark   | sor | F03 | Fv 926 | walk | 12 | 2024-11 2026-03 2026-10 | kom 100
F-059 | Pendlerparkering i Grenseskaret        | austmark   | sor | F03 | E99 | parking | 31 | 2025-08 2026-08 2027-06 | sta 50 bel 50
F-060 | Tellere og skilt for sykkel i Austmark | austmark   | sor | F03 | - | tech | 8 | - 2024-05 2025-02 | bel 100
F-061 | Tangvika ferjekai, gange og sykkel     | kystfylket | vest | F04 | Fv 935 | street | 47 | 2026-02 2027-02 2028-04 | fyl 50 kom 50
F-062 | Bekkefaret, snarvei til banen          | austmark   | sor | F03 | Fv 924 | walk | 15 | 2026-04 2027-01 2027-09 | kom 60 bel 40
F-063 | Seilskutekaia sykkelvei                | fjordby    | sentrum | F01 | Fv 902 | cycle | 104 | 2026-12 2027-11 2029-04 | bom 70 fyl 30
"""  # noqa: E501 - a table is read by its columns

# What happened. Joined, ended, waited, took over, was named, was planned anew.
JOINED = {"F-061": "2025-Q1", "F-062": "2025-Q3", "F-063": "2026-Q1"}
CANCELLED = {"F-059": "2025-Q4"}
MERGED = {"F-058": ("2025-Q2", "F-057")}
# From which quarter a project is larger by so many mill. kr, for what it took over.
TOOK_OVER = {"F-057": ("2025-Q2", 11)}
ON_HOLD = {"F-053": "2025-Q3"}
RENAMED = {"F-024": ("2025-Q3", "Lindvåg mobilitetspunkt")}
REBASELINED = {"F-036": ("2025-Q4", "Sak 41/25"), "F-043": ("2026-Q1", None)}
DEPENDS_ON = {"F-021": ("F-020",), "F-022": ("F-021",), "F-013": ("F-012",)}

# The forecast in per cent of P50, quarter by quarter. Others lie a little below P50 and are seldom revised.
FORECASTS: Mapping[str, tuple[float, ...]] = {
    "F-002": (98, 98, 97, 96, 95, 94, 94, 93, 93),
    "F-005": (96, 96, 97.5, 99, 101.5, 103, 103, 104.5, 104.5),
    "F-009": (97, 97, 97, 98.5, 100, 100, 101.5, 103, 103),
    "F-012": (98, 98, 98, 99, 99, 104, 104, 104, 104),
    "F-019": (103,) * 9,
    "F-020": (98, 98, 99.2, 100.6, 102, 104.1, 105.2, 106.3, 107.5),
    "F-026": (95, 95, 95, 112, 118, 118, 118, 119, 119),
    "F-028": (96, 96, 96, 99.5, 102, 105, 105, 105, 105),
    "F-037": (98, 98, 98, 98, 108, 108, 109, 109, 109),
    "F-038": (97, 99, 103, 106, 109, 113, 121, 122, 122),
    "F-042": (97, 97, 97, 96, 96, 92, 92, 92, 92),
    "F-048": (98, 98, 101, 103.5, 106, 106, 117, 117, 117),
}
# How many days after plan the opening is forecast, quarter by quarter. Earlier milestones that are not reached move with it.
DELAYS: Mapping[str, tuple[int, ...]] = {
    "F-004": (0, 30, 30, 60, 95, 95, 130, 190, 190),
    "F-010": (0, 0, 40, 40, 40, 75, 75, 75, 75),
    "F-020": (0, 0, 45, 45, 90, 120, 150, 210, 210),
    "F-024": (0, 20, 50, 50, 80, 110, 110, 140, 140),
    "F-025": (0, 0, 0, 100, 100, 100, 100, 125, 125),
    "F-036": (0, 0, 0, 200, 200, 200, 215, 215, 215),
    "F-038": (20, 35, 60, 80, 110, 150, 200, 230, 230),
    "F-040": (0, 60, 60, 120, 120, 120, 160, 160, 160),
    "F-043": (0, 0, 30, 30, 60, 60, 140, 140, 140),
    "F-054": (0, 0, 0, 0, 0, 95, 95, 95, 95),
}
# These spend well ahead of what is built, and release their reserve so.
SPEND_AHEAD = frozenset({"F-005", "F-030"})
RESERVE_AHEAD = frozenset({"F-023", "F-038"})
# A milestone whose forecast date is not moved although it passes.
LEFT_STANDING = frozenset({"F-050"})


@dataclass(frozen=True, slots=True)
class Project:
    """One line of PROJECTS. `plan` is None where no land-use plan is needed."""

    project_id: str
    name: str
    party_id: str
    areas: tuple[tuple[str, int], ...]
    municipalities: tuple[str, ...]
    road: str | None
    kind: str
    p50_mnok: int
    plan: Month | None
    start: Month
    opening: Month
    sources: tuple[tuple[str, int], ...]

    @property
    def number(self) -> int:
        return int(self.project_id[2:])

    @property
    def focus_area_id(self) -> str:
        return KINDS[self.kind][0]

    @property
    def elements(self) -> Mapping[str, int]:
        return KINDS[self.kind][1]

    @property
    def first_quarter(self) -> int:
        """The place in QUARTERS of the first return that it is in."""
        return QUARTERS.index(JOINED.get(self.project_id, QUARTERS[0]))

    @property
    def ended_in(self) -> int | None:
        """The place in QUARTERS of the first return in which it is cancelled or merged."""
        merged = MERGED.get(self.project_id)
        ended = CANCELLED.get(self.project_id) or (merged and merged[0])
        return QUARTERS.index(ended) if ended else None


@cache
def projects() -> tuple[Project, ...]:
    """All projects, in order of their ids."""
    return tuple(_project([cell.strip() for cell in line.split("|")]) for line in PROJECTS.strip().splitlines())


def _project(cells: list[str]) -> Project:
    project_id, name, party_id, areas, municipalities, road, kind, p50, dates, sources = cells
    plan, start, opening = dates.split()
    return Project(
        project_id, name, party_id, _shares(areas), tuple(municipalities.split()), None if road == "-" else road, kind, int(p50),
        None if plan == "-" else Month.parse(plan), Month.parse(start), Month.parse(opening),
        tuple((SOURCES[code], share) for code, share in _shares(sources)),
    )  # fmt: skip


def _shares(written: str) -> tuple[tuple[str, int], ...]:
    """Names with their per cent: "nord 60 sentrum 40", or one name alone; none for a dash."""
    words = written.split()
    if len(words) == 1:
        return () if words == ["-"] else ((words[0], 100),)
    return tuple(zip(words[::2], map(int, words[1::2]), strict=True))
