-- Grain: one row per return that counts, and the time in which it was the newest of its agreement, party and period.
-- Source: ledger tables submission, return_submission, return_row and return_act.
-- A return is known from when it was handed in; recorded_at is when it came into this ledger. tables is a JSON list, note what the
-- sender confirmed what had to be confirmed with.
SELECT
    k.agreement_id, k.party_id, k.period, k.form_id, k.form_version, k.tables, k.submission_id, k.submitted_by,
    k.known_from AS submitted_at, k.recorded_at, any_value(t.content) AS note, count(r.position) AS n_rows,
    count(r.position) FILTER (WHERE r.table_name = 'projects') AS n_projects, k.is_synthetic, k.known_from, k.known_to
FROM known_return AS k
LEFT JOIN return_row AS r USING (submission_id)
LEFT JOIN return_act AS a ON a.submission_id = k.submission_id AND a.act = 'submit'
LEFT JOIN audit_text AS t ON t.sequence = a.sequence AND t.field = 'note'
GROUP BY ALL
ORDER BY k.submission_id
