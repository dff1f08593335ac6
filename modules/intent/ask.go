package intent

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/prompt"
	"homehub/modules/llm/llmapi"
	"homehub/platform/buildinfo"
	"homehub/platform/clock"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/log"
)

const (
	// lateGrace is how long after the deadline an answer in words is still worth having.
	lateGrace = time.Second
	// answerLife is how long a model's answer is kept for the same sentence.
	answerLife = 6 * time.Hour
	// answerSlots bounds the answers that are kept of a household: two whose hashes meet in one
	// take each other's place.
	answerSlots = 512
)

// errLate: the model has not answered in time, and may still do so.
var errLate = errors.New("the model has not answered in time")

// heard is an utterance as the stages of understanding get it.
type heard struct {
	home      *hamanagerapi.Home
	utterance meaning.Utterance
	caller    identity.Principal
	exchanges []prompt.Exchange
	isDryRun  bool
	// gone is closed when nobody waits for the answer any more; nil: never.
	gone <-chan struct{}
	// late gets what is understood within lateGrace after the deadline; nil: nobody wants it.
	late func(ctx context.Context, meant meaning.Understanding)
}

// model is the last stage: it asks the language model, once, and keeps what it said for whoever
// says the same in the same home.
type model struct {
	llm     Model // nil: there is none
	kv      kv.Store
	log     *zap.Logger
	now     clock.Clock
	metrics *metrics
	cfg     Config
	// keepsWords: answers that hold somebody's words may be kept.
	keepsWords bool
	flights    *flights
}

func newModel(deps Deps, m *metrics) *model {
	return &model{
		llm: deps.LLM, kv: deps.KV, log: deps.Log, now: deps.Now, metrics: m, cfg: deps.Config,
		keepsWords: deps.History.KeepWords, flights: newFlights(),
	}
}

// understand asks the model. Errors: those of llmapi, and errLate.
func (m *model) understand(ctx context.Context, h heard) (meaning.Understanding, error) {
	if m.llm == nil || h.caller.May(identity.Everyday) == identity.No {
		return meaning.Understanding{}, nil
	}
	p := prompt.Build(m.inputOf(h))
	m.metrics.built(p)
	key := m.keyOf(h, p)
	if meant, ok := m.recall(ctx, p, key); ok {
		m.metrics.recalled("hit")

		return meant, nil
	}

	answered, isShared, err := m.ask(ctx, h, p, key)
	if err != nil {
		return meaning.Understanding{}, err
	}
	m.metrics.recalled(map[bool]string{false: "miss", true: "shared"}[isShared])
	meant, err := p.Understand(answered.Answer)
	if err != nil { // who shares an answer may know another home by now
		return meaning.Understanding{}, llmapi.ErrNonsense.Wrap(err)
	}
	if !isShared && m.isWorthKeeping(p, answered, meant) {
		m.keepAnswer(ctx, h, key, answered.Answer)
	}

	return meant, nil
}

func (m *model) inputOf(h heard) prompt.Input {
	return prompt.Input{
		Home: h.home, Utterance: h.utterance, Exchanges: h.exchanges,
		May:     func(intent string, e *hamanagerapi.Entity) bool { return mayAtAll(h.home, h.caller, intent, e) },
		MayPlan: h.caller.May(identity.Plan) != identity.No,
		Tokens:  m.llm.Tokens, Budget: m.cfg.PromptTokens,
	}
}

// mayAtAll reports whether a caller may do an intent to an entity, be it after a yes or with a PIN.
// What is not so is never shown to the model, nor can it be said.
func mayAtAll(home *hamanagerapi.Home, caller identity.Principal, intent string, e *hamanagerapi.Entity) bool {
	if !isWithin(home, caller, e) {
		return false
	}
	wide := meaning.Command{Intent: intent, Slots: meaning.Slots{"position": 100}}
	if !meaning.IsQuestion(intent) && isRisky(home, wide, e) {
		return caller.May(identity.Risky) != identity.No
	}

	return true
}

// ask has the model answer, together with whoever asks the very same at this moment.
func (m *model) ask(ctx context.Context, h heard, p *prompt.Prompt, key answerKey) (llmapi.ChatResponse, bool, error) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = m.now().Add(m.cfg.Deadline)
	}
	by := deadline.Add(-actReserve(m.cfg.Deadline))
	request := llmapi.ChatRequest{
		HouseholdID: h.caller.HouseholdID, Messages: p.Messages, Schema: p.Schema, MaxTokens: p.MaxTokens, By: by,
		Accept: func(answer string) error {
			_, err := p.Understand(answer)

			return err
		},
	}
	waiting, cancel := context.WithDeadline(ctx, by)
	defer cancel()

	answered, isShared, err := m.flights.join(waiting, flightPlan{
		key: key.hash, until: deadline.Add(lateGrace), gone: h.gone,
		call: func(ctx context.Context) (llmapi.ChatResponse, error) { return m.llm.Chat(ctx, request) },
		late: m.lateOf(h, p),
	})
	if errors.Is(err, context.Canceled) { // by whoever went away, or the process that ends
		err = llmapi.ErrUnavailable.Wrap(err)
	}
	m.metrics.answered(outcomeOfModel(err))

	return answered, isShared, err
}

