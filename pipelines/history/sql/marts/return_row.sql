-- Grain: one row per row of a return that counts. Its return says from when to when it was known.
-- Source: ledger table return_row. answers, missing and places are JSON by column, so that a return is rebuilt as it was read.
SELECT
    r.submission_id, r.table_name, r.position, r.sheet, r.row_number, r.row_key, r.answers, r.missing, r.places
FROM return_row AS r
JOIN known_return AS k USING (submission_id)
ORDER BY r.submission_id, r.table_name, r.position
