package database

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// scrubTimeout bounds a scrub, which takes as long as the file is large, whatever one statement may.
const scrubTimeout = 10 * time.Minute

// errWALInUse: somebody has been reading for so long that the WAL could not be emptied.
var errWALInUse = errors.New("the WAL is in use")

// Scrub makes sure that what was deleted is in none of the database's files any more. On SQLite
// it rewrites the file: secure_delete overwrites a deleted row where it was last, but not the
// copies that were left in unused space when pages were split. Writers wait meanwhile, for about
// a second for each 100 MB. PostgreSQL reuses such space by itself (autovacuum).
func (db *DB) Scrub(ctx context.Context) error {
	if db.dialect != SQLite {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, scrubTimeout)
	defer cancel()
	pool := db.gorm.Statement.ConnPool // gorm's own statements are bounded
	if _, err := pool.ExecContext(ctx, "VACUUM"); err != nil {
		return fmt.Errorf("scrub database: %w", db.mapError(err))
	}
	var inUse, pages, moved int
	err := pool.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&inUse, &pages, &moved)
	if err != nil {
		return fmt.Errorf("scrub database: empty the WAL: %w", db.mapError(err))
	}
	if inUse != 0 {
		return fmt.Errorf("scrub database: %w", errWALInUse)
	}

	return nil
}
