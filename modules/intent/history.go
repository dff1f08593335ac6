package intent

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
)

// historyItem is one utterance as the history shows it. Text and speech are null where they
// are somebody else's words.
type historyItem struct {
	ID        string          `json:"id"`
	RequestID string          `json:"request_id"`
	At        time.Time       `json:"at"`
	Text      *string         `json:"text"`
	Status    meaning.Status  `json:"status"`
	Reason    meaning.Reason  `json:"reason,omitempty"`
	Speech    *string         `json:"speech"`
	Source    meaning.Source  `json:"source"`
	Commands  json.RawMessage `json:"commands"`
	Actor     actor           `json:"actor"`
}

type actor struct {
	Kind identity.Kind `json:"kind"`
	ID   string        `json:"id"`
	Name string        `json:"name"`
}

// listHistory returns a page of what the caller may see: owners and adults the commands of
// all and the words of themselves, everybody else only their own.
func (s *service) listHistory(ctx context.Context, caller identity.Principal, limit int, cursor string) (items []historyItem, next *string, err error) {
	if cursor != "" && uuid.Validate(cursor) != nil {
		return nil, nil, errInvalidCursor
	}
	query := historyQuery{householdID: caller.HouseholdID, before: cursor, limit: limit + 1}
	if caller.May(identity.History) != identity.Yes {
		query.actorID = caller.ID
	}
	rows, err := s.store.listHistory(ctx, query)
	if err != nil {
		return nil, nil, fmt.Errorf("history: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = &rows[limit-1].ID
	}

	items = make([]historyItem, len(rows))
	for i, row := range rows {
		items[i] = itemOf(row, row.ActorID == caller.ID)
	}

	return items, next, nil
}

func itemOf(row historyRow, isOwn bool) historyItem {
	item := historyItem{
		ID: row.ID, RequestID: row.RequestID, At: row.At.UTC(), Status: meaning.Status(row.Status),
		Reason: meaning.Reason(row.Reason), Source: meaning.Source(row.Source), Commands: json.RawMessage(row.Commands),
		Actor: actor{Kind: identity.Kind(row.ActorKind), ID: row.ActorID, Name: row.ActorName},
	}
	if isOwn && row.Text != "" { // empty: words were not to be kept
		item.Text, item.Speech = &row.Text, &row.Speech
	} else {
		item.Commands = withoutWords(item.Commands)
	}

	return item
}
