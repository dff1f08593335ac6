package auth

import (
	"errors"

	"homehub/platform/apperr"
)

// errPasswordChanged: it is another one than was checked a moment ago.
var errPasswordChanged = errors.New("the password was changed meanwhile")

var (
	errInvalidCredentials = apperr.New(apperr.Unauthenticated, "auth.invalid_credentials", "The e-mail address or the password is wrong.")
	errInvalidToken       = apperr.New(apperr.Unauthenticated, "auth.invalid_token", "The access token is not valid. Refresh it or sign in again.")
	errSessionEnded       = apperr.New(apperr.Unauthenticated, "auth.session_ended", "The session is over. Sign in again.")
	errInvalidRefresh     = apperr.New(apperr.Unauthenticated, "auth.invalid_refresh_token", "The refresh token is not valid. Sign in again.")
	errRefreshReused      = apperr.New(apperr.Unauthenticated, "auth.refresh_reused", "The refresh token was used before, so the session is over. Sign in again.")

	errUserDisabled         = apperr.New(apperr.Forbidden, "auth.user_disabled", "This login is disabled. Ask the operator.")
	errHouseholdDisabled    = apperr.New(apperr.Forbidden, "auth.household_disabled", "This household is disabled. Ask the operator.")
	errRegistrationClosed   = apperr.New(apperr.Forbidden, "auth.registration_closed", "Registration is closed here. Ask the operator for a login.")
	errInvitationRequired   = apperr.New(apperr.Forbidden, "auth.invitation_required", "Registration needs an invitation here.")
	errInvitationInvalid    = apperr.New(apperr.Unprocessable, "auth.invitation_invalid", "The invitation does not exist, is used up or has ended.")
	errHouseholdNotFound    = apperr.New(apperr.NotFound, "auth.household_not_found", "There is no such household.")
	errEmailTaken           = apperr.New(apperr.Conflict, "auth.email_taken", "Somebody is registered with this e-mail address.")
	errTooManyFailures      = apperr.New(apperr.RateLimited, "auth.too_many_failures", "Too many failed logins. Try again later.")
	errPasswordsBusy        = apperr.New(apperr.RateLimited, "auth.busy", "Too many logins at once. Try again in a moment.")
	errInvalidInput         = apperr.New(apperr.Invalid, "request.invalid", "The request is not valid.")
	errUserNotFound         = apperr.New(apperr.NotFound, "auth.user_not_found", "There is no such user.")
	errUnavailableSignature = apperr.New(apperr.Unavailable, "auth.keys_unavailable", "No signing key can be used now. Please try again.")
)
