package intent

import (
	"context"
	"slices"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/intent/internal/hungarian/pin"
	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
)

const (
	// questionWindow is how long a question waits for its answer.
	questionWindow = 30 * time.Second
	// questionMargin is how much later its watcher may come to see that none was given.
	questionMargin = time.Minute
)

// question is what homehub asked and has not been answered yet. It lives in kv, under its
// conversation: should it be lost, the person asks anew.
type question struct {
	ID             string         `json:"id"`
	ConversationID string         `json:"conversation_id"`
	Kind           meaning.Status `json:"kind"` // confirm or clarify
	Needs          need           `json:"needs,omitempty"`
	Tries          int            `json:"tries,omitempty"` // wrong PINs so far
	Speech         string         `json:"speech"`
	Source         meaning.Source `json:"source"`
	IsDoubtful     bool           `json:"is_doubtful,omitempty"` // a choice is no yes to what was only likely meant
	Commands       []plainCommand `json:"commands"`
	AreaID         string         `json:"area_id"`
	Choices        []choice       `json:"choices,omitempty"`
	Waiting        int            `json:"waiting"` // the command that the choice completes
	ExpiresAt      time.Time      `json:"expires_at"`
}

// plainCommand is a command that can be kept: its targets by id.
type plainCommand struct {
	Intent  string         `json:"intent"`
	Slots   meaning.Slots  `json:"slots"`
	Targets []string       `json:"targets"`
	Reason  meaning.Reason `json:"reason,omitempty"`
	Missing string         `json:"missing,omitempty"`
	At      *time.Time     `json:"at,omitempty"` // it is for later
}

// resume takes up the question that this utterance may answer. isResumed: it did, and
// either t.meant is now what the answer completes, or t.answer says all there is.
// Errors are those of CheckPIN.
func (s *service) resume(ctx context.Context, t *turn) (isResumed bool, err error) {
	if t.asked = s.findQuestion(ctx, t); t.asked == nil {
		return false, nil
	}
	if t.req.ConversationID == "" {
		t.conversationID = t.asked.ConversationID
	}

	complete := s.readAnswer(ctx, t)
	if complete == nil {
		return false, nil
	}
	if !t.req.DryRun && !s.takeQuestion(ctx, t) {
		t.asked = nil // somebody was faster: the answer is used up

		return false, nil
	}

	return true, complete()
}

// readAnswer returns how the utterance completes the question; nil when it is no answer.
func (s *service) readAnswer(ctx context.Context, t *turn) (complete func() error) {
	said := hungarian.ReadAnswer(t.req.Text)
	switch {
	case said == hungarian.AnswerNo:
		return t.decline
	case t.asked.Needs == needsPIN: // a yes is none
		if digits, ok := pin.Read(t.req.Text); ok {
			return func() error { return s.tryPIN(ctx, t, digits) }
		}

		return nil
	case t.asked.Needs == needsConfirm && said == hungarian.AnswerYes:
		return t.confirm
	case t.asked.Kind != meaning.StatusClarify || s.isCommand(ctx, t):
		return nil
	}
	chosen := indexOf(t.home).Choose(t.req.Text, t.asked.choices())
	if len(chosen) == 0 {
		return nil
	}

	return func() error {
		t.choose(chosen)

		return nil
	}
}

// confirm goes on with what was asked about.
func (t *turn) confirm() error {
	t.meant = meaning.Understanding{Commands: rebindAll(t.home, t.asked.Commands), Source: t.asked.Source}
	t.given = needsConfirm

	return nil
}

// choices are the question's, as the grammar takes them.
func (q *question) choices() meaning.Question {
	asked := meaning.Question{Command: q.Waiting}
	for _, c := range q.Choices {
		asked.Choices = append(asked.Choices, c.meant())
	}

	return asked
}

// isCommand reports whether the utterance is a command of its own, which may well name one
// of the choices: "kapcsold fel a konyhai lámpát" after "melyik redőnyt?".
func (s *service) isCommand(ctx context.Context, t *turn) bool {
	u := t.utterance
	u.Before = nil // "a konyhait" answers the question rather than leans on what was before it
	h := t.heard()
	h.utterance = u
	meant, err := s.stages[0].understand(ctx, h)

	return err == nil && slices.ContainsFunc(meant.Commands, func(c meaning.Command) bool {
		return c.Reason == "" && !meaning.IsQuestion(c.Intent)
	})
}

// decline ends a question without doing anything.
func (t *turn) decline() error {
	t.meant = meaning.Understanding{Source: t.asked.Source}
	t.answer.Status = meaning.StatusAnswered
	t.answer.Speech = speech.SayDeclined()

	return nil
}

