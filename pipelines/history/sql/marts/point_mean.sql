-- Grain: one row per agreement, kind, counting point, window, last month and the submission that it belongs to.
-- Source: mean daily traffic of the reference year and of the window, computed from a file's months or printed in the file.
-- Rows of one submission belong together: an index is never made of two vintages.
-- Kind is traffic for what its maker published and traffic_api for our own calculation: neither closes the other's rows.
SELECT
    s.agreement_id, s.kind, p.point_id, p.window_months, p.last_month, p.reference_year, p.mean_reference, p.mean_window,
    s.submission_id, p.sheet, p.cell, s.is_synthetic, s.known_from,
    coalesce(
        lead(s.known_from) OVER (
            PARTITION BY s.agreement_id, s.kind, p.point_id, p.window_months, p.last_month ORDER BY s.known_from, s.submission_id
        ),
        TIMESTAMP '9999-12-31'
    ) AS known_to
FROM point_mean AS p
JOIN submission AS s USING (submission_id)
ORDER BY ALL
