-- +goose Up

-- pin_hash is bcrypt, empty without a PIN. Quotas are the operator's; null is no limit.
ALTER TABLE auth_households ADD COLUMN pin_hash text NOT NULL DEFAULT '';
ALTER TABLE auth_households ADD COLUMN max_members integer;
ALTER TABLE auth_households ADD COLUMN max_devices integer;

-- area is an id or name of the home's; allowed_domains and allowed_areas are JSON lists, null
-- where nothing narrows the device.
CREATE TABLE auth_devices (
    id              text     NOT NULL,
    household_id    text     NOT NULL REFERENCES auth_households (id) ON DELETE CASCADE,
    name            text     NOT NULL,
    area            text     NOT NULL,
    allowed_domains jsonb,
    allowed_areas   jsonb,
    created_at      timestamptz NOT NULL,
    last_seen_at    timestamptz,
    PRIMARY KEY (id)
);

CREATE INDEX auth_devices_household ON auth_devices (household_id, id);
CREATE INDEX auth_sessions_device ON auth_sessions (device_id);

-- A device that waits to be approved (RFC 8628). Both codes are hashes; device_id is set once
-- somebody has approved it.
CREATE TABLE auth_device_grants (
    device_code_hash bytea     NOT NULL,
    user_code_hash   bytea     NOT NULL,
    device_name      text     NOT NULL,
    status           text     NOT NULL,
    device_id        text,
    poll_interval    integer  NOT NULL,
    polled_at        timestamptz,
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    PRIMARY KEY (device_code_hash)
);

CREATE UNIQUE INDEX auth_device_grants_user_code ON auth_device_grants (user_code_hash);
CREATE INDEX auth_device_grants_expires ON auth_device_grants (expires_at);

-- household_id is null where the invitation founds a household; member_until ends the
-- membership that comes of it.
CREATE TABLE auth_invitations (
    id           text     NOT NULL,
    token_hash   bytea     NOT NULL,
    household_id text REFERENCES auth_households (id) ON DELETE CASCADE,
    role         text     NOT NULL,
    created_by   text     NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    member_until timestamptz,
    used_at      timestamptz,
    used_by      text,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX auth_invitations_token ON auth_invitations (token_hash);
CREATE INDEX auth_invitations_household ON auth_invitations (household_id, id);

-- One use each: the operator hands the token over, the person chooses a password with it.
CREATE TABLE auth_reset_tokens (
    token_hash bytea     NOT NULL,
    user_id    text     NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (token_hash)
);

CREATE INDEX auth_reset_tokens_user ON auth_reset_tokens (user_id);

-- +goose Down
DROP TABLE auth_reset_tokens;
DROP TABLE auth_invitations;
DROP TABLE auth_device_grants;
DROP INDEX auth_sessions_device;
DROP TABLE auth_devices;
ALTER TABLE auth_households DROP COLUMN max_devices;
ALTER TABLE auth_households DROP COLUMN max_members;
ALTER TABLE auth_households DROP COLUMN pin_hash;
