-- +goose Up

-- People who deleted themselves, until the last of their words is gone everywhere.
CREATE TABLE auth_erasures (
    user_id      text     NOT NULL,
    requested_at datetime NOT NULL,
    PRIMARY KEY (user_id)
);

CREATE INDEX auth_invitations_created_by ON auth_invitations (created_by);

-- A person's entries are found by who acted and by whom they are about. Devices speak the most
-- and are no person; an utterance is about no person.
CREATE INDEX audit_entries_actor ON audit_entries (actor_id, household_id, seq) WHERE actor_kind = 'user';
CREATE INDEX audit_entries_target ON audit_entries (target, household_id, seq) WHERE action <> 'intent.execute';

-- +goose Down
DROP INDEX audit_entries_target;
DROP INDEX audit_entries_actor;
DROP INDEX auth_invitations_created_by;
DROP TABLE auth_erasures;
