package audit

import (
	"context"
	"fmt"

	"homehub/platform/database"
)

// place is where an entry stands.
type place struct {
	HouseholdID string
	Seq         int64
}

// block is a part of a chain in which a person acted.
type block struct {
	HouseholdID string
	Block       int64
}

// The conditions are those of the index.
const selectAbout = `SELECT household_id, seq FROM audit_entries
	WHERE action <> 'intent.execute' AND target = ? AND (household_id, seq) > (?, ?) ORDER BY household_id, seq LIMIT ?`

// listAbout returns where up to limit entries stand that tell what others did about a person, after
// one place.
func (s *store) listAbout(ctx context.Context, userID string, after place, limit int) ([]place, error) {
	var found []place
	err := s.db.Conn(ctx).Raw(selectAbout, userID, after.HouseholdID, after.Seq, limit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("find entries about a person: %w", err)
	}

	return found, nil
}

const selectBlocks = `SELECT household_id, block FROM audit_acted
	WHERE actor_id = ? AND (household_id, block) > (?, ?) ORDER BY household_id, block LIMIT ?`

// listBlocks returns up to limit blocks with entries of what a person did, after one of them.
func (s *store) listBlocks(ctx context.Context, userID string, after block, limit int) ([]block, error) {
	var found []block
	err := s.db.Conn(ctx).Raw(selectBlocks, userID, after.HouseholdID, after.Block, limit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("find where a person acted: %w", err)
	}

	return found, nil
}

// erasePersonal deletes the personal values of some entries of one chain; those of others'
// entries without the name of who acted.
func (s *store) erasePersonal(ctx context.Context, householdID string, seqs []int64, keepsActor bool) error {
	kept := ""
	if keepsActor {
		kept = fieldActorName
	}
	err := s.db.Conn(ctx).Exec(
		`DELETE FROM audit_personal WHERE household_id = ? AND seq IN ? AND field <> ?`, householdID, seqs, kept).Error
	if err != nil {
		return fmt.Errorf("erase personal values: %w", err)
	}

	return nil
}

const selectOwn = `SELECT ` + entryColumns + ` FROM audit_entries
	WHERE household_id = ? AND seq >= ? AND seq < ? AND actor_kind = 'user' AND actor_id = ? ORDER BY seq`

// listOwn returns what a person did in a block.
func (s *store) listOwn(ctx context.Context, userID string, b block) ([]entry, error) {
	first := b.Block * blockSize
	rows, err := s.db.Conn(ctx).Raw(selectOwn, b.HouseholdID, first, first+blockSize, userID).Rows()
	if err != nil {
		return nil, fmt.Errorf("list entries of a person: %w", err)
	}
	defer func() { _ = rows.Close() }()

	var found []entry
	for rows.Next() {
		var e entry
		if err := e.scan(rows); err != nil {
			return nil, fmt.Errorf("read entry: %w", err)
		}
		found = append(found, e)
	}

	return found, database.MapError(rows.Err())
}

// findTexts returns the personal values, by entry and field, that some entries of a chain have left.
func (s *store) findTexts(ctx context.Context, householdID string, seqs []int64) (map[int64]map[string]string, error) {
	var rows []struct {
		Seq         int64
		Field, Text string
	}
	err := s.db.Conn(ctx).Raw(`SELECT seq, field, text FROM audit_personal WHERE household_id = ? AND seq IN ?`, householdID, seqs).
		Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read personal values: %w", err)
	}
	found := make(map[int64]map[string]string, len(seqs))
	for _, row := range rows {
		if found[row.Seq] == nil {
			found[row.Seq] = map[string]string{}
		}
		found[row.Seq][row.Field] = row.Text
	}

	return found, nil
}
