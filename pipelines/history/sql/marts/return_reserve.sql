-- Grain: one row per project and level of the reserve of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of the reserve; mill. kr of the row's own price basis, exact to the øre.
-- A column without an answer is NULL; missing says why, as JSON: column, code, reason.
SELECT
    k.agreement_id, k.party_id, k.period,
    r.answers->>'$.project_id' AS project_id,
    r.answers->>'$.reserve_level' AS reserve_level,
    (r.answers->>'$.released_mnok.decimal')::DECIMAL(18, 8) AS released_mnok,
    (r.answers->>'$.held_mnok.decimal')::DECIMAL(18, 8) AS held_mnok,
    r.answers->>'$.reserve_decision' AS reserve_decision,
    r.answers->>'$.price_kind' AS price_kind,
    (r.answers->>'$.price_year.whole')::INTEGER AS price_year,
    (r.answers->>'$.includes_vat')::BOOLEAN AS includes_vat,
    r.answers->>'$.amount_source' AS amount_source,
    r.missing, k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
WHERE r.table_name = 'reserve'
ORDER BY k.submission_id, r.position
