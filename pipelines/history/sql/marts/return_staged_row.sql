-- Grain: one row per row of a return that waits to be decided. No figure comes from here.
-- Source: ledger table return_row. answers, missing and places are JSON by column, so that a return is rebuilt as it was read.
SELECT
    r.submission_id, r.table_name, r.position, r.sheet, r.row_number, r.row_key, r.answers, r.missing, r.places
FROM return_row AS r
JOIN return_standing AS s USING (submission_id)
WHERE s.last_act = 'submit'
ORDER BY r.submission_id, r.table_name, r.position
