-- Grain: one row per cited line of a topic and column, and the time from which it was known.
-- Source: public documents; the line's own source stands in its column "source".
SELECT
    s.agreement_id, c.topic, c.line, c.column_name, c.content,
    s.submission_id, c.sheet, c.cell, s.published_on, s.is_synthetic, s.known_from,
    coalesce(
        lead(s.known_from) OVER (PARTITION BY s.agreement_id, c.topic, c.line, c.column_name ORDER BY s.known_from, s.submission_id),
        TIMESTAMP '9999-12-31'
    ) AS known_to
FROM cited_figure AS c
JOIN submission AS s USING (submission_id)
ORDER BY ALL
