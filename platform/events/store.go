package events

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"homehub/platform/database"
)

// store speaks plain SQL: it is asked for every event, by every listener.
type store struct{ db *database.DB }

// stored is an event as the table has it.
type stored struct {
	Seq      int64
	At       time.Time
	Kind     string
	Audience string
	Data     []byte // JSON
}

// next gives out the household's next number. Its row stays locked until the transaction ends, so
// numbers become visible in their order and without gaps: whoever has seen one has seen all before.
func (s *store) next(ctx context.Context, householdID string) (int64, error) {
	var seq int64
	err := s.db.Conn(ctx).Raw(
		`INSERT INTO platform_event_heads (household_id, seq) VALUES (?, 1)
			ON CONFLICT (household_id) DO UPDATE SET seq = platform_event_heads.seq + 1 RETURNING seq`,
		householdID).Row().Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("number event: %w", database.MapError(err))
	}

	return seq, nil
}

func (s *store) insert(ctx context.Context, householdID string, e stored) error {
	err := s.db.Conn(ctx).Exec(
		`INSERT INTO platform_events (household_id, seq, at, kind, audience, data) VALUES (?, ?, ?, ?, ?, ?)`,
		householdID, e.Seq, e.At, e.Kind, e.Audience, string(e.Data)).Error
	if err != nil {
		return fmt.Errorf("insert event: %w", err)
	}

	return nil
}

// read returns the household's last number, and the limit events that follow after. One statement
// sees one moment: what it does not return up to that number is kept no more.
func (s *store) read(ctx context.Context, householdID string, after int64, limit int) (last int64, page []stored, err error) {
	rows, err := s.db.Conn(ctx).Raw(
		`SELECT h.seq, e.seq, e.at, e.kind, e.audience, e.data
		FROM platform_event_heads h
		LEFT JOIN platform_events e ON e.household_id = h.household_id AND e.seq > ?
		WHERE h.household_id = ?
		ORDER BY e.seq LIMIT ?`, after, householdID, limit).Rows()
	if err != nil {
		return 0, nil, fmt.Errorf("read events: %w", err)
	}
	defer func() { _ = rows.Close() }()

	for rows.Next() {
		var (
			seq            sql.NullInt64
			at             sql.NullTime
			kind, audience sql.NullString
			data           []byte
		)
		if err := rows.Scan(&last, &seq, &at, &kind, &audience, &data); err != nil {
			return 0, nil, fmt.Errorf("read event: %w", err)
		}
		if seq.Valid {
			page = append(page, stored{Seq: seq.Int64, At: at.Time.UTC(), Kind: kind.String, Audience: audience.String, Data: data})
		}
	}

	return last, page, database.MapError(rows.Err())
}

// heads returns the last numbers of those households that have any.
func (s *store) heads(ctx context.Context, householdIDs []string) (map[string]int64, error) {
	var rows []struct {
		HouseholdID string
		Seq         int64
	}
	err := s.db.Conn(ctx).Raw(
		`SELECT household_id, seq FROM platform_event_heads WHERE household_id IN ?`, householdIDs).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read heads of events: %w", err)
	}
	heads := make(map[string]int64, len(rows))
	for _, row := range rows {
		heads[row.HouseholdID] = row.Seq
	}

	return heads, nil
}

// deleteUpTo forgets a household's oldest events.
func (s *store) deleteUpTo(ctx context.Context, householdID string, seq int64) error {
	err := s.db.Conn(ctx).Exec(
		`DELETE FROM platform_events WHERE household_id = ? AND seq <= ?`, householdID, seq).Error
	if err != nil {
		return fmt.Errorf("delete surplus events: %w", err)
	}

	return nil
}

// deleteBefore forgets at most limit events from before a moment. It passes over what another
// transaction holds, so that it never keeps a publisher waiting for it.
func (s *store) deleteBefore(ctx context.Context, before time.Time, limit int) (int64, error) {
	oldest := `SELECT household_id, seq FROM platform_events WHERE at < ? ORDER BY at LIMIT ?`
	if s.db.Dialect() == database.Postgres {
		oldest += ` FOR UPDATE SKIP LOCKED`
	}
	res := s.db.Conn(ctx).Exec(`DELETE FROM platform_events WHERE (household_id, seq) IN (`+oldest+`)`, before, limit)
	if res.Error != nil {
		return 0, fmt.Errorf("delete old events: %w", res.Error)
	}

	return res.RowsAffected, nil
}

// deleteHousehold forgets everything of a household.
func (s *store) deleteHousehold(ctx context.Context, householdID string) error {
	for _, table := range []string{"platform_events", "platform_event_heads"} {
		if err := s.db.Conn(ctx).Exec(`DELETE FROM `+table+` WHERE household_id = ?`, householdID).Error; err != nil {
			return fmt.Errorf("delete a household's events: %w", err)
		}
	}

	return nil
}

// emptyAudience forgets what only one caller was told. The numbers stay without gaps.
func (s *store) emptyAudience(ctx context.Context, id string) error {
	if err := s.db.Conn(ctx).Exec(`UPDATE platform_events SET data = '{}' WHERE audience = ?`, id).Error; err != nil {
		return fmt.Errorf("forget events of a caller: %w", err)
	}

	return nil
}