// outcomeOfModel names how asking the model ended.
func outcomeOfModel(err error) string {
	switch {
	case err == nil:
		return "answered"
	case errors.Is(err, errLate):
		return "not_in_time"
	case errors.Is(err, llmapi.ErrBusy):
		return "busy"
	case errors.Is(err, llmapi.ErrSpent):
		return "spent"
	case errors.Is(err, llmapi.ErrNonsense):
		return "nonsense"
	case errors.Is(err, llmapi.ErrAbsent):
		return "absent"
	case errors.Is(err, context.Canceled):
		return "gone"
	default:
		return "unavailable"
	}
}

// actReserve is the part of the deadline that is kept for doing what the model understood.
func actReserve(deadline time.Duration) time.Duration { return min(deadline/8, 250*time.Millisecond) }

// lateOf hands on what came too late, where it is words: what is to be done is not done late.
func (m *model) lateOf(h heard, p *prompt.Prompt) func(context.Context, llmapi.ChatResponse) {
	if h.late == nil {
		return nil
	}

	return func(ctx context.Context, answered llmapi.ChatResponse) {
		if meant, err := p.Understand(answered.Answer); err == nil {
			h.late(ctx, meant)
		}
	}
}

// answerKey is under which an answer is kept. Equal keys make equal prompts, save for states.
type answerKey struct{ hash, slot string }

// keyOf is made of all that an understanding can depend on: the versions of the grammar (which
// decides what the model is asked at all), the prompt and the model; the home's structure, what
// this speaker can say to it, the conversation and the sentence.
func (m *model) keyOf(h heard, p *prompt.Prompt) answerKey {
	sum := sha256.New()
	build := buildinfo.Read()
	for _, part := range append([]string{
		build.Version, build.Revision, prompt.Version(), m.llm.Version(), h.home.Hash, h.utterance.AreaID,
		prompt.Normal(h.utterance.Text),
	}, p.Key()...) {
		fmt.Fprintf(sum, "%d:%s", len(part), part)
	}
	hash := sum.Sum(nil)

	return answerKey{
		hash: h.caller.HouseholdID + ":" + hex.EncodeToString(hash),
		slot: slotOf(h.caller.HouseholdID, binary.BigEndian.Uint32(hash)%answerSlots),
	}
}

func slotOf(householdID string, slot uint32) string {
	return fmt.Sprintf("intent:answer:%s:%d", householdID, slot)
}

// forgetAnswers forgets what the model answered in a household: nobody knows any more to whom.
func forgetAnswers(ctx context.Context, store kv.Store, householdID string) error {
	keys := make([]string, 0, answerSlots)
	for slot := range uint32(answerSlots) {
		keys = append(keys, slotOf(householdID, slot))
	}
	if err := store.Delete(ctx, keys...); err != nil {
		return fmt.Errorf("forget the model's answers: %w", err)
	}

	return nil
}

// keptAnswer is what the model said to the same before.
type keptAnswer struct {
	Key    string `json:"key"`
	Answer string `json:"answer"`
}

// recall understands by an answer that was kept.
func (m *model) recall(ctx context.Context, p *prompt.Prompt, key answerKey) (meaning.Understanding, bool) {
	if p.ShowsStates || m.kv == nil {
		return meaning.Understanding{}, false
	}
	value, err := m.kv.Get(ctx, key.slot)
	if err != nil {
		log.For(ctx, m.log).Warn("kept answers not read", zap.Error(err))
	}
	var kept keptAnswer
	if value == nil || json.Unmarshal(value, &kept) != nil || kept.Key != key.hash {
		return meaning.Understanding{}, false
	}
	meant, err := p.Understand(kept.Answer)
	if err != nil {
		return meaning.Understanding{}, false
	}
	if meant.IsUnderstood() {
		meant.Source = meaning.Cache
	}

	return meant, true
}

// isWorthKeeping reports whether an answer would be the same next time: it does not lean on
// states, and is the model's own rather than a fallback's.
func (m *model) isWorthKeeping(p *prompt.Prompt, answered llmapi.ChatResponse, meant meaning.Understanding) bool {
	return m.kv != nil && !p.ShowsStates && answered.Model == m.llm.Name() && (m.keepsWords || !holdsWords(meant))
}

// holdsWords reports whether an understanding holds more than names and numbers of the home.
func holdsWords(meant meaning.Understanding) bool {
	for _, c := range meant.Commands {
		if c.Intent == meaning.Respond || c.Slots["item"] != nil || len(c.Targets) == 0 && c.Slots["name"] != nil {
			return true
		}
	}

	return meant.Question != nil && meant.Question.Text != ""
}

func (m *model) keepAnswer(ctx context.Context, h heard, key answerKey, answer string) {
	if h.isDryRun {
		return
	}
	value, err := json.Marshal(keptAnswer{Key: key.hash, Answer: answer})
	if err == nil {
		err = m.kv.Set(ctx, key.slot, value, answerLife)
	}
	if err != nil {
		log.For(ctx, m.log).Warn("answer not kept", zap.Error(err))
	}
}
