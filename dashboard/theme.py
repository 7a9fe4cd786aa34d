"""Colours by meaning, each with its symbol, and the style of the pages. Text and lines have at least 5:1 on their ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ground = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one ground."""

    ink: str
    muted: str
    ground: str
    wash: str
    rule: str
    accent: str
    on_track: str
    watch: str
    deviation: str
    no_answer: str

    def tint(self, colour: str, share: float) -> str:
        """A colour as a see-through tint of itself."""
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return f"rgba({red},{green},{blue},{share})"


PALETTES: dict[Ground, Palette] = {
    "light": Palette(
        "#17222D", "#52606D", "#FFFFFF", "#F4F6F8", "#D5DBE1", "#0B5C8A", "#1B7446", "#8A5A00", "#B3261E", "#5B6773"
    ),
    "dark": Palette("#E8EDF2", "#A9B4BF", "#0F1820", "#18242E", "#33424F", "#6FB7E3", "#5CC08B", "#E3B341", "#F2857B", "#9AA7B3"),
}
# The four answers to "are we reaching the goal", never by colour alone.
SYMBOLS = {"met": "●", "not_met": "■", "cannot_tell": "◌", "no_data": "–"}
# How a project stands: the colour of the figures or the reported one, with its symbol; the words stand in text/.
LEVEL_SYMBOLS = {"green": "●", "yellow": "▲", "red": "■", "cannot_tell": "◌", "none": "–"}
# Areas and funding sources, in the order of the agreement: far apart also with each kind of colour blindness.
CATEGORIES: dict[Ground, tuple[str, ...]] = {
    "light": ("#0B5C8A", "#D5747F", "#987E18", "#50270D", "#9678F3", "#4C19B9"),
    "dark": ("#6FB7E3", "#ECAC27", "#C3277E", "#C9D593", "#667828", "#A537DE"),
}
SEVERITY_SYMBOLS = {"error": "■", "hold": "◆", "warning": "▲", "info": "○"}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"


def answer_colour(answer: str, palette: Palette) -> str:
    """The colour that stands beside the symbol and the word of an answer."""
    return {"met": palette.on_track, "not_met": palette.deviation}.get(answer, palette.no_answer)


def level_colour(level: str, palette: Palette) -> str:
    """The colour that stands beside the symbol and the word of a level."""
    return {"green": palette.on_track, "yellow": palette.watch, "red": palette.deviation}.get(level, palette.no_answer)


def uploader_style(choose: str) -> str:
    """The words on Streamlit's own upload field, which it has in English only; its name for the button follows them.

    Where a later Streamlit names its parts otherwise, its own words show again.
    """
    words = "".join(f"\\{ord(sign):x} " for sign in choose)
    field = '[data-testid="stFileUploaderDropzone"]'
    return f"""
{field} [data-testid="stBaseButton-secondary"] [data-testid="stMarkdownContainer"] {{ display: none; }}
{field} [data-testid="stBaseButton-secondary"] > div::after {{ content: "{words}"; margin-left: 0.5rem; }}
{field} [data-testid="stFileUploaderDropzoneInstructions"] {{ display: none; }}
{field} [data-testid="stFileUploaderDropzoneInput"] {{ visibility: hidden; }}
"""


