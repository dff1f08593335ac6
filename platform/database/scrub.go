package database

import (
	"context"
	"errors"
	"fmt"
)

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
	if err := db.gorm.WithContext(ctx).Exec("VACUUM").Error; err != nil {
		return fmt.Errorf("scrub database: %w", err)
	}
	var inUse, pages, moved int
	err := db.gorm.WithContext(ctx).Raw("PRAGMA wal_checkpoint(TRUNCATE)").Row().Scan(&inUse, &pages, &moved)
	if err != nil {
		return fmt.Errorf("scrub database: empty the WAL: %w", db.mapError(err))
	}
	if inUse != 0 {
		return fmt.Errorf("scrub database: %w", errWALInUse)
	}

	return nil
}
