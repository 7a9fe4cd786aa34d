-- Grain: one row per project and working area of a return, and the time in which the return was the newest of its party and period.
-- Source: the sheet of projects: in which areas a project lies, in per cent that add up to 100. None where it lies in no one area.
WITH shares AS (
    SELECT r.*, unnest(from_json(r.answers->'$.working_area_split.split', '[["VARCHAR"]]')) AS share
    FROM return_row AS r
    WHERE r.table_name = 'projects'
)
SELECT
    k.agreement_id, k.party_id, k.period, r.answers->>'$.project_id' AS project_id, r.share[1] AS working_area_id,
    r.share[2]::DECIMAL(18, 8) AS share_pct,
    k.submission_id, r.sheet, r.row_number, k.is_synthetic, k.known_from, k.known_to
FROM shares AS r
JOIN known_return AS k USING (submission_id)
ORDER BY k.submission_id, r.position, working_area_id
