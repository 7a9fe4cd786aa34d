-- Grain: one row per project and indicator of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of goal contributions, a year in the unit of the row.
-- A column without an answer is NULL; missing says why, as JSON: column, code, reason.
SELECT
    k.agreement_id, k.party_id, k.period,
    r.answers->>'$.project_id' AS project_id,
    r.answers->>'$.indicator_id' AS indicator_id,
    (r.answers->>'$.low.decimal')::DOUBLE AS low,
    (r.answers->>'$.likely.decimal')::DOUBLE AS likely,
    (r.answers->>'$.high.decimal')::DOUBLE AS high,
    r.answers->>'$.effect_unit' AS effect_unit,
    r.answers->>'$.evidence_grade' AS evidence_grade,
    r.answers->>'$.effect_source' AS effect_source,
    r.missing, k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
WHERE r.table_name = 'goal_contributions'
ORDER BY k.submission_id, r.position
