// Package db embeds the schema: goose migrations, the same numbers and names for each dialect.
package db

import "embed"

// Migrations holds migrations/postgres and migrations/sqlite.
//
//go:embed migrations/postgres/*.sql migrations/sqlite/*.sql
var Migrations embed.FS
