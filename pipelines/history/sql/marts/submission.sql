-- Grain: one row per submission.
-- Source: ledger table submission.
SELECT
    submission_id, agreement_id, kind, receipt, file_name, source_title, source_url, published_on, known_from,
    submitted_at AS recorded_at, submitted_by, is_late, is_synthetic
FROM submission
ORDER BY submission_id
