package intent

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"homehub/platform/identity"
)

// personBatch is how many utterances of a person are read or forgotten at once: nobody waits
// long for that.
const personBatch = 500

// ownUtterance is one row of the history as the person who spoke gets it.
type ownUtterance struct {
	ID             string          `json:"id"`
	HouseholdID    string          `json:"household_id"`
	ConversationID string          `json:"conversation_id"`
	RequestID      string          `json:"request_id"`
	At             time.Time       `json:"at"`
	Text           string          `json:"text"`
	Status         string          `json:"status"`
	Reason         string          `json:"reason"`
	Speech         string          `json:"speech"`
	Source         string          `json:"source"`
	Commands       json.RawMessage `json:"commands"`
}

// Export calls add with each of a person's utterances, household by household, oldest first.
func (m *Module) Export(ctx context.Context, userID string, add func(item any) error) error {
	return m.svc.export(ctx, userID, add)
}

// Erase forgets what a person said, with what is kept for repeating an answer, what the model was
// told and answered, and the questions that are open. What a living request still has in hand it cannot reach: to be repeated once
// no request of the person's can be under way any more.
func (m *Module) Erase(ctx context.Context, userID string) error { return m.svc.erase(ctx, userID) }

func (s *service) export(ctx context.Context, userID string, add func(item any) error) error {
	households, err := s.store.listSpoken(ctx, userID)
	if err != nil {
		return err
	}
	for _, householdID := range households {
		if err := s.exportHousehold(ctx, householdID, userID, add); err != nil {
			return err
		}
	}

	return nil
}

func (s *service) exportHousehold(ctx context.Context, householdID, userID string, add func(item any) error) error {
	after := ""
	for {
		rows, err := s.store.listSaid(ctx, householdID, userID, after, personBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, row := range rows {
			err := add(ownUtterance{
				ID: row.ID, HouseholdID: row.HouseholdID, ConversationID: row.ConversationID, RequestID: row.RequestID,
				At: row.At.UTC(), Text: row.Text, Status: row.Status, Reason: row.Reason, Speech: row.Speech, Source: row.Source,
				Commands: json.RawMessage(row.Commands),
			})
			if err != nil {
				return err
			}
			after = row.ID
		}
	}
}

func (s *service) erase(ctx context.Context, userID string) error {
	if err := s.store.deleteClaims(ctx, userID, s.now().UTC()); err != nil {
		return err
	}
	households, err := s.store.listSpoken(ctx, userID)
	if err != nil {
		return err
	}
	for _, householdID := range households {
		if err := s.dropQuestions(ctx, householdID, userID); err != nil {
			return err
		}
		if err := forgetAnswers(ctx, s.kv, householdID); err != nil {
			return err
		}
		for {
			n, err := s.store.deleteSaid(ctx, householdID, userID, personBatch)
			if err != nil {
				return err
			}
			if n < personBatch {
				break
			}
		}
	}

	return nil
}

// dropQuestions forgets the questions that a person was asked lately, and what the model was told. The
// history tells in which conversations that can have been.
func (s *service) dropQuestions(ctx context.Context, householdID, userID string) error {
	rows, err := s.store.listSaid(ctx, householdID, userID, idAt(s.now().Add(-max(2*questionWindow, s.cfg.FollowUpWindow))), personBatch)
	if err != nil || len(rows) == 0 {
		return err
	}
	asked := turn{caller: identity.Principal{HouseholdID: householdID, ID: userID}}
	keys := make([]string, 0, 2*len(rows))
	for _, row := range rows {
		keys = append(keys, asked.conversationKey(row.ConversationID))
	}
	ids, err := s.kv.GetMany(ctx, keys...)
	if err != nil {
		return fmt.Errorf("find open questions: %w", err)
	}
	for _, id := range ids {
		if id != nil {
			keys = append(keys, asked.questionKey(string(id)))
		}
	}
	for _, row := range rows {
		keys = append(keys, asked.saidKey(row.ConversationID))
	}
	if err := s.kv.Delete(ctx, keys...); err != nil {
		return fmt.Errorf("drop open questions: %w", err)
	}

	return nil
}