def style(palette: Palette) -> str:
    """The style sheet of every page on one ground."""
    return f"""
.block-container {{ padding: 3.1rem clamp(1rem, 3.5vw, 5rem) 3rem; max-width: 1760px; }}
header[data-testid="stHeader"] {{ background: {palette.ground}; height: 2.75rem; min-height: 2.75rem; }}
.nv-line {{ color: {palette.muted}; font-size: 0.95rem; display: flex; flex-wrap: wrap; gap: 0.15rem 1.25rem; }}
.nv-line b {{ color: {palette.ink}; font-weight: 600; }}
.nv-synthetic {{ margin: 0 0 0.6rem; padding: 0.35rem 0.75rem; color: {palette.ink}; font-weight: 600; font-size: 0.95rem;
  border: 1px solid {palette.watch};
  background: repeating-linear-gradient(135deg, {palette.tint(palette.watch, 0.16)} 0 8px, transparent 8px 16px); }}
.nv-synthetic span {{ background: {palette.ground}; padding: 0 0.4rem; }}
.nv-past {{ margin: 0 0 0.6rem; padding: 0.35rem 0.75rem; color: {palette.ink}; font-weight: 600; font-size: 0.95rem;
  border-left: 6px solid {palette.accent}; background: {palette.wash}; }}
h1.nv-finding {{ font-size: clamp(1.4rem, 0.95rem + 1.05vw, 2.15rem); line-height: 1.22; font-weight: 650;
  letter-spacing: -0.012em;  color: {palette.ink}; margin: 0.35rem 0 0.5rem; padding: 0; max-width: 100rem; text-wrap: balance; }}
.nv-said {{ margin: 0; font-size: 1rem; line-height: 1.45; color: {palette.ink}; max-width: 72ch; }}
.nv-said + .nv-said {{ margin-top: 0.3rem; }}
.nv-said > b {{ color: {palette.muted}; font-weight: 600; display: block; font-size: 0.9rem; }}
[data-testid="stHtml"] a {{ color: {palette.accent}; }}
h1.nv-finding a, h2.nv-title a, .nv-small a, .nv-said a {{ text-underline-offset: 0.18em; text-decoration-thickness: 1px; }}
[data-testid="stHtml"] h1.nv-finding a, [data-testid="stHtml"] h2.nv-title a {{ color: inherit;
  text-decoration-color: {palette.muted}; }}
.nv-follow .nv-one {{ white-space: nowrap; }}
.nv-follow summary {{ cursor: pointer; color: {palette.accent}; }}
.nv-answer {{ font-weight: 650; white-space: nowrap; }}
h2.nv-title {{ font-size: 1.15rem; line-height: 1.35; font-weight: 650; color: {palette.ink}; margin: 0.75rem 0 0; padding: 0; }}
.nv-small {{ color: {palette.muted}; font-size: 0.9rem; line-height: 1.45; margin: 0.1rem 0 0; max-width: 72ch; }}
.nv-scroll {{ overflow-x: auto; }}
table.nv-table {{ border-collapse: collapse; width: 100%; font-size: 0.95rem; font-variant-numeric: tabular-nums;
  color: {palette.ink}; }}
table.nv-table caption {{ text-align: left; color: {palette.muted}; font-size: 0.9rem;
  padding: 0.15rem 0 0.4rem; }}
table.nv-table th, table.nv-table td {{ border: 0; border-bottom: 1px solid {palette.rule}; padding: 0.34rem 0.6rem 0.34rem 0;
  text-align: left; vertical-align: baseline; background: transparent; }}
table.nv-table th {{ font-weight: 600; }}
table.nv-table thead th {{ color: {palette.muted}; border-bottom: 2px solid {palette.rule}; vertical-align: bottom; }}
table.nv-table .n {{ text-align: right; white-space: nowrap; }}
table.nv-table td:not(.n), table.nv-table th:not(.n) {{ padding-right: 0.9rem; }}
table.nv-table .n + td:not(.n), table.nv-table .n + th:not(.n) {{ padding-left: 1rem; }}
table.nv-table thead th, table.nv-table thead th.n {{ white-space: normal; }}
table.nv-table.narrow {{ max-width: 44rem; }}
table.nv-table .w {{ white-space: nowrap; }}
table.nv-table tr.chosen th, table.nv-table tr.chosen td {{ background: {palette.wash}; font-weight: 650; }}
[data-testid="stBaseButton-primary"] p {{ color: {palette.ground}; }}
.nv-unseen {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }}
.nv-verdict {{ color: {palette.muted}; }}
hr.nv-rule {{ border: 0; border-top: 1px solid {palette.rule}; margin: 1.2rem 0 0.4rem; }}
.nv-verdict > p {{ margin: 0.15rem 0 0; font-size: 1rem; line-height: 1.45; max-width: 90ch; }}
.nv-verdict:not(.waiting) {{ padding: 0.6rem 1rem 0.7rem; border-left: 6px solid {palette.accent}; background: {palette.wash}; }}
.nv-verdict.error {{ border-left-color: {palette.deviation}; }}
.nv-verdict.ready {{ border-left-color: {palette.on_track}; }}
.nv-verdict h2 {{ font-size: 1.35rem; line-height: 1.3; font-weight: 650; color: {palette.ink}; margin: 0; padding: 0;
  overflow-wrap: anywhere; }}
.nv-severity {{ font-weight: 650; white-space: nowrap; }}
.nv-severity.error {{ color: {palette.deviation}; }}
.nv-severity.hold {{ color: {palette.accent}; }}
.nv-severity.warning {{ color: {palette.watch}; }}
.nv-severity.info {{ color: {palette.no_answer}; }}
ul.nv-severities {{ list-style: none; margin: 0; padding: 0; font-size: 0.95rem; line-height: 1.55; color: {palette.ink}; }}
ul.nv-severities li {{ margin: 0; padding: 0; }}
ul.nv-severities .nv-severity {{ padding-right: 0.4rem; }}
.nv-sheet {{ display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1.25rem; margin-top: 0.6rem; }}
.nv-sheet h3 {{ font-size: 1.1rem; line-height: 1.35; font-weight: 650; color: {palette.ink}; margin: 0; padding: 0;
  overflow-wrap: anywhere; }}
.nv-sheet p {{ display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0; font-size: 0.95rem; }}
table.nv-findings {{ table-layout: fixed; }}
table.nv-findings th, table.nv-findings td {{ overflow-wrap: anywhere; }}
table.nv-findings thead th:nth-child(1) {{ width: 9.5rem; }}
table.nv-findings thead th:nth-child(2) {{ width: 7rem; }}
table.nv-findings thead th:nth-child(4) {{ width: 38%; }}
.nv-list {{ margin: 0.25rem 0 0; padding-left: 1.1rem; font-size: 0.95rem; line-height: 1.5; color: {palette.ink};
  max-width: 80ch; }}
@media (max-width: 1400px) {{
  table.nv-table {{ font-size: 0.9rem; }}
  table.nv-table td:not(.n), table.nv-table th:not(.n) {{ padding-right: 0.6rem; }}
}}
@media (max-width: 640px) {{
  table.nv-table {{ font-size: 0.9rem; width: max-content; min-width: 100%; }}
  table.nv-table caption {{ max-width: 85vw; }}
  table.nv-table tbody th.w {{ white-space: normal; max-width: 12.5rem; overflow-wrap: break-word; hyphens: auto; }}
  table.nv-table thead th {{ max-width: 8.5rem; }}
  table.nv-table td:not(.n) {{ max-width: 17rem; }}
  /* A word and what is said of it: read, so that it must not be swiped. */
  table.nv-table.pairs {{ table-layout: fixed; width: 100%; overflow-wrap: break-word; hyphens: auto; }}
  table.nv-table.pairs th, table.nv-table.pairs td:not(.n) {{ max-width: none; }}
  table.nv-table.pairs th:first-child {{ width: 38%; }}
  /* A finding is read, not compared: on a phone each stands as a paragraph of its own. */
  table.nv-findings, .nv-findings tbody, .nv-findings tr, .nv-findings tbody td {{ display: block; width: auto; min-width: 0; }}
  table.nv-findings thead {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
  table.nv-findings tbody tr {{ border-bottom: 1px solid {palette.rule}; padding: 0.5rem 0; }}
  table.nv-findings tbody th, table.nv-findings tbody td:not(.n) {{ border: 0; padding: 0 0 0.15rem; max-width: none; }}
  table.nv-findings tbody td:first-child, table.nv-findings tbody th {{ display: inline; padding-right: 0.9rem; }}
  table.nv-findings tbody td:last-child {{ color: {palette.muted}; }}
  .st-key-top [data-testid="stColumn"] {{ min-width: 0; flex: 1 1 calc(50% - 1rem); }}
  .st-key-top [data-testid="stColumn"]:nth-child(-n+2) {{ flex-basis: 100%; }}
}}
@media print {{ header, [data-testid="stToolbar"] {{ display: none; }} }}
"""


