-- Grain: one row per finding of a return that counts or waits, in the order of its sheets, as it was when it was handed in.
-- Source: ledger table return_finding. named is JSON.
SELECT
    s.agreement_id, f.submission_id, f.position, f.code, f.severity, f.sheet, f.cell, f.quoted, f.named, s.is_synthetic
FROM return_finding AS f
JOIN return_standing AS s USING (submission_id)
WHERE s.last_act IN ('submit', 'approve', 'reinstate', 'import')
ORDER BY f.submission_id, f.position
