-- +goose Up
-- One row: the lowest schema version that a binary must know to use this database.
-- A migration that older binaries cannot live with raises it to its own number.
CREATE TABLE platform_schema (
    id              integer PRIMARY KEY CHECK (id = 1),
    minimum_version bigint  NOT NULL
);

INSERT INTO platform_schema (id, minimum_version) VALUES (1, 1);

-- +goose Down
DROP TABLE platform_schema;
