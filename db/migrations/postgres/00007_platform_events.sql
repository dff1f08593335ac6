-- +goose Up

-- What a household's clients are told of, for as long as they may ask for what they missed.
-- audience is empty for everybody in the household, a role's word, or the id of one caller.
CREATE TABLE platform_events (
    household_id text     NOT NULL,
    seq          bigint   NOT NULL,
    at           timestamptz NOT NULL,
    kind         text     NOT NULL,
    audience     text     NOT NULL,
    data         jsonb    NOT NULL,
    PRIMARY KEY (household_id, seq)
);

CREATE INDEX platform_events_at ON platform_events (at);

-- The last number given out, and the lock that makes numbers commit in their order.
CREATE TABLE platform_event_heads (
    household_id text    NOT NULL,
    seq          bigint  NOT NULL,
    PRIMARY KEY (household_id)
);

-- +goose Down
DROP TABLE platform_event_heads;
DROP TABLE platform_events;
