package intent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
	"homehub/platform/log"
)

// questionWindow is how long a question waits for its answer.
const questionWindow = 30 * time.Second

// question is what homehub asked and has not been answered yet. It lives in kv, under its
// conversation: should it be lost, the person asks anew.
type question struct {
	ID             string         `json:"id"`
	ConversationID string         `json:"conversation_id"`
	Kind           meaning.Status `json:"kind"` // confirm or clarify
	Speech         string         `json:"speech"`
	Source         meaning.Source `json:"source"`
	Commands       []plainCommand `json:"commands"`
	AreaID         string         `json:"area_id"`
	Choices        []choice       `json:"choices,omitempty"`
	Waiting        int            `json:"waiting"` // the command that the choice completes
}

// plainCommand is a command that can be kept: its targets by id.
type plainCommand struct {
	Intent  string         `json:"intent"`
	Slots   meaning.Slots  `json:"slots"`
	Targets []string       `json:"targets"`
	Reason  meaning.Reason `json:"reason,omitempty"`
	Missing string         `json:"missing,omitempty"`
}

// resume takes up the question that this utterance may answer. isResumed: it did, and
// either t.meant is now what the answer completes, or t.answer says all there is.
func (s *service) resume(ctx context.Context, t *turn) (isResumed bool) {
	if t.asked = s.findQuestion(ctx, t); t.asked == nil {
		return false
	}
	if t.req.ConversationID == "" {
		t.conversationID = t.asked.ConversationID
	}

	complete := s.readAnswer(ctx, t)
	if complete == nil {
		return false
	}
	if !t.req.DryRun && !s.takeQuestion(ctx, t) {
		t.asked = nil // somebody was faster: the answer is used up

		return false
	}
	complete()

	return true
}

// readAnswer returns how the utterance completes the question; nil when it is no answer.
func (s *service) readAnswer(ctx context.Context, t *turn) (complete func()) {
	said := hungarian.ReadAnswer(t.req.Text)
	switch {
	case said == hungarian.AnswerNo:
		return t.decline
	case t.asked.Kind == meaning.StatusConfirm && said == hungarian.AnswerYes:
		return func() {
			t.meant = meaning.Understanding{Commands: rebindAll(t.home, t.asked.Commands), Source: t.asked.Source}
			t.isConfirmed = true
		}
	case t.asked.Kind != meaning.StatusClarify || s.isCommand(ctx, t):
		return nil
	}
	i, ok := indexOf(t.home).Choose(t.req.Text, t.asked.choices())
	if !ok {
		return nil
	}

	return func() { t.choose(t.asked.Choices[i]) }
}

// choices are the question's, as the grammar takes them.
func (q *question) choices() meaning.Question {
	asked := meaning.Question{Command: q.Waiting}
	for _, c := range q.Choices {
		asked.Choices = append(asked.Choices, meaning.Choice{Label: c.Label, EntityID: c.EntityID, AreaID: c.AreaID})
	}

	return asked
}

// isCommand reports whether the utterance is a command of its own, which may well name one
// of the choices: "kapcsold fel a konyhai lámpát" after "melyik redőnyt?".
func (s *service) isCommand(ctx context.Context, t *turn) bool {
	meant, err := s.stages[0].understand(ctx, t.home, t.utterance)

	return err == nil && slices.ContainsFunc(meant.Commands, func(c meaning.Command) bool {
		return c.Reason == "" && !meaning.IsQuestion(c.Intent)
	})
}

// decline ends a question without doing anything.
func (t *turn) decline() {
	t.meant = meaning.Understanding{Source: t.asked.Source}
	t.answer.Status = meaning.StatusAnswered
	t.answer.Speech = hungarian.SayDeclined()
}

// choose completes the command that waited for a choice, and binds it anew.
func (t *turn) choose(c choice) {
	waiting := t.asked.Waiting
	commands := rebindAll(t.home, t.asked.Commands)
	chosen := meaning.Choice{Label: c.Label, EntityID: c.EntityID, AreaID: c.AreaID}
	command := meaning.Narrow(t.home, commands[waiting], chosen)
	t.utterance.AreaID = t.asked.AreaID

	entity := t.home.Entity(c.EntityID)
	bound, again := meaning.Bind(t.home, t.utterance, command)
	switch {
	case c.AreaID != "":
		bound.Slots["area"] = c.Label
	case entity != nil:
		bound.Slots["name"] = entity.Name
	}

	commands[waiting] = bound
	t.meant = meaning.Understanding{Commands: commands, Question: again, Source: t.asked.Source}
	if again != nil {
		again.Command = waiting
	}
}

// askWhich asks what was meant, and remembers the choices.
func (s *service) askWhich(ctx context.Context, t *turn) error {
	asked := t.meant.Question
	t.results = plannedResults(t.meant.Commands)
	t.answer.Status = meaning.StatusClarify
	t.answer.Choices = choicesOf(asked)
	t.answer.Speech = hungarian.AskWhich(asked.Choices)
	if err := s.remember(ctx, t, asked.Command); err != nil {
		log.For(ctx, s.log).Warn("question not kept", zap.Error(err))
	}

	return nil
}

