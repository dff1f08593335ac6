package intent

import (
	"context"
	"encoding/json"
	"errors"

	"go.uber.org/zap"

	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/prompt"
	"homehub/modules/llm/llmapi"
	"homehub/platform/events"
	"homehub/platform/identity"
	"homehub/platform/log"
)

// maxExchanges is how much of a conversation with the model is kept.
const maxExchanges = 3

// withoutModel notes why the model did not answer, in words that are true.
func (t *turn) withoutModel(err error) {
	t.answer.Reason, t.apology = meaning.ReasonLLMUnavailable, ""
	switch {
	case errors.Is(err, llmapi.ErrNonsense):
		t.answer.Reason = "" // it was understood by nobody, and that is all
	case errors.Is(err, llmapi.ErrBusy):
		t.answer.Reason, t.apology = meaning.ReasonBusy, speech.ModelBusy
	case errors.Is(err, llmapi.ErrSpent):
		t.apology = speech.ModelSpent
	case errors.Is(err, errLate), errors.Is(err, context.DeadlineExceeded):
		t.apology = speech.ModelLate
	}
}

// isOfModel reports whether an error is the model's way of not answering.
func isOfModel(err error) bool {
	for _, of := range []error{llmapi.ErrUnavailable, llmapi.ErrBusy, llmapi.ErrSpent, llmapi.ErrNonsense, errLate} {
		if errors.Is(err, of) {
			return true
		}
	}

	return false
}

// whyNoModel is what the log says of that. What an unusable answer said is left out: it may be
// anybody's words.
func whyNoModel(err error) []zap.Field {
	why := []zap.Field{zap.String("outcome", outcomeOfModel(err))}
	if errors.Is(err, llmapi.ErrNonsense) {
		return why
	}

	return append(why, zap.Error(err))
}

// heard is the turn as the stages of understanding get it.
func (t *turn) heard() heard {
	return heard{home: t.home, utterance: t.utterance, caller: t.caller, isDryRun: t.req.DryRun, gone: t.gone}
}

// forModel adds what only the model needs: what was said before, and who takes its answer late.
func (s *service) forModel(ctx context.Context, t *turn, h heard) heard {
	h.exchanges = s.loadExchanges(ctx, t)
	if !t.req.DryRun && s.history.KeepWords {
		later := *t // who follows up the turn changes it
		h.late = func(ctx context.Context, meant meaning.Understanding) { s.answerLate(ctx, &later, meant) }
	}

	return h
}

// wordsOfModel are the words with which the model itself answers; empty where the templates do.
func wordsOfModel(meant meaning.Understanding) string {
	switch {
	case !meant.Source.IsModel():
		return ""
	case meant.Question != nil:
		return meant.Question.Text
	case len(meant.Commands) == 1 && meant.Commands[0].Intent == meaning.Respond:
		return meant.Commands[0].Slots.Text(prompt.SlotResponse)
	default:
		return ""
	}
}

// answerLate sends an answer in words, or a question, after the reply that had to go without.
func (s *service) answerLate(ctx context.Context, t *turn, meant meaning.Understanding) {
	said, status := wordsOfModel(meant), meaning.StatusAnswered
	if meant.Question != nil {
		status = meaning.StatusClarify
		if said == "" {
			said = speech.AskWhich(meant.Question.Choices)
		}
	}
	if said == "" {
		s.metrics.answered("too_late")

		return
	}
	s.metrics.answered("late")
	ctx, cancel := context.WithTimeout(ctx, correctTimeout)
	defer cancel()
	s.keepExchange(ctx, t, said)
	err := s.events.Publish(ctx, events.Event{
		HouseholdID: t.caller.HouseholdID, Kind: events.IntentAnswered, Audience: t.caller.ID,
		Data: map[string]any{
			"request_id": t.requestID, "conversation_id": t.conversationID, "status": status, "speech": said,
		},
	})
	if err != nil {
		s.log.Warn("late answer not told", zap.String("request_id", t.requestID), zap.Error(err))
	}
}

// loadExchanges recalls what was said to the model before in this conversation.
func (s *service) loadExchanges(ctx context.Context, t *turn) []prompt.Exchange {
	if t.req.ConversationID == "" && t.device() == "" || s.cfg.FollowUpWindow <= 0 {
		return nil
	}
	values, err := s.kv.GetMany(ctx, t.saidKeys()...)
	if err != nil {
		log.For(ctx, s.log).Warn("conversation not read", zap.Error(err))
	}
	var exchanges []prompt.Exchange
	if value := firstOf(values); value == nil || json.Unmarshal(value, &exchanges) != nil {
		return nil
	}

	return exchanges
}

// keepExchange adds what was said now to the conversation with the model.
func (s *service) keepExchange(ctx context.Context, t *turn, speech string) {
	if t.req.DryRun || !s.history.KeepWords || s.cfg.FollowUpWindow <= 0 {
		return
	}
	exchanges := append(s.loadExchanges(ctx, t), prompt.Exchange{Said: t.words, Answered: speech})
	exchanges = exchanges[max(0, len(exchanges)-maxExchanges):]
	value, err := json.Marshal(exchanges)
	for _, key := range t.saidKeys() {
		if err == nil {
			err = s.kv.Set(ctx, key, value, s.cfg.FollowUpWindow)
		}
	}
	if err != nil {
		log.For(ctx, s.log).Warn("conversation not kept", zap.Error(err))
	}
}

// saidKeys are where a conversation with the model is kept: as its memory is, save that a person's
// words stand only where their erasure finds them.
func (t *turn) saidKeys() []string {
	keys := []string{t.saidKey(t.conversationID)}
	if device := t.device(); device != "" && t.caller.Kind == identity.Device {
		keys = append(keys, t.memoryKey("device:"+device)+said)
	}

	return keys
}

const said = ":said"

func (t *turn) saidKey(conversationID string) string {
	return t.memoryKey("conversation:"+conversationID) + said
}
