package auth

import (
	"context"
	"fmt"

	"homehub/platform/events"
)

// tellSessionEnded tells a person, in each household that they may be listening to, that a session
// of theirs was ended; without its id, that all were but the one that did it. It is called after
// the audit entries of the transaction: see package events.
func (s *service) tellSessionEnded(ctx context.Context, userID, sessionID, reason string) error {
	households, err := s.householdIDsOf(ctx, userID)
	if err != nil {
		return err
	}
	data := map[string]any{"reason": reason}
	if sessionID != "" {
		data["session_id"] = sessionID
	}
	for _, id := range households {
		err := s.events.Publish(ctx, events.Event{
			HouseholdID: id, Kind: events.SessionEnded, Audience: userID, Data: data,
		})
		if err != nil {
			return fmt.Errorf("tell of an ended session: %w", err)
		}
	}

	return nil
}