// askYes asks whether the risky command is really meant. Without a place to keep the
// question no yes could count, so that the command fails instead.
func (s *service) askYes(ctx context.Context, t *turn) error {
	t.answer.Status = meaning.StatusConfirm
	t.answer.Speech = hungarian.AskYes(riskyOf(t.results))
	if err := s.remember(ctx, t, 0); err != nil {
		log.For(ctx, s.log).Warn("question not kept", zap.Error(err))
		t.answer = answer{}
		for i := range t.results {
			t.results[i].fail(meaning.ReasonBusy)
		}
	}

	return nil
}

// repeat asks the open question again; it stays open for the rest of its time.
func (s *service) repeat(t *turn) {
	t.answer.Status = t.asked.Kind
	t.answer.Speech = t.asked.Speech
	t.answer.Reason = ""
	t.meant.Source = t.asked.Source
	t.results = plannedResults(rebindAll(t.home, t.asked.Commands))
	t.answer.Choices = t.asked.Choices
}

// remember keeps the question under its conversation, and for a device under the device too.
// waiting is the command that a choice would complete.
func (s *service) remember(ctx context.Context, t *turn, waiting int) error {
	if t.req.DryRun {
		return nil
	}
	q := question{
		ID:             identity.NewID(),
		ConversationID: t.conversationID,
		Kind:           t.answer.Status,
		Speech:         t.answer.Speech,
		Source:         t.meant.Source,
		Commands:       plainCommands(t.meant.Commands),
		AreaID:         t.utterance.AreaID,
		Choices:        t.answer.Choices,
		Waiting:        waiting,
	}
	value, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("encode question: %w", err)
	}
	if err := s.kv.Set(ctx, t.questionKey(t.conversationID), value, questionWindow); err != nil {
		return err
	}
	if device := t.device(); device != "" {
		return s.kv.Set(ctx, t.deviceKey(device), []byte(t.conversationID), questionWindow)
	}

	return nil
}

// findQuestion looks, in one round trip, where an open question could be. Without kv there
// is none: the utterance is then taken as a command of its own.
func (s *service) findQuestion(ctx context.Context, t *turn) *question {
	device := t.device()
	if t.req.ConversationID == "" && device == "" {
		return nil
	}
	found, err := s.kv.GetMany(ctx, t.questionKey(t.conversationID), t.deviceKey(device))
	if err == nil && found[0] == nil && found[1] != nil && device != "" {
		found[0], err = s.kv.Get(ctx, t.questionKey(string(found[1])))
	}
	if err != nil {
		log.For(ctx, s.log).Warn("open questions not read", zap.Error(err))

		return nil
	}

	return decodeQuestion(found[0])
}

// takeQuestion makes the question its own; false when another request was faster.
func (s *service) takeQuestion(ctx context.Context, t *turn) bool {
	value, err := s.kv.Take(ctx, t.questionKey(t.asked.ConversationID))
	if err != nil {
		log.For(ctx, s.log).Warn("question not taken", zap.Error(err))

		return false
	}
	taken := decodeQuestion(value)

	return taken != nil && taken.ID == t.asked.ID
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
	if err := s.kv.Delete(ctx, t.questionKey(t.asked.ConversationID)); err != nil {
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
func (t *turn) questionKey(conversationID string) string {
	return "intent:question:" + t.caller.HouseholdID + ":" + t.caller.ID + ":" + conversationID
}

func (t *turn) deviceKey(device string) string {
	return "intent:asked:" + t.caller.HouseholdID + ":" + t.caller.ID + ":" + device
}

func plainCommands(commands []meaning.Command) []plainCommand {
	plain := make([]plainCommand, len(commands))
	for i, c := range commands {
		plain[i] = plainCommand{Intent: c.Intent, Slots: c.Slots, Targets: entityIDs(c.Targets), Reason: c.Reason, Missing: c.Missing}
	}

	return plain
}

// rebindAll finds the kept targets in the home as it is now.
func rebindAll(home *hamanagerapi.Home, plain []plainCommand) []meaning.Command {
	commands := make([]meaning.Command, len(plain))
	for i, p := range plain {
		c := meaning.Command{Intent: p.Intent, Slots: p.Slots, Reason: p.Reason, Missing: p.Missing}
		for _, id := range p.Targets {
			if e := home.Entity(id); e != nil && e.Exposed {
				c.Targets = append(c.Targets, e)
			}
		}
		if len(c.Targets) < len(p.Targets) { // removed or hidden since: better nothing than half
			c.Targets, c.Reason, c.Missing = nil, meaning.ReasonNoSuchName, c.Slots.Name()
		}
		commands[i] = c
	}

	return commands
}

func choicesOf(q *meaning.Question) []choice {
	choices := make([]choice, len(q.Choices))
	for i, c := range q.Choices {
		choices[i] = choice{Label: c.Label, EntityID: c.EntityID, AreaID: c.AreaID}
	}

	return choices
}

func entityIDs(entities []*hamanagerapi.Entity) []string {
	ids := make([]string, len(entities))
	for i, e := range entities {
		ids[i] = e.ID
	}

	return ids
}
