// Package events tells a household's people and devices what happens without their asking: a
// table that every replica appends to, and a stream of server-sent events for each listener.
//
// An event is published in the transaction of the change that it tells of, after that change's
// audit entry: both lock the end of a list of the household's, and whoever took them the other
// way round would wait for the others forever. A transaction that publishes to several
// households does so in the order of their ids.
package events

import "context"

// Event is something that happened in a household.
type Event struct {
	HouseholdID string
	Kind        string // noun.verb_past, of the list below
	// Audience is who is told: Everybody, Adults, Owners, or the id of one user or device.
	Audience string
	// Data is what a listener needs to know, within a few kilobytes: ids, states and numbers.
	// Names and words of people are left out; they can be asked for, and erased, elsewhere. What
	// its only listener said is the exception: ForgetAudience erases it with them.
	Data map[string]any
}

// The audiences that are no single caller.
const (
	Everybody = ""      // whoever belongs to the household, devices too
	Adults    = "adult" // owners and adults
	Owners    = "owner"
)

// The kinds. A listener passes over those that it does not know.
const (
	InstanceChanged = "instance.changed"
	IntentCorrected = "intent.corrected"
	IntentAnswered  = "intent.answered"
	QuestionExpired = "question.expired"
	TimerFinished   = "timer.finished"
	PlanCarriedOut  = "plan.carried_out"
	SessionEnded    = "session.ended"
	DevicePaired    = "device.paired"
	DeviceRemoved   = "device.removed"
	MemberChanged   = "member.changed"
	// HouseholdDisabled lets go of whoever listens: they have no rights any more when it comes.
	// Owners hear it once they have some again.
	HouseholdDisabled = "household.disabled"
)

// Publisher tells a household.
type Publisher interface {
	// Publish joins the transaction in ctx: the event is told when that commits, and never
	// otherwise. Its failure undoes what it tells of.
	Publish(ctx context.Context, e Event) error
}

// Discard tells nobody.
type Discard struct{}

// Publish implements Publisher.
func (Discard) Publish(context.Context, Event) error { return nil }

// OrDiscard is p, or Discard where there is none.
func OrDiscard(p Publisher) Publisher {
	if p == nil {
		return Discard{}
	}

	return p
}
