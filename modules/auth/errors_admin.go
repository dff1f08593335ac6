package auth

import "homehub/platform/apperr"

var (
	errLastAdmin   = apperr.New(apperr.Conflict, "auth.last_admin", "Somebody must stay an operator who can sign in: make another one first.")
	errAdminCursor = errInvalidInput.WithMessage("The cursor is not one that this list gave out.").
			WithFields(apperr.Field{Name: "cursor", Message: "is not a cursor of this list"})
)
