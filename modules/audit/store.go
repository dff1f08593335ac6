package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"homehub/platform/database"
)

// store speaks plain SQL: the chain is written on every command, and read by the million.
type store struct{ db *database.DB }

const entryColumns = `household_id, seq, at, action, outcome, request_id, actor_kind, actor_id, target,
	details, commitments, key_id, prev_hash, hash`

// lockHead returns the end of a chain and keeps other writers from it until the transaction
// ends. A chain begins here.
func (s *store) lockHead(ctx context.Context, householdID string, at time.Time) (head, error) {
	h, err := s.readHead(ctx, householdID)
	if !errors.Is(err, database.ErrNoRow) {
		return h, err
	}
	err = s.db.Conn(ctx).Exec(
		`INSERT INTO audit_heads (household_id, seq, hash, key_id, seal, updated_at) VALUES (?, 0, ?, '', ?, ?)
			ON CONFLICT DO NOTHING`,
		householdID, []byte{}, []byte{}, at).Error
	if err != nil {
		return head{}, fmt.Errorf("begin chain: %w", err)
	}

	return s.readHead(ctx, householdID)
}

func (s *store) readHead(ctx context.Context, householdID string) (head, error) {
	query := `SELECT household_id, seq, hash, key_id, seal FROM audit_heads WHERE household_id = ?`
	if s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		query += ` FOR UPDATE`
	}
	var h head
	err := s.db.Conn(ctx).Raw(query, householdID).Row().Scan(&h.HouseholdID, &h.Seq, &h.Hash, &h.KeyID, &h.Seal)
	if err != nil {
		return head{}, fmt.Errorf("read head: %w", database.MapError(err))
	}

	return h, nil
}

func (s *store) updateHead(ctx context.Context, h *head, at time.Time) error {
	err := s.db.Conn(ctx).Exec(
		`UPDATE audit_heads SET seq = ?, hash = ?, key_id = ?, seal = ?, updated_at = ? WHERE household_id = ?`,
		h.Seq, h.Hash, h.KeyID, h.Seal, at, h.HouseholdID).Error
	if err != nil {
		return fmt.Errorf("update head: %w", err)
	}

	return nil
}

// moveHead puts to in from's place, if it is still there exactly; else it calls moved and says
// errHeadMoved, which InBatch may find out only later.
func (s *store) moveHead(ctx context.Context, from, to head, at time.Time, moved func()) error {
	err := s.db.Write(ctx, database.Write{
		SQL: `UPDATE audit_heads SET seq = ?, hash = ?, key_id = ?, seal = ?, updated_at = ?
			WHERE household_id = ? AND seq = ? AND hash = ? AND key_id = ? AND seal = ?`,
		Args: []any{to.Seq, to.Hash, to.KeyID, to.Seal, at, from.HouseholdID, from.Seq, from.Hash, from.KeyID, from.Seal},
		Lock: from.HouseholdID,
		Check: func(rows int64) error {
			if rows == 0 {
				moved()

				return errHeadMoved
			}

			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("move head: %w", err)
	}

	return nil
}

func (s *store) insertEntry(ctx context.Context, e *entry, values []personal) error {
	err := s.db.Write(ctx, database.Write{
		SQL: `INSERT INTO audit_entries (` + entryColumns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		Args: []any{
			e.HouseholdID, e.Seq, e.At, e.Action, e.Outcome, e.RequestID, e.ActorKind, e.ActorID, e.Target,
			e.Details, e.Commitments, e.KeyID, e.PrevHash, e.Hash,
		},
	})
	if err != nil {
		return fmt.Errorf("insert entry: %w", err)
	}
	if len(values) == 0 {
		return nil
	}

	args := make([]any, 0, 5*len(values))
	for _, v := range values {
		args = append(args, e.HouseholdID, e.Seq, v.Field, v.Salt, v.Text)
	}
	rows := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?), ", len(values)), ", ")
	err = s.db.Write(ctx, database.Write{
		SQL: `INSERT INTO audit_personal (household_id, seq, field, salt, text) VALUES ` + rows, Args: args,
	})
	if err != nil {
		return fmt.Errorf("insert personal values: %w", err)
	}

	return nil
}

// insertActed notes that a person acts in a block of a chain, whose head is locked.
func (s *store) insertActed(ctx context.Context, householdID string, a acted) error {
	err := s.db.Write(ctx, database.Write{
		SQL:  `INSERT INTO audit_acted (actor_id, household_id, block) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		Args: []any{a.actorID, householdID, a.block},
	})
	if err != nil {
		return fmt.Errorf("note who acted: %w", err)
	}

	return nil
}

// deletePersonalFrom removes what a cut tail has left behind, which is in the way of what follows.
func (s *store) deletePersonalFrom(ctx context.Context, householdID string, seq int64) error {
	err := s.db.Conn(ctx).Exec(`DELETE FROM audit_personal WHERE household_id = ? AND seq >= ?`, householdID, seq).Error
	if err != nil {
		return fmt.Errorf("delete left personal values: %w", err)
	}

	return nil
}

// namedEntry is an entry with its actor's name, empty where that was erased.
type namedEntry struct {
	entry

	ActorName string
}

// listEntries returns a page, newest first: the limit entries before seq.
func (s *store) listEntries(ctx context.Context, householdID string, before int64, limit int) ([]namedEntry, error) {
	rows, err := s.db.Conn(ctx).Raw(
		`SELECT e.household_id, e.seq, e.at, e.action, e.outcome, e.request_id, e.actor_kind, e.actor_id, e.target,
			e.details, e.commitments, e.key_id, e.prev_hash, e.hash, p.text
		FROM audit_entries e
		LEFT JOIN audit_personal p ON p.household_id = e.household_id AND p.seq = e.seq AND p.field = ?
		WHERE e.household_id = ? AND e.seq < ?
		ORDER BY e.seq DESC LIMIT ?`,
		fieldActorName, householdID, before, limit).Rows()
	if err != nil {
		return nil, fmt.Errorf("list entries: %w", err)
	}
	defer func() { _ = rows.Close() }()

	var page []namedEntry
	for rows.Next() {
		var e namedEntry
		var name sql.NullString
		if err := e.scan(rows, &name); err != nil {
			return nil, fmt.Errorf("read entry: %w", err)
		}
		e.ActorName = name.String
		page = append(page, e)
	}

	return page, database.MapError(rows.Err())
}

// scan reads entryColumns and whatever columns follow.
func (e *entry) scan(rows *sql.Rows, more ...any) error {
	columns := append([]any{
		&e.HouseholdID, &e.Seq, &e.At, &e.Action, &e.Outcome, &e.RequestID, &e.ActorKind, &e.ActorID, &e.Target,
		&e.Details, &e.Commitments, &e.KeyID, &e.PrevHash, &e.Hash,
	}, more...)

	return rows.Scan(columns...)
}