// choose completes the command that waited for a choice, once for each that was chosen.
func (t *turn) choose(chosen []int) {
	waiting := t.asked.Waiting
	commands := rebindAll(t.home, t.asked.Commands)
	t.utterance.AreaID = t.asked.AreaID
	var completed []meaning.Command
	var again *meaning.Question
	for _, i := range chosen {
		var c meaning.Command
		c, again = t.complete(commands[waiting], t.asked.Choices[i])
		completed = append(completed, c)
	}
	if len(completed) > 1 {
		again = nil
	}
	t.meant = meaning.Understanding{
		Commands: slices.Replace(commands, waiting, waiting+1, completed...), Question: again,
		Source: t.asked.Source, IsDoubtful: t.asked.IsDoubtful,
	}
	if again != nil {
		again.Command = waiting
	}
}

// complete narrows a command to a choice, and binds it anew.
func (t *turn) complete(waiting meaning.Command, c choice) (meaning.Command, *meaning.Question) {
	if id := c.TimerID + c.PlanID; id != "" {
		waiting.Chosen = id

		return waiting, nil
	}
	command := meaning.Narrow(t.home, waiting, c.meant())
	entity := t.home.Entity(c.EntityID)
	bound, again := meaning.Bind(t.home, t.utterance, command)
	switch {
	case c.AreaID != "":
		bound.Slots["area"] = c.Label
	case entity != nil:
		bound.Slots["name"] = entity.Name
	}

	return bound, again
}

// askWhich asks what was meant, and remembers the choices.
func (s *service) askWhich(ctx context.Context, t *turn) {
	asked := t.meant.Question
	t.results = plannedResults(t.meant.Commands)
	t.answer.Status = meaning.StatusClarify
	t.answer.Choices = choicesOf(asked)
	if asked.Text != "" { // whoever is asked says it anew
		t.answer.Speech = asked.Text

		return
	}
	t.answer.Speech = speech.AskWhich(asked.Choices)
	s.remember(ctx, t, question{Waiting: asked.Command})
}

// askConsent asks for the yes or the PIN that risky commands need.
func (s *service) askConsent(ctx context.Context, t *turn) {
	t.answer.Status = meaning.StatusConfirm
	t.answer.Speech = speech.AskYes(waitingOf(t.results), t.utterance.Now)
	if waitsFor(t.results) == needsPIN {
		t.answer.Speech = speech.AskPIN(waitingOf(t.results), t.utterance.Now)
	}
	s.remember(ctx, t, question{Needs: waitsFor(t.results)})
}

// repeat asks the open question again; it stays open for the rest of its time.
func (s *service) repeat(t *turn) {
	t.meant = meaning.Understanding{Commands: rebindAll(t.home, t.asked.Commands), Source: t.asked.Source}
	t.results = plannedResults(t.meant.Commands)
	if t.asked.Needs != needsNothing {
		s.guard(t)
	}
	if t.asked.Needs == needsPIN {
		t.words = pin.Hidden // it may well be in there
	}
	t.answer.Status, t.answer.Reason = t.asked.Kind, ""
	t.answer.Speech = t.asked.Speech
	t.answer.Choices = t.asked.Choices
}

func plainCommands(commands []meaning.Command) []plainCommand {
	plain := make([]plainCommand, len(commands))
	for i, c := range commands {
		plain[i] = plainCommand{Intent: c.Intent, Slots: c.Slots, Targets: entityIDs(c.Targets), Reason: c.Reason, Missing: c.Missing}
		if at := c.At.UTC(); !c.At.IsZero() {
			plain[i].At = &at
		}
	}

	return plain
}

// rebindAll finds the kept targets in the home as it is now.
func rebindAll(home *hamanagerapi.Home, plain []plainCommand) []meaning.Command {
	commands := make([]meaning.Command, len(plain))
	for i, p := range plain {
		c := meaning.Command{Intent: p.Intent, Slots: p.Slots, Reason: p.Reason, Missing: p.Missing}
		if p.At != nil {
			c.At = *p.At
		}
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

func (c choice) meant() meaning.Choice {
	return meaning.Choice{Label: c.Label, EntityID: c.EntityID, AreaID: c.AreaID, TimerID: c.TimerID, PlanID: c.PlanID}
}

func choicesOf(q *meaning.Question) []choice {
	choices := make([]choice, len(q.Choices))
	for i, c := range q.Choices {
		choices[i] = choice{Label: c.Label, EntityID: c.EntityID, AreaID: c.AreaID, TimerID: c.TimerID, PlanID: c.PlanID}
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
