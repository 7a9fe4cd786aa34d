"""What the invented parties write in their returns: risks, causes, reasons and status texts. Norwegian, as they would."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Risk:
    """Something that may happen: how likely, what it then costs or saves in per cent of P50, and what is done about it."""

    text: str
    probability_pct: int
    consequence_pct: float
    days: int
    response: str | None
    role: str
    is_opportunity: bool = False


RISKS = (
    Risk("Grunnforholdene er dårligere enn boringene viser.", 25, 4, 60, "Flere prøver tas før utlysning.", "prosjektleder"),
    Risk("Kabler og rør må flyttes mer enn forutsatt.", 40, 2, 30, "Felles grøft er avtalt med ledningseierne.", "byggeleder"),
    Risk("Grunneiere godtar ikke tilbudet, og saken går til skjønn.", 30, 1.5, 90, "Søker forhåndstiltredelse.", "grunnerverver"),
    Risk("Få tilbydere gir høyere pris.", 35, 5, 0, "Konkurransen legges utenom andre store anbud.", "prosjektleder"),
    Risk("Trafikken må legges om i flere faser enn planlagt.", 45, 1, 45, "Faseplan lages med busselskapet.", "byggeleder"),
    Risk("Vedtatt plan blir påklaget.", 20, 0.5, 150, "Naboene følges opp gjennom hele høringen.", "planlegger"),
    Risk("Kulturminner i traseen stanser arbeidet.", 10, 3, 120, None, "prosjektleder"),
    Risk("Leverandøren av tekniske anlegg blir forsinket.", 30, 1.5, 60, "Delleveranser er avtalt med dagmulkt.", "byggeleder"),
    Risk("Prisene stiger mer enn det som er lagt til grunn.", 50, 6, 0, None, "prosjekteier"),
    Risk("Forurensede masser må leveres til deponi.", 30, 2.5, 20, "Masseplanen er oppdatert med prøver.", "byggeleder"),
    Risk("Masser kan brukes om igjen på stedet.", 40, 1.5, 0, "Mellomlager er avklart.", "byggeleder", is_opportunity=True),
    Risk("Felles entreprise med naboprosjektet gir lavere riggkostnad.", 30, 2, -20, None, "prosjektleder", is_opportunity=True),
    Risk("Enklere løsning i kryssene kan godkjennes.", 25, 3, -30, "Fravik er søkt.", "planlegger", is_opportunity=True),
)  # fmt: skip

REASONS = {
    "time": (
        "Åpningen er ventet senere enn planlagt.",
        "Grunnervervet har tatt lengre tid.",
        "Entreprenøren ligger etter fremdriftsplanen.",
    ),
    "cost": (
        "Prognosen ligger over styringsrammen.",
        "Tilbudene var høyere enn overslaget.",
        "Mengdene er større enn forutsatt.",
    ),
    "risk": ("Flere risikoer mangler avklarte tiltak.", "Den samlede usikkerheten har økt."),
    "quality": ("Utførelsen er rettet etter kontroll på stedet.",),
    "overall": ("Vurdert ut fra kostnad og fremdrift.",),
}
CAUSES = {
    "cost": (
        "Tilbudene i konkurransen var høyere enn overslaget.",
        "Mengdene økte da grunnen ble åpnet.",
        "Omlegging av ledninger ble dyrere enn forutsatt.",
    ),
    "time": (
        "Grunnervervet tok lengre tid enn planlagt.",
        "Byggestart ble flyttet etter klage på planen.",
        "Leveransen av tekniske anlegg er forsinket.",
    ),
}
ACTIONS = {
    "cost": "Forenkler løsningen i de siste parsellene og legger fram ny prognose.",
    "time": "Ny fremdriftsplan legges fram for partene.",
}
STATUS = {
    "idea": "Behovet er beskrevet. Arbeidet er ikke startet.",
    "study": "Alternativene utredes.",
    "zoning_plan": "Planarbeidet pågår.",
    "design": "Prosjekteringen pågår.",
    "ready_to_build": "Kontrakten forberedes.",
    "construction": "Byggearbeidet pågår.",
    "opened": "Anlegget er åpnet. Sluttoppgjøret gjenstår.",
    "closed": "Prosjektet er avsluttet.",
}
EFFECT_SOURCES = {
    "measured": "Tellinger før og etter åpning",
    "model": "Transportmodellen for området, beregning 2023",
    "comparable": "Etterprøving av lignende anlegg",
    "judgement": "Vurdering i arbeidsgruppen",
}
