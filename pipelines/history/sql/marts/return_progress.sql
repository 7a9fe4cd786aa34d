-- Grain: one row per project of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of progress. The colours are the party's own; per cent.
-- A column without an answer is NULL; missing says why, as JSON: column, code, reason.
SELECT
    k.agreement_id, k.party_id, k.period,
    r.answers->>'$.project_id' AS project_id,
    (r.answers->>'$.physical_pct.decimal')::DOUBLE AS physical_pct,
    (r.answers->>'$.planned_pct.decimal')::DOUBLE AS planned_pct,
    r.answers->>'$.colour_time' AS colour_time,
    r.answers->>'$.reason_time' AS reason_time,
    r.answers->>'$.colour_cost' AS colour_cost,
    r.answers->>'$.reason_cost' AS reason_cost,
    r.answers->>'$.colour_quality' AS colour_quality,
    r.answers->>'$.reason_quality' AS reason_quality,
    r.answers->>'$.colour_risk' AS colour_risk,
    r.answers->>'$.reason_risk' AS reason_risk,
    r.answers->>'$.colour_overall' AS colour_overall,
    r.answers->>'$.reason_overall' AS reason_overall,
    r.answers->>'$.status_text' AS status_text,
    r.missing, k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
WHERE r.table_name = 'progress'
ORDER BY k.submission_id, r.position
