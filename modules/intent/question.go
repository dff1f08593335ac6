package intent

import (
	"context"
	"encoding/json"
	"fmt"

	"go.uber.org/zap"

	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
	"homehub/platform/log"
)

// remember keeps what the turn asks. Without a place to keep it no consent could count, so
// that a risky command fails instead.
func (s *service) remember(ctx context.Context, t *turn, q question) {
	if t.req.DryRun {
		return
	}
	q.ID, q.ConversationID = identity.NewID(), t.conversationID
	q.Kind, q.Speech, q.Choices = t.answer.Status, t.answer.Speech, t.answer.Choices
	q.Source, q.IsDoubtful = t.meant.Source, t.meant.IsDoubtful
	q.Commands, q.AreaID = plainCommands(t.meant.Commands), t.utterance.AreaID
	q.ExpiresAt = s.now().Add(questionWindow).UTC()
	err := s.keep(ctx, t, q)
	if err == nil {
		return
	}
	log.For(ctx, s.log).Warn("question not kept", zap.Error(err))
	if q.Needs == needsNothing {
		return
	}
	t.answer = answer{}
	for i := range t.results {
		t.results[i].targets = nil
		t.results[i].fail(meaning.ReasonBusy)
	}
}

// keep puts the question where its answer will look for it: under its conversation, and for a
// device under the device too. Its own key outlives its time, so that who watches it finds it.
func (s *service) keep(ctx context.Context, t *turn, q question) error {
	value, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("encode question: %w", err)
	}
	left := q.ExpiresAt.Sub(s.now())
	if left <= 0 {
		return nil
	}
	if err := s.kv.Set(ctx, t.questionKey(q.ID), value, left+questionMargin); err != nil {
		return err
	}
	if err := s.kv.Set(ctx, t.conversationKey(q.ConversationID), []byte(q.ID), left); err != nil {
		return err
	}
	if device := t.device(); device != "" {
		if err := s.kv.Set(ctx, t.deviceKey(device), []byte(q.ID), left); err != nil {
			return err
		}
	}
	s.expiry.add(asking{
		key: t.questionKey(q.ID), householdID: t.caller.HouseholdID, callerID: t.caller.ID,
		conversationID: q.ConversationID, at: q.ExpiresAt,
	})

	return nil
}

// findQuestion looks where an open question could be, and recalls the turn before: one round
// trip where there is no question.
// Without kv there is none: the utterance is then taken as a command of its own.
func (s *service) findQuestion(ctx context.Context, t *turn) *question {
	device := t.device()
	if t.req.ConversationID == "" && device == "" {
		return nil
	}
	ids, err := s.kv.GetMany(ctx, append([]string{t.conversationKey(t.conversationID), t.deviceKey(device)}, t.memoryKeys()...)...)
	if err == nil {
		t.utterance.Before = t.recall(firstOf(ids[2:]))
	}
	if err == nil && ids[0] == nil && device != "" {
		ids[0] = ids[1]
	}
	var value []byte
	if err == nil && ids[0] != nil {
		value, err = s.kv.Get(ctx, t.questionKey(string(ids[0])))
	}
	if err != nil {
		log.For(ctx, s.log).Warn("open questions not read", zap.Error(err))

		return nil
	}
	q := decodeQuestion(value)
	if q == nil || !s.now().Before(q.ExpiresAt) {
		return nil
	}

	return q
}

// firstOf returns the first value that is there.
func firstOf(values [][]byte) []byte {
	for _, value := range values {
		if value != nil {
			return value
		}
	}

	return nil
}

// takeQuestion makes the question its own; false when another request was faster.
func (s *service) takeQuestion(ctx context.Context, t *turn) bool {
	value, err := s.kv.Take(ctx, t.questionKey(t.asked.ID))
	if err != nil {
		log.For(ctx, s.log).Warn("question not taken", zap.Error(err))
	}

	return value != nil
}

func decodeQuestion(value []byte) *question {
	if value == nil {
		return nil
	}
	q := new(question)
	if err := json.Unmarshal(value, q); err != nil {
		return nil // of another version: as good as forgotten
	}

	return q
}

// dropQuestion forgets the question: a new command has taken its place.
func (s *service) dropQuestion(ctx context.Context, t *turn) {
	if t.asked == nil || t.req.DryRun {
		return
	}
	if err := s.kv.Delete(ctx, t.questionKey(t.asked.ID)); err != nil {
		log.For(ctx, s.log).Warn("question not dropped", zap.Error(err))
	}
}

// device names the device that heard the utterance; empty when not known.
func (t *turn) device() string {
	if t.caller.Kind == identity.Device {
		return t.caller.ID
	}

	return t.req.DeviceID
}

// questionKey binds a question to who was asked, so that nobody else's yes counts.
func (t *turn) questionKey(id string) string {
	return "intent:question:" + t.caller.HouseholdID + ":" + t.caller.ID + ":" + id
}

func (t *turn) conversationKey(id string) string {
	return "intent:conversation:" + t.caller.HouseholdID + ":" + t.caller.ID + ":" + id
}

func (t *turn) deviceKey(device string) string {
	return "intent:asked:" + t.caller.HouseholdID + ":" + t.caller.ID + ":" + device
}
