package audit

import (
	"errors"

	"homehub/platform/apperr"
)

// ErrBroken means that a chain is not what was recorded. The command line exits with 1 on it.
var ErrBroken = errors.New("the audit record is broken")

// errNoChain is for whoever names a chain that nothing was ever written to.
var errNoChain = errors.New("there is no such chain")

// errForgedAnchor means that no audit key has sealed the anchor.
var errForgedAnchor = errors.New("not sealed by an audit key")

// errVerifyingElsewhere is for whoever would have waited too long to have a chain verified.
var errVerifyingElsewhere = apperr.New(apperr.Unavailable, "audit.busy", "Other records are being verified now. Please try again.").
	WithRetryAfter(verifyingWaits)

var errInvalidCursor = apperr.New(apperr.Invalid, "request.invalid", "The cursor is not one that this list gave out.").
	WithFields(apperr.Field{Name: "cursor", Message: "is not a cursor of this list"})
