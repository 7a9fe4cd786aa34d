-- Grain: one row per submission; of returns those that count.
-- Source: ledger table submission.
SELECT
    submission_id, agreement_id, kind, receipt, file_name, source_title, source_url, published_on, known_from,
    submitted_at AS recorded_at, submitted_by, is_late, is_synthetic
FROM submission
WHERE kind <> 'return' OR submission_id IN (SELECT submission_id FROM known_return)
ORDER BY submission_id
