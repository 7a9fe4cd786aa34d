-- Grain: one row per project of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of projects. working_area_split is JSON, a list of [area, per cent]; return_project_area has it in rows.
-- A column without an answer is NULL; missing says why, as JSON: column, code, reason.
SELECT
    k.agreement_id, k.party_id, k.period,
    r.answers->>'$.project_id' AS project_id,
    r.answers->>'$.project_name' AS project_name,
    r.answers->>'$.earlier_names' AS earlier_names,
    r.answers->>'$.owner_party_id' AS owner_party_id,
    r.answers->>'$.working_area_split.split' AS working_area_split,
    from_json(r.answers->'$.municipality_codes.codes', '["VARCHAR"]') AS municipality_codes,
    r.answers->>'$.road_number' AS road_number,
    r.answers->>'$.focus_area_id' AS focus_area_id,
    r.answers->>'$.phase' AS phase,
    r.answers->>'$.standing' AS standing,
    r.answers->>'$.merged_into' AS merged_into,
    r.answers->>'$.plan_status' AS plan_status,
    (r.answers->>'$.latitude.decimal')::DOUBLE AS latitude,
    (r.answers->>'$.longitude.decimal')::DOUBLE AS longitude,
    from_json(r.answers->'$.depends_on.codes', '["VARCHAR"]') AS depends_on,
    r.missing, k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
WHERE r.table_name = 'projects'
ORDER BY k.submission_id, r.position
