-- +goose Up

-- The chain signs the exact bytes of details and commitments.
CREATE TABLE audit_entries (
    household_id text     NOT NULL,
    seq          integer  NOT NULL,
    at           datetime NOT NULL,
    action       text     NOT NULL,
    outcome      text     NOT NULL,
    request_id   text     NOT NULL,
    actor_kind   text     NOT NULL,
    actor_id     text     NOT NULL,
    target       text     NOT NULL,
    details      text     NOT NULL,
    commitments  text     NOT NULL,
    key_id       text     NOT NULL,
    prev_hash    blob     NOT NULL,
    hash         blob     NOT NULL,
    PRIMARY KEY (household_id, seq)
) WITHOUT ROWID;

CREATE TABLE audit_heads (
    household_id text     NOT NULL,
    seq          integer  NOT NULL,
    hash         blob     NOT NULL,
    key_id       text     NOT NULL,
    seal         blob     NOT NULL,
    updated_at   datetime NOT NULL,
    PRIMARY KEY (household_id)
) WITHOUT ROWID;

-- What may be erased: the chain itself holds only salted commitments to these.
CREATE TABLE audit_personal (
    household_id text    NOT NULL,
    seq          integer NOT NULL,
    field        text    NOT NULL,
    salt         blob    NOT NULL,
    text         text    NOT NULL,
    PRIMARY KEY (household_id, seq, field)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE audit_personal;
DROP TABLE audit_heads;
DROP TABLE audit_entries;
