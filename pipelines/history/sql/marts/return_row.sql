-- Grain: one row per row of a return. Its return says from when to when it was known.
-- Source: ledger table return_row. answers, missing and places are JSON by column, so that a return is rebuilt as it was read.
SELECT submission_id, table_name, position, sheet, row_number, row_key, answers, missing, places
FROM return_row
ORDER BY submission_id, table_name, position