def status_style(palette: Palette) -> str:
    """The style of the status page, which is read from ten metres: everything grows with the screen, and all fits one."""
    return f"""
/* 18 px and more for the smallest words of the page, menu and choices included, on a screen 1920 wide; they grow on. */
html {{ font-size: clamp(16px, min(1.075vw, 1.92vh), 64px) !important; }}
header[data-testid="stHeader"] {{ height: 2.4rem; min-height: 2.4rem; }}
.block-container {{ padding-top: 2.5rem; padding-bottom: 0.4rem; max-width: none; }}
[data-testid="stMainBlockContainer"] > [data-testid="stVerticalBlock"] {{ gap: 0.25rem; }}
.nv-synthetic, .nv-past {{ margin: 0; padding: 0.05rem 0.75rem; line-height: 1.4; }}
h1.nv-finding {{ font-size: clamp(1.25rem, 0.9rem + 1vw, 1.6rem); line-height: 1.17; margin: 0.1rem 0 0.15rem; max-width: none; }}
.nv-status {{ display: grid; gap: 0.55rem; grid-template-columns: 1fr; color: {palette.ink}; }}
.nv-block {{ background: {palette.wash}; border-top: 3px solid {palette.accent}; padding: 0.5rem 0.9rem 0.6rem; min-width: 0;
  display: flex; flex-direction: column; gap: 0.2rem; }}
.nv-block-head {{ display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: 0 1rem; }}
.nv-block h2 {{ font-size: 1rem; line-height: 1.35; font-weight: 650; color: {palette.muted}; margin: 0; padding: 0; }}
.nv-block a {{ font-size: 0.9rem; text-underline-offset: 0.18em; text-decoration-thickness: 1px; }}
.nv-block p {{ margin: 0; font-size: 0.95rem; line-height: 1.35; }}
.nv-number {{ display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.6rem; }}
.nv-number b {{ font-size: 2.5rem; line-height: 1.12; font-weight: 680; letter-spacing: -0.02em;
  font-variant-numeric: tabular-nums; white-space: nowrap; }}
.nv-number span {{ font-size: 1.05rem; line-height: 1.25; }}
.nv-block p a, .nv-block h2 a, .nv-levels a, .nv-scale a, .nv-parts a {{ font-size: inherit; }}
[data-testid="stHtml"] :is(.nv-block p, .nv-levels, .nv-scale, .nv-parts) a {{ color: inherit; }}
.nv-number b a {{ font-size: inherit; color: inherit; text-decoration-thickness: 2px; }}
.nv-block.told p {{ font-size: 1.15rem; }}
.nv-block ul {{ list-style: none; margin: 0.1rem 0 0; padding: 0; }}
.nv-block li {{ margin: 0; padding: 0.1rem 0; font-size: 0.95rem; line-height: 1.3; border-top: 1px solid {palette.rule}; }}
.nv-block li:first-child {{ border-top: 0; }}
.nv-block li a {{ font-size: 0.95rem; }}
.nv-levels {{ display: grid; grid-template-columns: minmax(4rem, auto) repeat(3, auto); gap: 0 1rem; font-size: 0.95rem;
  line-height: 1.42; font-variant-numeric: tabular-nums; justify-content: start; }}
.nv-levels > span {{ white-space: nowrap; }}
.nv-scale {{ position: relative; height: 3.1rem; margin: 0.1rem 0.2rem; font-size: 0.9rem; line-height: 1.1;
  font-variant-numeric: tabular-nums; }}
.nv-scale > * {{ position: absolute; white-space: nowrap; }}
.nv-scale .rail {{ left: 0; right: 0; top: 1.5rem; height: 1px; background: {palette.muted}; }}
.nv-scale .range {{ top: 1.22rem; height: 0.56rem; background: {palette.tint(palette.accent, 0.3)};
  border-left: 3px solid {palette.accent}; border-right: 3px solid {palette.accent}; }}
.nv-scale .tick {{ top: 1.05rem; height: 0.9rem; width: 3px; margin-left: -1px; background: {palette.ink}; }}
.nv-scale .dot {{ top: 1.15rem; width: 0.72rem; height: 0.72rem; margin-left: -0.36rem; border-radius: 50%;
  background: {palette.accent}; border: 2px solid {palette.ground}; }}
.nv-scale .above {{ top: 0; }}
.nv-scale .below {{ top: 2.05rem; }}
.nv-parts {{ display: flex; gap: 3px; margin: 0.15rem 0 0; font-size: 0.9rem; line-height: 1.2; }}
.nv-parts > span {{ min-width: 3.5rem; }}
.nv-parts > span > i {{ display: block; font-style: normal; height: 1.25rem; padding: 0 0.3rem; font-weight: 650;
  border: 1px solid {palette.accent}; line-height: 1.2rem; }}
.nv-parts .solid > i {{ background: {palette.accent}; color: {palette.ground}; }}
.nv-parts .tint > i {{ background: {palette.tint(palette.accent, 0.3)}; }}
.nv-parts .striped > i {{
  background: repeating-linear-gradient(135deg, {palette.tint(palette.accent, 0.3)} 0 4px, transparent 4px 9px); }}
@media (min-width: 1100px) {{
  .nv-status {{ grid-template-columns: repeat(3, minmax(0, 1fr)); }}
  .nv-block.wide {{ grid-column: 1 / -1; flex-flow: row wrap; align-items: center; gap: 0 2rem; }}
  .nv-block.wide .nv-block-head {{ flex: 1 0 100%; }}
  .nv-block.wide > p:last-child {{ flex: 1 1 40%; }}
  .nv-block.wide .nv-number b {{ font-size: 2rem; }}
}}
@media (max-width: 1520px) {{ .nv-block .nv-number b.long {{ font-size: 1.8rem; }} }}
@media (max-width: 640px) {{ .nv-number b {{ font-size: 2.2rem; }} .nv-number span {{ font-size: 1rem; }} }}
"""
