-- Grain: one row per agreement, kind, method, pair of years, last month, kind of series and the time from which it was known.
-- Source: traffic files, as published by their maker.
-- Kind is traffic for what its maker published and traffic_api for our own calculation: neither closes the other's rows.
SELECT
    s.agreement_id, s.kind, y.method_version, y.year_from, y.year_to, y.month, y.is_chained, y.is_to_date,
    y.n_points, y.index_pct, y.standard_error_pct, y.ci_low_pct, y.ci_high_pct,
    s.submission_id, y.sheet, y.cell, s.published_on, s.source_title, s.source_url, s.is_late, s.is_synthetic, s.known_from,
    coalesce(
        lead(s.known_from) OVER (
            PARTITION BY s.agreement_id, s.kind, y.method_version, y.year_from, y.year_to, y.month, y.is_chained, y.is_to_date
            ORDER BY s.known_from, s.submission_id
        ),
        TIMESTAMP '9999-12-31'
    ) AS known_to
FROM yearly_index AS y
JOIN submission AS s USING (submission_id)
ORDER BY ALL
