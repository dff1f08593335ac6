package intent

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"homehub/platform/database"
)

// store reads and writes intent's tables.
type store struct{ db *database.DB }

// historyRow is one row of intent_history.
type historyRow struct {
	ID             string `gorm:"primaryKey"`
	HouseholdID    string
	RequestID      string
	ConversationID string
	At             time.Time
	ActorKind      string
	ActorID        string
	ActorName      string
	Language       string
	Text           string
	Status         string
	Reason         string
	Speech         string
	Source         string
	Commands       string
}

// TableName implements gorm's Tabler.
func (historyRow) TableName() string { return "intent_history" }

// addHistory keeps what was said and what came of it.
func (s *store) addHistory(ctx context.Context, t *turn) error {
	commands, err := json.Marshal(t.answer.Commands)
	if err != nil {
		return fmt.Errorf("encode commands: %w", err)
	}
	row := historyRow{
		ID: t.historyID, HouseholdID: t.caller.HouseholdID, RequestID: t.requestID, ConversationID: t.conversationID,
		At: t.startedAt.UTC(), ActorKind: string(t.caller.Kind), ActorID: t.caller.ID, ActorName: t.caller.Name,
		Language: t.answer.Language, Text: t.words, Status: string(t.answer.Status), Reason: string(t.answer.Reason),
		Speech: t.answer.Speech, Source: string(t.answer.Source), Commands: string(commands),
	}
	if err := s.db.Conn(ctx).Create(&row).Error; err != nil {
		return fmt.Errorf("add history: %w", err)
	}

	return nil
}

// correctHistory puts right what became of an utterance; false where it is forgotten by now.
// It joins the transaction in ctx.
func (s *store) correctHistory(ctx context.Context, t *turn) (isThere bool, err error) {
	commands, err := json.Marshal(t.answer.Commands)
	if err != nil {
		return false, fmt.Errorf("encode commands: %w", err)
	}
	res := s.db.Conn(ctx).Model(&historyRow{}).
		Where("household_id = ? AND id = ?", t.caller.HouseholdID, t.historyID).
		Updates(map[string]any{"status": string(t.answer.Status), "reason": string(t.answer.Reason), "commands": string(commands)})
	if res.Error != nil {
		return false, fmt.Errorf("correct history: %w", res.Error)
	}

	return res.RowsAffected > 0, nil
}

// historyQuery is one page of a household's history, newest first.
type historyQuery struct {
	householdID string
	actorID     string // empty: of everybody
	before      string // an id; empty: from the newest
	limit       int
}

func (s *store) listHistory(ctx context.Context, q historyQuery) ([]historyRow, error) {
	query := s.db.Conn(ctx).Where("household_id = ?", q.householdID)
	if q.actorID != "" {
		query = query.Where("actor_id = ?", q.actorID)
	}
	if q.before != "" {
		query = query.Where("id < ?", q.before)
	}
	var rows []historyRow
	if err := query.Order("id DESC").Limit(q.limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list history: %w", err)
	}

	return rows, nil
}
