// Package meaning holds the words that the stages of an utterance's way hand to each
// other: what was said, what it means, which commands that makes. Intent names, slots and
// services are Home Assistant's own.
package meaning

import (
	"time"

	"homehub/modules/hamanager/hamanagerapi"
)

// Utterance is what was said, and where.
type Utterance struct {
	Text string // valid UTF-8, 1 to 500 characters
	// AreaID is where the hearing device stands; empty when not known.
	AreaID string
	Now    time.Time // in the home's time zone
	// Before is what the conversation was about; nil where this begins it.
	Before *Memory
}

// Slots are a command's arguments under Home Assistant's names: name, area, floor (spoken
// canonical names), domain and device_class (string or []string), brightness, position,
// temperature, volume_level, percentage (numbers), color, state, item, ...
type Slots map[string]any

// Command is one Home Assistant intent with its slots, bound to entities.
type Command struct {
	Intent string // HassTurnOn
	Slots  Slots
	// Targets are the entities it reaches, sorted by id; empty where the intent needs none,
	// or where Reason says why it cannot be carried out.
	Targets []*hamanagerapi.Entity
	// Reason is why it was understood and yet cannot be done; empty otherwise.
	Reason Reason
	// Missing is the name that the home does not know, as it was said (with ReasonNoSuchName).
	Missing string
	// Why tells the Reason more closely; empty mostly.
	Why Refusal

	// At is when it is to be carried out; zero: now.
	At time.Time
	// Of says which plans an intent about plans means.
	Of *PlanFilter
	// Timers and Plans are what an intent about them reaches. Chosen is the id of the one that
	// the speaker chose among several.
	Timers []*Timer
	Plans  []*Plan
	Chosen string
}

// Understanding is what an utterance means. The zero value: not understood.
type Understanding struct {
	Commands []Command
	// Question is set where the utterance could mean several things; Commands then holds
	// the command that waits for the choice, its Targets empty.
	Question *Question
	// Source is the stage that understood.
	Source Source
	// IsDoubtful: it is likely, but not sure; whoever spoke is asked before anything changes.
	IsDoubtful bool
}

// IsUnderstood reports whether any stage made sense of the utterance.
func (u Understanding) IsUnderstood() bool { return len(u.Commands) > 0 || u.Question != nil }

// Question asks the speaker to choose.
type Question struct {
	// Command is the index of the command that the choice completes.
	Command int
	Choices []Choice
	// Text is the question in words, where there are no choices: whoever was asked says it anew.
	Text string
}

// Choice is one possible answer. One of the ids is set.
type Choice struct {
	Label    string // the name as the home has it
	EntityID string
	AreaID   string
	TimerID  string
	PlanID   string
}

// Source is the stage that understood an utterance.
type Source string

// IsModel reports whether the language model understood it, now or before.
func (s Source) IsModel() bool { return s == LLM || s == Cache }

// The stages.
const (
	Grammar Source = "grammar"
	Cache   Source = "cache"
	LLM     Source = "llm"
)

// Reason is why a command was not done; the words of the HTTP contract.
type Reason string

// The reasons.
const (
	ReasonNoResponse     Reason = "no_response"
	ReasonHomeOffline    Reason = "home_offline"
	ReasonUnavailable    Reason = "unavailable"
	ReasonServiceFailed  Reason = "service_failed"
	ReasonNoSuchName     Reason = "no_such_name"
	ReasonNotAllowed     Reason = "not_allowed"
	ReasonNotSupported   Reason = "not_supported"
	ReasonOutOfRange     Reason = "out_of_range"
	ReasonBusy           Reason = "busy"
	ReasonDeadline       Reason = "deadline"
	ReasonOutcomeUnknown Reason = "outcome_unknown"
	ReasonLLMUnavailable Reason = "llm_unavailable"
)

// Refusal is why something was not done, as far as it can be told beyond its Reason.
type Refusal string

// The refusals. The zero value: there is no more to tell.
const (
	RefusedOutside Refusal = "outside" // beyond the rooms or kinds of devices that the caller is narrowed to
	RefusedNoPIN   Refusal = "no_pin"  // it takes a PIN, and the household has none

	NoSuchTimer   Refusal = "no_timer"
	NoSuchPlan    Refusal = "no_plan"
	TooManyTimers Refusal = "too_many_timers"
	TooManyPlans  Refusal = "too_many_plans"
	TooFarAhead   Refusal = "too_far"
	TooLate       Refusal = "too_late" // its moment was over when homehub came to it
	NotNow        Refusal = "not_now"  // whose right it is could not be found out
)

// Status is what became of an utterance or of one of its commands.
type Status string

// The statuses. Clarify, Confirm, NotUnderstood, Partial and Answered belong to whole utterances.
const (
	StatusDone          Status = "done"
	StatusAlready       Status = "already"
	StatusStarted       Status = "started"
	StatusScheduled     Status = "scheduled"
	StatusPlanned       Status = "planned"
	StatusFailed        Status = "failed"
	StatusAnswered      Status = "answered"
	StatusPartial       Status = "partial"
	StatusClarify       Status = "clarify"
	StatusConfirm       Status = "confirm"
	StatusNotUnderstood Status = "not_understood"
)
