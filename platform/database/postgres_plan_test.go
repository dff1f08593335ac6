package database_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/database/databasetest"
)

// The heads of a hundred chains are five pages, and each request moves one of them.
func TestPostgresFindsARowOfASmallTableByItsKey(t *testing.T) {
	t.Parallel()
	db := databasetest.NewPostgres(t)
	conn := db.Conn(t.Context())
	require.NoError(t, conn.Exec(`INSERT INTO audit_heads (household_id, seq, hash, key_id, seal, updated_at)
		SELECT gen_random_uuid()::text, n, sha256(n::text::bytea), 'a key of today', sha256(n::text::bytea), now()
		FROM generate_series(1, 100) n`).Error)
	require.NoError(t, conn.Exec(`ANALYZE audit_heads`).Error)

	var plan []string
	require.NoError(t, conn.Raw(`EXPLAIN UPDATE audit_heads SET seq = 2 WHERE household_id = 'one' AND seq = 1`).Scan(&plan).Error)
	require.Contains(t, strings.Join(plan, "\n"), "Index Scan")
}
