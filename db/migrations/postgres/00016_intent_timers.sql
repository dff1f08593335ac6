-- +goose Up

-- A timer that somebody set. ends_at is null while it is paused, and left_ms holds what is left;
-- version grows with each change, so that of two changes at once one is made.
CREATE TABLE intent_timers (
    id           text    NOT NULL PRIMARY KEY,
    household_id text    NOT NULL,
    owner_kind   text    NOT NULL,
    owner_id     text    NOT NULL,
    owner_name   text    NOT NULL,
    area_id      text    NOT NULL,
    name         text    NOT NULL,
    length_ms    bigint  NOT NULL,
    left_ms      bigint  NOT NULL,
    ends_at      timestamptz,
    version      integer NOT NULL,
    created_at   timestamptz NOT NULL
);

CREATE INDEX intent_timers_household ON intent_timers (household_id, id);
CREATE INDEX intent_timers_owner ON intent_timers (owner_id);
CREATE INDEX intent_timers_ends ON intent_timers (ends_at);

-- What is to be done at a later moment: intents and slots, which are bound to the home again when
-- it has come. given is what its speaker has given already that risky commands need.
CREATE TABLE intent_planned (
    id              text NOT NULL PRIMARY KEY,
    household_id    text NOT NULL,
    owner_kind      text NOT NULL,
    owner_id        text NOT NULL,
    owner_name      text NOT NULL,
    conversation_id text NOT NULL,
    area_id         text NOT NULL,
    text            text NOT NULL,
    source          text NOT NULL,
    given           text NOT NULL,
    commands        jsonb NOT NULL,
    due_at          timestamptz NOT NULL,
    created_at      timestamptz NOT NULL
);

CREATE INDEX intent_planned_household ON intent_planned (household_id, id);
CREATE INDEX intent_planned_owner ON intent_planned (owner_id);
CREATE INDEX intent_planned_due ON intent_planned (due_at);

-- +goose Down

DROP TABLE intent_planned;
DROP TABLE intent_timers;
