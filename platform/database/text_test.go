package database_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/database"
	"homehub/platform/database/databasetest"
)

// TestTextsThatADatabaseRefuses asks the database to keep what PostgreSQL would refuse as it is.
func TestTextsThatADatabaseRefuses(t *testing.T) {
	t.Parallel()
	db := databasetest.New(t)
	encoded, err := json.Marshal([]string{"a\x00b", `\u0000`, `\\u0000`})
	require.NoError(t, err)
	document, text := database.JSON(encoded), database.Text("a\x00b\xff")
	require.True(t, json.Valid([]byte(document)), document)

	query := "SELECT ?, json(?)"
	if db.Dialect() == database.Postgres {
		query = "SELECT ?::text, ?::jsonb::text"
	}
	var kept, keptJSON string
	require.NoError(t, db.Conn(t.Context()).Raw(query, text, document).Row().Scan(&kept, &keptJSON))
	require.Equal(t, "a\uFFFDb\uFFFD", kept)
	require.Contains(t, keptJSON, "a")
}
