package intent

import (
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/clock"
	"homehub/platform/identity"
)

// request is what a device sent.
type request struct {
	Text           string `json:"text"`
	DeviceID       string `json:"device_id,omitempty"`
	ConversationID string `json:"conversation_id,omitempty"`
	Language       string `json:"language,omitempty"`
	HouseholdID    string `json:"household_id,omitempty"`
	UserID         string `json:"user_id,omitempty"`
	DeviceArea     string `json:"device_area,omitempty"`
	DryRun         bool   `json:"dry_run,omitempty"`
}

// turn is one utterance on its way through the stages, and what is known of it so far.
type turn struct {
	caller         identity.Principal
	req            request
	requestID      string
	conversationID string
	startedAt      time.Time
	// words are what is kept of what was said: never a PIN.
	words string

	instance  hamanagerapi.Instance // nil: the household has none that is ready
	home      *hamanagerapi.Home
	utterance meaning.Utterance
	asked     *question // the open question that this utterance may answer
	meant     meaning.Understanding
	// given is what this turn has given that a risky command asked about before needs.
	given need
	claim *claim
	// hasActed: something may have been done in the home.
	hasActed bool

	results []result
	// timers and plans are the household's, as far as the caller may see them, where a command is
	// about them; keepings are its changes of them.
	timers   []timerRow
	plans    []plannedRow
	keepings []keeping
	planID   string // the plan that this carries out
	// isRefused: a wrong PIN, which is a refusal even where it is asked for again.
	isRefused bool
	late      *observation // what may still change after the reply; nil: nothing
	answer    answer
	apology   speech.Apology  // why the model did not answer, where there is more to say than that
	gone      <-chan struct{} // closed when whoever spoke has hung up
	timing    timing
	// historyID is the row that late changes correct.
	historyID string
}

// result is what became of one command.
type result struct {
	command meaning.Command
	status  meaning.Status
	reason  meaning.Reason
	refusal meaning.Refusal
	needs   need
	planID  string // it was put off as this plan
	targets []targetResult
}

// targetResult is what became of one entity of a command.
type targetResult struct {
	entity   *hamanagerapi.Entity
	status   meaning.Status
	reason   meaning.Reason
	refusal  meaning.Refusal
	from, to *hamanagerapi.State
}

// need is what a risky command waits for.
type need string

const (
	needsNothing need = ""
	needsConfirm need = "confirm"
	needsPIN     need = "pin"
)

// answer is the body of a reply, as it is sent and kept.
type answer struct {
	RequestID      string          `json:"request_id"`
	ConversationID string          `json:"conversation_id"`
	Language       string          `json:"language"`
	Status         meaning.Status  `json:"status"`
	Reason         meaning.Reason  `json:"reason,omitempty"`
	Needs          need            `json:"needs,omitempty"`
	Speech         string          `json:"speech"`
	Source         meaning.Source  `json:"source"`
	Commands       []commandAnswer `json:"commands"`
	Choices        []choice        `json:"choices"`
	Timing         timing          `json:"timing_ms"`
}

// commandAnswer is one command as clients and the history see it.
type commandAnswer struct {
	Intent   string         `json:"intent"`
	Slots    meaning.Slots  `json:"slots"`
	Status   meaning.Status `json:"status"`
	Reason   meaning.Reason `json:"reason,omitempty"`
	Needs    need           `json:"needs,omitempty"`
	Targets  []string       `json:"targets"`
	Changes  []change       `json:"changes"`
	Failures []failure      `json:"failures,omitempty"`
	Timers   []string       `json:"timers,omitempty"`
	Plans    []string       `json:"plans,omitempty"`
	DueAt    *time.Time     `json:"due_at,omitempty"`
}

// change is what an entity was seen to do.
type change struct {
	EntityID string `json:"entity_id"`
	From     string `json:"from"`
	To       string `json:"to"`
}

// failure is a target that did not do what the others did.
type failure struct {
	EntityID string         `json:"entity_id"`
	Reason   meaning.Reason `json:"reason"`
}

// choice is one possible answer to a question.
type choice struct {
	Label    string `json:"label"`
	EntityID string `json:"entity_id,omitempty"`
	AreaID   string `json:"area_id,omitempty"`
	TimerID  string `json:"timer_id,omitempty"`
	PlanID   string `json:"plan_id,omitempty"`
}

// timing holds the milliseconds that each stage took.
type timing map[string]float64

// The stages, as timing_ms and the metrics name them.
const (
	stageUnderstand = "understand"
	stageExecute    = "execute"
	stageObserve    = "observe"
	stageRecord     = "record"
	stageTotal      = "total"
)

// measure begins a stage; calling what it returns ends it.
func (t *turn) measure(stage string, now clock.Clock) func() {
	began := now()

	return func() { t.timing[stage] += milliseconds(now().Sub(began)) }
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Microseconds()) / 1000
}
