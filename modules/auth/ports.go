package auth

import (
	"context"

	"homehub/modules/audit/auditapi"
)

// Recorder is the part of audit that auth uses. Inside a transaction the event is kept with
// the change it tells of.
type Recorder interface {
	Record(ctx context.Context, e auditapi.Event) error
}
