-- Grain: one row per project, funding source, cost element and year of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of economy; mill. kr of the row's own price basis, exact to the øre.
-- A column without an answer is NULL; missing says why, as JSON: column, code, reason.
SELECT
    k.agreement_id, k.party_id, k.period,
    r.answers->>'$.project_id' AS project_id,
    r.answers->>'$.funding_source_id' AS funding_source_id,
    r.answers->>'$.cost_element' AS cost_element,
    (r.answers->>'$.year.whole')::INTEGER AS year,
    (r.answers->>'$.budget_mnok.decimal')::DECIMAL(18, 8) AS budget_mnok,
    (r.answers->>'$.spent_period_mnok.decimal')::DECIMAL(18, 8) AS spent_period_mnok,
    (r.answers->>'$.spent_to_date_mnok.decimal')::DECIMAL(18, 8) AS spent_to_date_mnok,
    (r.answers->>'$.forecast_mnok.decimal')::DECIMAL(18, 8) AS forecast_mnok,
    (r.answers->>'$.requisitioned_mnok.decimal')::DECIMAL(18, 8) AS requisitioned_mnok,
    (r.answers->>'$.stated_change_pct.decimal')::DOUBLE AS stated_change_pct,
    r.answers->>'$.price_kind' AS price_kind,
    (r.answers->>'$.price_year.whole')::INTEGER AS price_year,
    (r.answers->>'$.includes_vat')::BOOLEAN AS includes_vat,
    r.answers->>'$.amount_source' AS amount_source,
    r.missing, k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
WHERE r.table_name = 'economy'
ORDER BY k.submission_id, r.position
