-- Grain: one row per act and return: handed in, superseded, approved, rejected, reinstated or imported.
-- Source: ledger tables return_act and audit_text. said is the note of the sender or the reason of who decided.
SELECT
    s.agreement_id, s.party_id, s.period, a.sequence, a.submission_id, a.act, a.person_id, a.roles, a.acted_at, a.receipt,
    a.related_id, t.content AS said, s.is_synthetic
FROM return_act AS a
JOIN return_standing AS s USING (submission_id)
LEFT JOIN audit_text AS t ON t.sequence = a.sequence AND t.field IN ('note', 'reason') AND a.act <> 'supersede'
ORDER BY a.sequence, a.submission_id
