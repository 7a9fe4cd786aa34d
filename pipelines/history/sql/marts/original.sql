-- Grain: one row per file of a submission, in the order in which its files were handed in; of every return, whatever became of it.
-- Source: ledger tables original, submission and return_submission; party_id and period are of returns. The bytes lie beside the
-- ledger under their hash, never here.
SELECT
    s.agreement_id, s.kind, r.party_id, r.period, o.submission_id,
    row_number() OVER (PARTITION BY o.submission_id ORDER BY o.rowid) AS position,
    o.file_name, o.sha256, o.n_bytes, s.is_synthetic, s.known_from
FROM original AS o
JOIN submission AS s USING (submission_id)
LEFT JOIN return_submission AS r USING (submission_id)
ORDER BY o.submission_id, position
