package auth

import (
	"context"

	"homehub/modules/audit/auditapi"
)

// AreaResolver knows the rooms of homes.
type AreaResolver interface {
	// ResolveArea finds an area by its id or one of its names. ok is false where the household's
	// home has none such, or cannot be asked now: then the text is kept as it was given.
	ResolveArea(ctx context.Context, householdID, nameOrID string) (id, name string, ok bool)
	// AreaNames lists the areas' names; none while the home cannot be asked.
	AreaNames(ctx context.Context, householdID string) []string
}

// Recorder is the part of audit that auth uses. Inside a transaction the event is kept with
// the change it tells of.
type Recorder interface {
	Record(ctx context.Context, e auditapi.Event) error
}

// Belongings are what another module keeps of people.
type Belongings struct {
	Name string // of their list in an export
	// Export calls add with each item that is kept of a person, until add fails.
	Export func(ctx context.Context, userID string, add func(item any) error) error
	// Erase deletes what is kept of a person, in transactions of its own. It may be repeated.
	Erase func(ctx context.Context, userID string) error
}
