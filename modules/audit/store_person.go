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

// Whose entries: the person's own acts, or those of others that are about the person. The
// conditions are those of the two indexes.
const (
	whereActor  = `actor_kind = 'user' AND actor_id = ?`
	whereTarget = `action <> 'intent.execute' AND target = ?`
)

// listPlaces returns where up to limit of a person's entries stand, after one place.
func (s *store) listPlaces(ctx context.Context, where, userID string, after place, limit int) ([]place, error) {
	var found []place
	err := s.db.Conn(ctx).Raw(
		`SELECT household_id, seq FROM audit_entries WHERE `+where+` AND (household_id, seq) > (?, ?)
		ORDER BY household_id, seq LIMIT ?`, userID, after.HouseholdID, after.Seq, limit).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("find entries of a person: %w", err)
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

// listOwn returns a page of what a person did, in the order of listPlaces.
func (s *store) listOwn(ctx context.Context, userID string, after place, limit int) ([]entry, error) {
	rows, err := s.db.Conn(ctx).Raw(
		`SELECT `+entryColumns+` FROM audit_entries WHERE `+whereActor+` AND (household_id, seq) > (?, ?)
		ORDER BY household_id, seq LIMIT ?`, userID, after.HouseholdID, after.Seq, limit).Rows()
	if err != nil {
		return nil, fmt.Errorf("list entries of a person: %w", err)
	}
	defer func() { _ = rows.Close() }()

	var page []entry
	for rows.Next() {
		var e entry
		if err := e.scan(rows); err != nil {
			return nil, fmt.Errorf("read entry: %w", err)
		}
		page = append(page, e)
	}

	return page, database.MapError(rows.Err())
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
