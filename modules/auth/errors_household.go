package auth

import "homehub/platform/apperr"

var (
	errMemberNotFound     = apperr.New(apperr.NotFound, "auth.member_not_found", "There is no such member.")
	errInvitationNotFound = apperr.New(apperr.NotFound, "auth.invitation_not_found", "There is no such invitation.")
	errLastOwner          = apperr.New(apperr.Conflict, "auth.last_owner", "A household needs an owner: make somebody else one first, or delete the household.")
	errAlreadyMember      = apperr.New(apperr.Conflict, "auth.already_member", "You belong to this household already.")
	errTooManyHouseholds  = apperr.New(apperr.Conflict, "auth.too_many_households", "You own as many households as one person can.")
	errNotOwnMembership   = apperr.New(apperr.Forbidden, "auth.not_allowed", "You may not do that.")
	errTooManyPINs        = apperr.New(apperr.RateLimited, "auth.too_many_failures", "Too many wrong PINs. Try again later.")

	errCursor = errInvalidInput.WithMessage("The cursor is not one that this list gave out.").
			WithFields(apperr.Field{Name: "cursor", Message: "is not a cursor of this list"})
)
