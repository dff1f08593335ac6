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
