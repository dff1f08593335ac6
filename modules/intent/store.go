package intent

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"homehub/platform/database"
)

// store reads and writes intent's tables.
type store struct {
	db         *database.DB
	keepsWords bool // what people said
}

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
	text, speech := database.Text(t.words), database.Text(t.answer.Speech)
	if !s.keepsWords {
		text, speech = "", ""
	}
	commands, err := s.encodeCommands(t.answer.Commands)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, database.Write{
		SQL: `INSERT INTO intent_history (id, household_id, request_id, conversation_id, at, actor_kind, actor_id, actor_name,
			language, text, status, reason, speech, source, commands) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		Args: []any{
			t.historyID, t.caller.HouseholdID, t.requestID, t.conversationID, t.startedAt.UTC().Truncate(time.Microsecond),
			string(t.caller.Kind), t.caller.ID, t.caller.Name, t.answer.Language, text,
			string(t.answer.Status), string(t.answer.Reason), speech, string(t.answer.Source), commands,
		},
	})
	if err != nil {
		return fmt.Errorf("add history: %w", err)
	}

	return nil
}

// encodeCommands leaves out what people said where that is not to be kept.
func (s *store) encodeCommands(commands []commandAnswer) (string, error) {
	if !s.keepsWords {
		commands = plainAnswers(commands)
	}
	encoded, err := json.Marshal(commands)
	if err != nil {
		return "", fmt.Errorf("encode commands: %w", err)
	}

	return database.JSON(encoded), nil
}

// correctHistory puts right what became of an utterance; false where it is forgotten by now.
// It joins the transaction in ctx.
func (s *store) correctHistory(ctx context.Context, t *turn) (isThere bool, err error) {
	commands, err := s.encodeCommands(t.answer.Commands)
	if err != nil {
		return false, err
	}
	res := s.db.Conn(ctx).Model(&historyRow{}).
		Where("household_id = ? AND id = ?", t.caller.HouseholdID, t.historyID).
		Updates(map[string]any{"status": string(t.answer.Status), "reason": string(t.answer.Reason), "commands": commands})
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
	if q.before == "" {
		q.before = maxID
	}
	query := s.db.Conn(ctx).Where("household_id = ? AND actor_id = ? AND id < ?", q.householdID, q.actorID, q.before).
		Order("id DESC").Limit(q.limit)
	if q.actorID == "" {
		query = s.db.Conn(ctx).Raw(listHistoryOfAll, map[string]any{
			"household": q.householdID, "before": q.before, "limit": q.limit, "skipped": q.limit - 1,
		})
	}
	var rows []historyRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list history: %w", err)
	}

	return rows, nil
}

// maxID is above every id: they are UUIDs.
const maxID = "g"

// listHistoryOfAll takes the newest of everybody who has spoken and then the newest of these, so that
// one index is enough: another one by household and id alone would cost each utterance a page. Each
// speaker there is costs a few looks into the index, however much was said.
const listHistoryOfAll = `WITH RECURSIVE speakers (id) AS (
		SELECT MIN(actor_id) FROM intent_history WHERE household_id = @household
		UNION ALL
		SELECT (SELECT MIN(actor_id) FROM intent_history WHERE household_id = @household AND actor_id > speakers.id)
		FROM speakers WHERE speakers.id IS NOT NULL
	)
	SELECT h.* FROM speakers
	JOIN intent_history h ON h.household_id = @household AND h.actor_id = speakers.id AND h.id < @before AND h.id >= COALESCE((
		SELECT oldest.id FROM intent_history oldest
		WHERE oldest.household_id = @household AND oldest.actor_id = speakers.id AND oldest.id < @before
		ORDER BY oldest.id DESC LIMIT 1 OFFSET @skipped
	), '')
	ORDER BY h.id DESC LIMIT @limit`
