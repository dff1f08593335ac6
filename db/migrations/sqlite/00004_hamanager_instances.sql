-- +goose Up

-- token and password are sealed (Fernet); generation grows with every change that a running
-- connection must notice.
CREATE TABLE hamanager_instances (
    id           text     NOT NULL,
    household_id text     NOT NULL,
    kind         text     NOT NULL,
    desired      text     NOT NULL,
    generation   integer  NOT NULL,
    status       text     NOT NULL,
    message      text     NOT NULL,
    url          text     NOT NULL,
    token        text     NOT NULL,
    username     text     NOT NULL,
    password     text     NOT NULL,
    ha_version   text     NOT NULL,
    port         integer,
    keeps_data   boolean  NOT NULL,
    created_at   datetime NOT NULL,
    ready_at     datetime,
    updated_at   datetime NOT NULL,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX hamanager_instances_household ON hamanager_instances (household_id);

-- +goose Down
DROP TABLE hamanager_instances;
