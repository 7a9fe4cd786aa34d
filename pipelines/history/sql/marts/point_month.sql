-- Grain: one row per agreement, kind, counting point, month and the time from which it was known.
-- Source: monthly mean daily traffic of light vehicles in a traffic file; coverage is length-adjusted.
-- Kind is traffic for what its maker published and traffic_api for our own calculation: neither closes the other's rows.
SELECT
    s.agreement_id, s.kind, p.point_id, p.month, p.mdt, p.coverage_pct, p.length_quality_pct,
    s.submission_id, p.sheet, p.cell, s.is_synthetic, s.known_from,
    coalesce(
        lead(s.known_from) OVER (PARTITION BY s.agreement_id, s.kind, p.point_id, p.month ORDER BY s.known_from, s.submission_id),
        TIMESTAMP '9999-12-31'
    ) AS known_to
FROM point_month AS p
JOIN submission AS s USING (submission_id)
ORDER BY ALL
