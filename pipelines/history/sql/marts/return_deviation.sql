-- Grain: one row per project and deviation of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of deviations, as the party reports them; mill. kr in the kroner of the project's cost estimate.
-- A column without an answer is NULL; missing says why, as JSON: column, code, reason.
SELECT
    k.agreement_id, k.party_id, k.period,
    r.answers->>'$.project_id' AS project_id,
    r.answers->>'$.deviation_id' AS deviation_id,
    r.answers->>'$.kind' AS kind,
    r.answers->>'$.cause' AS cause,
    r.answers->>'$.proposed_action' AS proposed_action,
    r.answers->>'$.body_id' AS body_id,
    r.answers->>'$.decision_reference' AS decision_reference,
    (r.answers->>'$.scope_change_mnok.decimal')::DECIMAL(18, 8) AS scope_change_mnok,
    r.missing, k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
WHERE r.table_name = 'deviations'
ORDER BY k.submission_id, r.position
