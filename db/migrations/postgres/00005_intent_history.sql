-- +goose Up

-- What was said and what came of it, one row an utterance.
CREATE TABLE intent_history (
    id              text        NOT NULL PRIMARY KEY,
    household_id    text        NOT NULL,
    request_id      text        NOT NULL,
    conversation_id text        NOT NULL,
    at              timestamptz NOT NULL,
    actor_kind      text        NOT NULL,
    actor_id        text        NOT NULL,
    actor_name      text        NOT NULL,
    language        text        NOT NULL,
    text            text        NOT NULL,
    status          text        NOT NULL,
    reason          text        NOT NULL,
    speech          text        NOT NULL,
    source          text        NOT NULL,
    commands        jsonb       NOT NULL
);

CREATE INDEX intent_history_household ON intent_history (household_id, id);
CREATE INDEX intent_history_actor ON intent_history (household_id, actor_id, id);

-- A claim is left before something is done that must not be done twice. An open claim whose
-- process is gone stands for an outcome that nobody knows.
CREATE TABLE intent_claims (
    id           text        NOT NULL PRIMARY KEY,
    household_id text        NOT NULL,
    caller_id    text        NOT NULL,
    claim_key    text        NOT NULL,
    fingerprint  text        NOT NULL,
    request_id   text        NOT NULL,
    boot_id      text        NOT NULL,
    lease_until  timestamptz NOT NULL,
    request      jsonb       NOT NULL,
    status_code  integer     NOT NULL,
    body         bytea,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
);

CREATE UNIQUE INDEX intent_claims_key ON intent_claims (caller_id, claim_key);
CREATE INDEX intent_claims_expires ON intent_claims (expires_at);
CREATE INDEX intent_claims_open ON intent_claims (status_code, lease_until);

-- +goose Down

DROP TABLE intent_claims;
DROP TABLE intent_history;
