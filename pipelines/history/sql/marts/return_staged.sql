-- Grain: one row per return that waits to be approved or rejected.
-- Source: ledger tables submission, return_submission, return_act and return_finding; note is what the sender wrote.
WITH told AS (
    SELECT a.submission_id, t.content AS note
    FROM return_act AS a
    JOIN audit_text AS t ON t.sequence = a.sequence AND t.field = 'note'
    WHERE a.act = 'submit'
), counted AS (
    SELECT
        submission_id, count(*) FILTER (WHERE severity = 'hold') AS n_hold,
        count(*) FILTER (WHERE severity = 'warning') AS n_warning, count(*) FILTER (WHERE severity = 'info') AS n_info
    FROM return_finding
    GROUP BY submission_id
)
SELECT
    s.agreement_id, s.party_id, s.period, s.form_id, s.form_version, s.tables, s.submission_id, s.receipt, s.file_name,
    s.submitted_by, s.known_from AS submitted_at, t.note, coalesce(c.n_hold, 0) AS n_hold,
    coalesce(c.n_warning, 0) AS n_warning, coalesce(c.n_info, 0) AS n_info, s.is_synthetic
FROM return_standing AS s
LEFT JOIN told AS t USING (submission_id)
LEFT JOIN counted AS c USING (submission_id)
WHERE s.last_act = 'submit'
ORDER BY s.submission_id
