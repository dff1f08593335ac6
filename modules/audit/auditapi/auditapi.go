// Package auditapi is what other modules say to audit.
package auditapi

// OperatorChain is the household id of the chain that holds the operator's own acts.
const OperatorChain = "operator"

// Outcome says how an audited act ended.
type Outcome string

// The outcomes. An intent adds its own status words in Details.
const (
	OK      Outcome = "ok"
	Refused Outcome = "refused" // not allowed
	Failed  Outcome = "failed"
	Unknown Outcome = "unknown" // the truth could not be established
)

// Actor is who acted. The zero Actor means: the caller in the context.
type Actor struct {
	Kind string // user, device or system
	ID   string
	Name string // personal: stored apart from the chain, erasable
}

// Event is one entry for a household's record.
type Event struct {
	HouseholdID string
	Action      string // module.verb_noun, for instance auth.login or intent.execute
	Outcome     Outcome
	Actor       Actor  // zero: taken from the context
	Target      string // an id, never a name
	// Details is stored in the chain as canonical JSON. No secrets, no personal data.
	Details map[string]any
	// Personal is what can be erased later (an utterance, an e-mail address): the chain keeps
	// only a salted commitment to each value.
	Personal map[string]string
}
