-- Grain: one row per project of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of cost estimates; mill. kr of the row's own price basis, exact to the øre.
-- A column without an answer is NULL; missing says why, as JSON: column, code, reason.
SELECT
    k.agreement_id, k.party_id, k.period,
    r.answers->>'$.project_id' AS project_id,
    (r.answers->>'$.p50_mnok.decimal')::DECIMAL(18, 8) AS p50_mnok,
    (r.answers->>'$.p85_mnok.decimal')::DECIMAL(18, 8) AS p85_mnok,
    (r.answers->>'$.low_mnok.decimal')::DECIMAL(18, 8) AS low_mnok,
    (r.answers->>'$.likely_mnok.decimal')::DECIMAL(18, 8) AS likely_mnok,
    (r.answers->>'$.high_mnok.decimal')::DECIMAL(18, 8) AS high_mnok,
    (r.answers->>'$.forecast_mnok.decimal')::DECIMAL(18, 8) AS forecast_mnok,
    r.answers->>'$.estimate_method' AS estimate_method,
    (r.answers->>'$.estimated_on.date')::DATE AS estimated_on,
    r.answers->>'$.price_kind' AS price_kind,
    (r.answers->>'$.price_year.whole')::INTEGER AS price_year,
    (r.answers->>'$.includes_vat')::BOOLEAN AS includes_vat,
    r.answers->>'$.amount_source' AS amount_source,
    r.missing, k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
WHERE r.table_name = 'cost_estimates'
ORDER BY k.submission_id, r.position
