-- Grain: the tables of the ledger, one row per fact and submission. Rows are added, never changed or removed.
-- Source: traffic files, cited figures and returns, each row with the sheet and cell (or row) that it came from.
-- No secondary indices and no primary keys: an index under a killed process is DuckDB's weak point; numbers are given under one lock.
CREATE TABLE IF NOT EXISTS submission (
    submission_id BIGINT NOT NULL,
    agreement_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    receipt VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    source_title VARCHAR NOT NULL,
    source_url VARCHAR,
    published_on DATE NOT NULL,
    known_from TIMESTAMP NOT NULL,
    submitted_at TIMESTAMP NOT NULL,
    submitted_by VARCHAR NOT NULL,
    is_late BOOLEAN NOT NULL,
    is_synthetic BOOLEAN NOT NULL
);
CREATE TABLE IF NOT EXISTS original (
    submission_id BIGINT NOT NULL,
    sha256 VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    n_bytes BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS point (
    submission_id BIGINT NOT NULL,
    point_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    road VARCHAR,
    road_category VARCHAR,
    municipality_name VARCHAR,
    municipality_code VARCHAR,
    working_area_id VARCHAR,
    latitude DOUBLE,
    longitude DOUBLE,
    is_in_agreement BOOLEAN NOT NULL,
    sheet VARCHAR,
    cell VARCHAR
);
CREATE TABLE IF NOT EXISTS point_month (
    submission_id BIGINT NOT NULL,
    point_id VARCHAR NOT NULL,
    month DATE NOT NULL,
    mdt DOUBLE,
    coverage_pct DOUBLE,
    length_quality_pct DOUBLE,
    sheet VARCHAR,
    cell VARCHAR
);
CREATE TABLE IF NOT EXISTS point_mean (
    submission_id BIGINT NOT NULL,
    point_id VARCHAR NOT NULL,
    window_months INTEGER NOT NULL,
    last_month DATE NOT NULL,
    reference_year INTEGER NOT NULL,
    mean_reference DOUBLE NOT NULL,
    mean_window DOUBLE NOT NULL,
    sheet VARCHAR,
    cell VARCHAR
);
CREATE TABLE IF NOT EXISTS rolling_index (
    submission_id BIGINT NOT NULL,
    method_version VARCHAR NOT NULL,
    reference_year INTEGER NOT NULL,
    group_kind VARCHAR NOT NULL,
    group_name VARCHAR NOT NULL,
    window_months INTEGER NOT NULL,
    last_month DATE NOT NULL,
    basis VARCHAR NOT NULL,
    n_points INTEGER,
    n_eff DOUBLE,
    index_pct DOUBLE NOT NULL,
    sd_pct DOUBLE,
    standard_error_pct DOUBLE,
    ci_low_pct DOUBLE,
    ci_high_pct DOUBLE,
    published_index_pct DOUBLE,
    published_ci_low_pct DOUBLE,
    published_ci_high_pct DOUBLE,
    sheet VARCHAR,
    cell VARCHAR
);
CREATE TABLE IF NOT EXISTS yearly_index (
    submission_id BIGINT NOT NULL,
    method_version VARCHAR NOT NULL,
    year_from INTEGER NOT NULL,
    year_to INTEGER NOT NULL,
    month INTEGER NOT NULL,
    is_chained BOOLEAN NOT NULL,
    is_to_date BOOLEAN NOT NULL,
    n_points INTEGER,
    index_pct DOUBLE NOT NULL,
    standard_error_pct DOUBLE,
    ci_low_pct DOUBLE,
    ci_high_pct DOUBLE,
    sheet VARCHAR,
    cell VARCHAR
);
CREATE TABLE IF NOT EXISTS cited_figure (
    submission_id BIGINT NOT NULL,
    topic VARCHAR NOT NULL,
    line INTEGER NOT NULL,
    column_name VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    sheet VARCHAR,
    cell VARCHAR
);
-- Whose return a submission is, of which period, and the tables that it had, as JSON in their order, those without rows too.
CREATE TABLE IF NOT EXISTS return_submission (
    submission_id BIGINT NOT NULL,
    party_id VARCHAR NOT NULL,
    period VARCHAR NOT NULL,
    form_id VARCHAR NOT NULL,
    form_version INTEGER NOT NULL,
    tables VARCHAR NOT NULL
);
-- A row of a return as JSON, so that a new column of a form is no migration. `answers` holds what is answered and `missing` the
-- codes of what is not, both by column; `places` the number of each column in its sheet; `position` counts the rows of the table.
CREATE TABLE IF NOT EXISTS return_row (
    submission_id BIGINT NOT NULL,
    table_name VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    sheet VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    row_key VARCHAR NOT NULL,
    answers VARCHAR NOT NULL,
    missing VARCHAR NOT NULL,
    places VARCHAR NOT NULL
);
-- Each return with the time in which it was the newest of its agreement, party and period: a later period closes no earlier one.
CREATE TEMP VIEW known_return AS
SELECT
    submission_id, s.agreement_id, r.party_id, r.period, r.form_id, r.form_version, r.tables, s.submitted_by,
    s.submitted_at AS recorded_at, s.is_synthetic, s.known_from,
    coalesce(
        lead(s.known_from) OVER (PARTITION BY s.agreement_id, r.party_id, r.period ORDER BY s.known_from, submission_id),
        TIMESTAMP '9999-12-31'
    ) AS known_to
FROM return_submission AS r
JOIN submission AS s USING (submission_id);
