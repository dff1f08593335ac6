-- +goose Up

CREATE TABLE auth_users (
    id            text        NOT NULL,
    email         text        NOT NULL,
    email_key     text        NOT NULL,
    name          text        NOT NULL,
    password_hash text        NOT NULL,
    is_admin      boolean     NOT NULL,
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz,
    PRIMARY KEY (id)
);

-- email is as the person wrote it; email_key is its normalised, case-folded form.
CREATE UNIQUE INDEX auth_users_email_key ON auth_users (email_key);

CREATE TABLE auth_households (
    id          text             NOT NULL,
    name        text             NOT NULL,
    language    text             NOT NULL,
    time_zone   text             NOT NULL,
    country     text             NOT NULL,
    latitude    double precision NOT NULL,
    longitude   double precision NOT NULL,
    unit_system text             NOT NULL,
    created_at  timestamptz      NOT NULL,
    disabled_at timestamptz,
    PRIMARY KEY (id)
);

CREATE TABLE auth_memberships (
    household_id text        NOT NULL REFERENCES auth_households (id) ON DELETE CASCADE,
    user_id      text        NOT NULL REFERENCES auth_users (id) ON DELETE CASCADE,
    role         text        NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    PRIMARY KEY (household_id, user_id)
);

CREATE INDEX auth_memberships_user ON auth_memberships (user_id, created_at);

-- A session is a person's (user_id) or a device's (device_id); household_id is the one its
-- tokens act on when a request names none, and may be empty for a person without any.
CREATE TABLE auth_sessions (
    id             text        NOT NULL,
    kind           text        NOT NULL,
    user_id        text REFERENCES auth_users (id) ON DELETE CASCADE,
    device_id      text,
    household_id   text        NOT NULL,
    created_at     timestamptz NOT NULL,
    last_used_at   timestamptz NOT NULL,
    expires_at     timestamptz,
    ip             text        NOT NULL,
    user_agent     text        NOT NULL,
    revoked_at     timestamptz,
    revoked_reason text        NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX auth_sessions_user ON auth_sessions (user_id);
CREATE INDEX auth_sessions_last_used ON auth_sessions (last_used_at);

-- Only hashes: a refresh token and its successor can be told from nothing in here.
CREATE TABLE auth_refresh_tokens (
    hash           bytea       NOT NULL,
    session_id     text        NOT NULL REFERENCES auth_sessions (id) ON DELETE CASCADE,
    issued_at      timestamptz NOT NULL,
    used_at        timestamptz,
    successor_hash bytea,
    PRIMARY KEY (hash)
);

CREATE INDEX auth_refresh_tokens_session ON auth_refresh_tokens (session_id);
CREATE INDEX auth_refresh_tokens_used ON auth_refresh_tokens (used_at);

-- retire_at is when tokens signed with the key stop being accepted; null while it signs.
CREATE TABLE auth_signing_keys (
    kid         text        NOT NULL,
    private_key text        NOT NULL,
    public_key  bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    retire_at   timestamptz,
    PRIMARY KEY (kid)
);

-- +goose Down
DROP TABLE auth_signing_keys;
DROP TABLE auth_refresh_tokens;
DROP TABLE auth_sessions;
DROP TABLE auth_memberships;
DROP TABLE auth_households;
DROP TABLE auth_users;
