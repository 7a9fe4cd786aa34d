"""The sentences of the page about uncertainty, made from its numbers: chances as people say them, what is held against what."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from dashboard.parts.blocks import joined
from dashboard.parts.economy.words import group_name, in_sentence, mnok_text
from dashboard.parts.filters import Chosen
from dashboard.parts.project_links import page_link
from dashboard.parts.surroundings import Surroundings
from dashboard.parts.trace_links import computed
from domain.model import Agreement
from domain.numbers import date_text, decimal_text, exact_text
from pipelines.answers.uncertainty.portfolio_risk import PARTIES_MISSING, SELECTED, Portfolio, PortfolioAt, Reference
from pipelines.answers.uncertainty.uncertainty import NO_FINAL_COST, OUT_OF_ORDER, P50, P85, ProjectUncertainty
from pipelines.methods.cost_curves import OUTSIDE_ABOVE_P85_PCT, OUTSIDE_MEAN_PCT, OUTSIDE_SD_PCT
from pipelines.methods.cost_risk import FrameChance

# From here on a chance is said as so many of 100, and then of 20; between them of 10.
_HARDLY, _RARELY = 0.01, 0.05
_LACKS = (
    OUT_OF_ORDER, NO_FINAL_COST, "blank", "not_yet_known", "not_delivered", "not_applicable", "exempt", "no_row", "no_year",
    PARTIES_MISSING, SELECTED, "no_index", "no_basis", "other_vat", "not_addable", "not_covered", "no_frame",
)  # fmt: skip


def chance_said(here: Surroundings, chance: float) -> str:
    """Omtrent 3 av 10; mindre enn 1 av 20; mer enn 99 av 100."""
    if chance < _RARELY:
        return here.say("uncertainty.chance.hardly" if chance < _HARDLY else "uncertainty.chance.rarely")
    if chance > 1 - _RARELY:
        return here.say("uncertainty.chance.surely" if chance > 1 - _HARDLY else "uncertainty.chance.mostly")
    # 0.05 to 0.95; a half tenth is said as the higher one.
    return here.say("uncertainty.chance.tenths", n=min(9, max(1, int(10 * chance + 0.5))))


def chance_number(here: Surroundings, chance: float | None) -> str:
    """0,29; over 0,99 and under 0,01 where rounding would make it certain."""
    if chance is None or _HARDLY / 2 <= chance < 1 - _HARDLY / 2:
        return decimal_text(chance, 2, here.language)
    side, bound = ("below", _HARDLY) if chance < _HARDLY else ("above", 1 - _HARDLY)
    return here.say(f"uncertainty.chance.{side}", number=decimal_text(bound, 2, here.language))


def mnok_near(here: Surroundings, mnok: float) -> str:
    """An amount of a sentence that comes from draws: no decimals but for small ones."""
    return in_sentence(here, Decimal(str(mnok)))


def rho_said(here: Surroundings, rho: float) -> str:
    """0,3."""
    return exact_text(Decimal(str(rho)), here.language)


def headline(here: Surroundings, agreement: Agreement, chosen: Chosen, found: Portfolio, at: PortfolioAt | None) -> str:
    """The chance to stay within what the portfolio is held against, and its P85; why not where it cannot be told."""
    if not found.projects and not chosen.selection.is_everything:
        return here.say("uncertainty.finding.no_project")
    if not found.projects:
        return here.say("uncertainty.finding.no_projects", day=date_text(here.as_of, here.language), name=agreement.short_name)
    if at is None:
        return here.say(
            "uncertainty.finding.no_sum" if chosen.price is None or chosen.price.is_nominal else "uncertainty.finding.none"
        )
    reference, chance = at.whole
    whose = "portfolio" if chosen.selection.is_everything else "selection"
    over = at.risk.p85_mnok - at.risk.sum_p50_mnok
    led = partial(computed, here, agreement, chosen, rho=at.risk.rho)
    within = f"uncertainty.chance_within_{reference.against}"
    said = {
        "chance": led(within, chance_said(here, chance.chance_within or 0.0)),
        "frame": led("uncertainty.held_against", mnok_near(here, reference.frame.amount_mnok or 0.0)),
        "p85": led("uncertainty.portfolio_p85", mnok_near(here, at.risk.p85_mnok)),
        "over": led("uncertainty.p85_over_sum", mnok_near(here, over)),
    }
    first = here.say(f"uncertainty.finding.{whose}.{reference.against}", **said)
    rest = here.say("uncertainty.finding.over" if over >= 0 else "uncertainty.finding.under", **said)
    if not found.silent:
        return joined([first, rest])
    n_reporting = sum(party.is_reporting is True for party in agreement.parties)
    # Who has delivered when is a page of its own.
    counted = {"n": len(found.silent), "of": n_reporting}
    linked = {name: page_link(here, agreement, "quality", str(n)) for name, n in counted.items()}
    return joined([first, rest, here.say("uncertainty.finding.silent", **linked)])


def tightest_said(here: Surroundings, agreement: Agreement, chosen: Chosen, at: PortfolioAt) -> str | None:
    """Which source is the least likely to stay within its frame."""
    if at.tightest is None:
        return None
    reference, chance = at.tightest
    led = partial(
        computed, here, agreement, chosen, f"uncertainty.chance_within_{reference.against}", rho=at.risk.rho, grain="source",
        of=reference.key,
    )  # fmt: skip
    return here.say(
        "uncertainty.tightest",
        source=group_name(here, agreement, "source", reference.key),
        chance=led(said=chance_said(here, chance.chance_within or 0.0)),
        number=led(said=chance_number(here, chance.chance_within)),
    )


def reference_name(here: Surroundings, agreement: Agreement, reference: Reference) -> str:
    """Hele porteføljen; the name of a source or an area; a year."""
    if reference.grain == "total":
        return here.say("uncertainty.chances.total")
    return reference.key if reference.grain == "year" else group_name(here, agreement, reference.grain, reference.key)


def against_said(here: Surroundings, reference: Reference, chance: FrameChance) -> str:
    """What it is held against; where that is no frame, so, and why there is none."""
    if reference.reason:
        return here.say(f"uncertainty.against.because.{reference.against}", why=lack_said(here, reference.reason))
    years = chance.frame.from_year, chance.frame.to_year
    if reference.against == "frame" and None not in years:
        return here.say("uncertainty.against.frame_years", first=years[0], last=years[1])
    return here.say(f"uncertainty.against.{reference.against}")


def rests_on(here: Surroundings, project: ProjectUncertainty) -> str:
    """What the curve of a project rests on and why, or why there is none."""
    if project.curve is None:
        return here.say("uncertainty.rests.none", why=lack_said(here, project.lack))
    choice = project.curve.choice
    if choice == "final":
        return here.say(f"uncertainty.rests.final_{project.standing}")
    if choice == "p50_p85":
        return here.say("uncertainty.rests.p50_p85")
    lacking = next((name for name in (P50, P85) if name in project.missing), P50)
    return here.say(f"uncertainty.rests.{choice}", why=lack_said(here, project.missing.get(lacking)))


def lack_said(here: Surroundings, code: str | None) -> str:
    """Why a figure is not there."""
    return here.say(f"uncertainty.lack.{code if code in _LACKS else 'other'}")


def how_said(here: Surroundings, found: Portfolio, at: PortfolioAt) -> list[str]:
    """How the spread is computed, with its draws and seed."""
    known, of = found.with_figures
    risk = at.risk
    error = max(risk.p85_high_mnok - risk.p85_mnok, risk.p85_mnok - risk.p85_low_mnok)
    return [
        here.say("uncertainty.how.curves"),
        here.say(
            "uncertainty.how.record",
            mean=decimal_text(OUTSIDE_MEAN_PCT, 1, here.language),
            sd=decimal_text(OUTSIDE_SD_PCT, 0, here.language),
            above=decimal_text(OUTSIDE_ABOVE_P85_PCT, 0, here.language),
        ),
        here.say("uncertainty.how.rho"),
        here.say(
            "uncertainty.how.draws",
            n=decimal_text(risk.n_draws, 0, here.language),
            seed=str(risk.seed),
            rho=rho_said(here, risk.rho),
            error=mnok_text(here, Decimal(str(error)), 0),
        ),
        here.say("uncertainty.how.missing", n=known, of=of),
        here.say("uncertainty.how.split"),
    ]
