-- Grain: one row per project and risk of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of uncertainty. Consequences are without sign: what a risk costs, what an opportunity saves.
-- A column without an answer is NULL; missing says why, as JSON: column, code, reason.
SELECT
    k.agreement_id, k.party_id, k.period,
    r.answers->>'$.project_id' AS project_id,
    r.answers->>'$.risk_id' AS risk_id,
    r.answers->>'$.kind' AS kind,
    r.answers->>'$.description' AS description,
    (r.answers->>'$.probability_pct.decimal')::DOUBLE AS probability_pct,
    (r.answers->>'$.consequence_low_mnok.decimal')::DECIMAL(18, 8) AS consequence_low_mnok,
    (r.answers->>'$.consequence_likely_mnok.decimal')::DECIMAL(18, 8) AS consequence_likely_mnok,
    (r.answers->>'$.consequence_high_mnok.decimal')::DECIMAL(18, 8) AS consequence_high_mnok,
    (r.answers->>'$.consequence_days.whole')::INTEGER AS consequence_days,
    r.answers->>'$.response' AS response,
    r.answers->>'$.responsible' AS responsible,
    (r.answers->>'$.is_open')::BOOLEAN AS is_open,
    r.answers->>'$.price_kind' AS price_kind,
    (r.answers->>'$.price_year.whole')::INTEGER AS price_year,
    (r.answers->>'$.includes_vat')::BOOLEAN AS includes_vat,
    r.answers->>'$.amount_source' AS amount_source,
    r.missing, k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
WHERE r.table_name = 'risks'
ORDER BY k.submission_id, r.position
