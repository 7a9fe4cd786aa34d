"""Money of the agreement that is in no project: the frames of administration of a year, from the agreement's own file."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.answers.economy.administration import administration, amount_of
from pipelines.answers.named_figures import Asked
from pipelines.answers.trace.computed.made import Made, Maker, Outside, Wanted


def _administration(asked: Asked, wanted: Wanted) -> Made | None:
    """The frames of a year in the chosen kroner, or the one that the key names after a colon."""
    year, _, frame_id = (wanted.key or "").partition(":")
    found = administration(asked.agreement, asked.price)
    row = next((row for row in found.years if str(row.year) == year), None)
    if row is None:
        return None
    listed = tuple(
        Outside("frame", frame.administration_frame_id, amount_of(figure))
        for frame, figure in zip(found.frames, row.figures, strict=True)
        if figure is not None and frame_id in ("", frame.administration_frame_id)
    )
    if not listed:
        return None
    return Made(listed[0].amount if frame_id else row.mnok, "mnok", "frames", (), listed)


OUTSIDE: Mapping[str, Maker] = {"administration": _administration}
