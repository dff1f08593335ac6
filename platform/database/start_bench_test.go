package database_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
)

// BenchmarkStart is the database's part of a start on existing data.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	start := func() {
		db, err := database.Open(b.Context(), database.Defaults(), database.Deps{DataDir: dir})
		require.NoError(b, err)
		require.NoError(b, db.Migrate(b.Context()))
		require.NoError(b, db.Close())
	}
	start()
	for b.Loop() {
		start()
	}
}
