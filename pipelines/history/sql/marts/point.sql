-- Grain: one row per agreement, kind, counting point and the time from which it was known.
-- Source: the point list of a traffic file.
-- Kind is traffic for what its maker published and traffic_api for our own calculation: neither closes the other's rows.
SELECT
    s.agreement_id, s.kind, p.point_id, p.name, p.road, p.road_category, p.municipality_name, p.municipality_code,
    p.working_area_id, p.latitude, p.longitude, p.is_in_agreement,
    s.submission_id, p.sheet, p.cell, s.published_on, s.is_synthetic, s.known_from,
    coalesce(
        lead(s.known_from) OVER (PARTITION BY s.agreement_id, s.kind, p.point_id ORDER BY s.known_from, s.submission_id),
        TIMESTAMP '9999-12-31'
    ) AS known_to
FROM point AS p
JOIN submission AS s USING (submission_id)
ORDER BY ALL
