-- +goose Up

-- name_key is the name's folded form, which the operator's search looks in; null until it is made.
ALTER TABLE auth_users ADD COLUMN name_key text;
ALTER TABLE auth_households ADD COLUMN name_key text;

-- A search that finds little walks the whole index; the rows themselves are wider by far.
CREATE INDEX auth_users_search ON auth_users (id, email_key, name_key);
CREATE INDEX auth_households_search ON auth_households (id, name_key);
CREATE INDEX auth_users_admins ON auth_users (id) WHERE is_admin;
CREATE INDEX hamanager_instances_status ON hamanager_instances (status, id);

-- +goose Down
DROP INDEX hamanager_instances_status;
DROP INDEX auth_users_admins;
DROP INDEX auth_households_search;
DROP INDEX auth_users_search;
ALTER TABLE auth_households DROP COLUMN name_key;
ALTER TABLE auth_users DROP COLUMN name_key;
