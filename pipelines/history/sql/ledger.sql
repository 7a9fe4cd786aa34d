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
-- What was found wrong with a return when it was handed in, in the order of its sheets; `named` is JSON.
CREATE TABLE IF NOT EXISTS return_finding (
    submission_id BIGINT NOT NULL,
    position INTEGER NOT NULL,
    code VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    sheet VARCHAR,
    cell VARCHAR,
    quoted VARCHAR,
    named VARCHAR NOT NULL
);
-- What was done with a return, by whom: submit, supersede, approve, reject, reinstate or import. `sequence` is of its entry in the
-- chain, `receipt` the content that the act binds itself to, `related_id` the return that superseded it or that is back in it.
CREATE TABLE IF NOT EXISTS return_act (
    sequence BIGINT NOT NULL,
    submission_id BIGINT NOT NULL,
    act VARCHAR NOT NULL,
    person_id VARCHAR NOT NULL,
    roles VARCHAR NOT NULL,
    acted_at TIMESTAMP NOT NULL,
    receipt VARCHAR NOT NULL,
    related_id BIGINT
);
-- The chain of acts. `roles` and `facts` are JSON; what people wrote stands in audit_text, and only its salted hash in the chain.
CREATE TABLE IF NOT EXISTS audit (
    sequence BIGINT NOT NULL,
    "at" TIMESTAMP NOT NULL,
    person_id VARCHAR NOT NULL,
    roles VARCHAR NOT NULL,
    act VARCHAR NOT NULL,
    agreement_id VARCHAR,
    subject VARCHAR NOT NULL,
    content_hash VARCHAR,
    facts VARCHAR NOT NULL,
    previous_hash VARCHAR NOT NULL,
    entry_hash VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS audit_text (
    sequence BIGINT NOT NULL,
    field VARCHAR NOT NULL,
    salt VARCHAR NOT NULL,
    content VARCHAR NOT NULL
);
-- Each return with the last thing that was done with it.
CREATE TEMP VIEW return_standing AS
SELECT
    submission_id, s.agreement_id, r.party_id, r.period, r.form_id, r.form_version, r.tables, s.receipt, s.file_name,
    s.submitted_by, s.submitted_at AS recorded_at, s.is_synthetic, s.known_from, a.act AS last_act, a.sequence AS last_sequence
FROM return_submission AS r
JOIN submission AS s USING (submission_id)
JOIN return_act AS a USING (submission_id)
QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY a.sequence DESC) = 1;
-- Returns that are left out of known_return while the rows of the others are made; empty at all other times.
CREATE TEMP TABLE left_out (submission_id BIGINT);
-- Each return that counts, with the time in which it was the newest of its agreement, party and period: a later period closes no
-- earlier one. What waits, was rejected or was superseded while it waited counts for nothing.
CREATE TEMP VIEW known_return AS
SELECT * FROM (
    SELECT
        submission_id, agreement_id, party_id, period, form_id, form_version, tables, submitted_by, recorded_at, is_synthetic,
        known_from,
        coalesce(
            lead(known_from) OVER (PARTITION BY agreement_id, party_id, period ORDER BY known_from, submission_id),
            TIMESTAMP '9999-12-31'
        ) AS known_to
    FROM return_standing
    WHERE last_act IN ('approve', 'reinstate', 'import')
)
WHERE submission_id NOT IN (SELECT submission_id FROM left_out);
