-- +goose Up

-- Households that were deleted leave words behind as people do.
ALTER TABLE auth_erasures RENAME COLUMN user_id TO subject_id;
ALTER TABLE auth_erasures ADD COLUMN kind text NOT NULL DEFAULT 'user';

-- +goose Down
DELETE FROM auth_erasures WHERE kind <> 'user';
ALTER TABLE auth_erasures DROP COLUMN kind;
ALTER TABLE auth_erasures RENAME COLUMN subject_id TO user_id;
