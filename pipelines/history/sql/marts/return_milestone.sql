-- Grain: one row per project and milestone of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of milestones.
-- A column without an answer is NULL; missing says why, as JSON: column, code, reason.
SELECT
    k.agreement_id, k.party_id, k.period,
    r.answers->>'$.project_id' AS project_id,
    r.answers->>'$.milestone' AS milestone,
    (r.answers->>'$.baseline_on.date')::DATE AS baseline_on,
    (r.answers->>'$.forecast_on.date')::DATE AS forecast_on,
    (r.answers->>'$.actual_on.date')::DATE AS actual_on,
    r.answers->>'$.baseline_decision' AS baseline_decision,
    r.missing, k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
WHERE r.table_name = 'milestones'
ORDER BY k.submission_id, r.position
