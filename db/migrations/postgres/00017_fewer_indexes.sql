-- +goose Up

-- Each index that begins with the household costs a page of its own with every utterance. What a
-- household said is found by who said it, and the newest of each together are the newest of all.
DROP INDEX intent_history_household;

-- Who acted in which part of a chain: block n is the entries from n * 128 to n * 128 + 127. It grows
-- with a person's first entry of a block, not with each.
CREATE TABLE audit_acted (
    actor_id     text   NOT NULL,
    household_id text   NOT NULL,
    block        bigint NOT NULL,
    PRIMARY KEY (actor_id, household_id, block)
);

INSERT INTO audit_acted (actor_id, household_id, block)
SELECT DISTINCT actor_id, household_id, seq / 128 FROM audit_entries WHERE actor_kind = 'user';

DROP INDEX audit_entries_actor;

-- An older binary would leave no trace there, and a person's words could not be found to be erased.
UPDATE platform_schema SET minimum_version = 17;

-- +goose Down
UPDATE platform_schema SET minimum_version = 1;
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, household_id, seq) WHERE actor_kind = 'user';
DROP TABLE audit_acted;
CREATE INDEX intent_history_household ON intent_history (household_id, id);
