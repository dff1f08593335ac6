-- +goose Up

-- details and commitments are text, not jsonb: the chain signs their exact bytes.
CREATE TABLE audit_entries (
    household_id text        NOT NULL,
    seq          bigint      NOT NULL,
    at           timestamptz NOT NULL,
    action       text        NOT NULL,
    outcome      text        NOT NULL,
    request_id   text        NOT NULL,
    actor_kind   text        NOT NULL,
    actor_id     text        NOT NULL,
    target       text        NOT NULL,
    details      text        NOT NULL,
    commitments  text        NOT NULL,
    key_id       text        NOT NULL,
    prev_hash    bytea       NOT NULL,
    hash         bytea       NOT NULL,
    PRIMARY KEY (household_id, seq)
);

CREATE TABLE audit_heads (
    household_id text        NOT NULL,
    seq          bigint      NOT NULL,
    hash         bytea       NOT NULL,
    key_id       text        NOT NULL,
    seal         bytea       NOT NULL,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (household_id)
);

-- What may be erased: the chain itself holds only salted commitments to these.
CREATE TABLE audit_personal (
    household_id text   NOT NULL,
    seq          bigint NOT NULL,
    field        text   NOT NULL,
    salt         bytea  NOT NULL,
    text         text   NOT NULL,
    PRIMARY KEY (household_id, seq, field)
);

-- +goose Down
DROP TABLE audit_personal;
DROP TABLE audit_heads;
DROP TABLE audit_entries;
