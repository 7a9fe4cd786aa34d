-- Grain: one row per agreement, kind, method, reference year, group, window, last month and the time from which it was known.
-- Source: traffic files; each row replaces the one before it of the same key, and stays readable as of earlier dates.
-- Interval: known_from <= D < known_to. A row that was replaced on the day it appeared has an empty interval.
-- Kind is traffic for what its maker published and traffic_api for our own calculation: neither closes the other's rows.
SELECT
    s.agreement_id, s.kind, r.method_version, r.reference_year, r.group_kind, r.group_name, r.window_months, r.last_month,
    r.basis, r.n_points, r.n_eff, r.index_pct, r.sd_pct, r.standard_error_pct, r.ci_low_pct, r.ci_high_pct,
    r.published_index_pct, r.published_ci_low_pct, r.published_ci_high_pct,
    s.submission_id, r.sheet, r.cell, s.published_on, s.source_title, s.source_url, s.is_late, s.is_synthetic, s.known_from,
    coalesce(
        lead(s.known_from) OVER (
            PARTITION BY s.agreement_id, s.kind, r.method_version, r.reference_year, r.group_kind, r.group_name, r.window_months,
                r.last_month
            ORDER BY s.known_from, s.submission_id
        ),
        TIMESTAMP '9999-12-31'
    ) AS known_to
FROM rolling_index AS r
JOIN submission AS s USING (submission_id)
ORDER BY ALL
