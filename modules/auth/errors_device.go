package auth

import "homehub/platform/apperr"

// What a device may be told at /oauth: the part after the dot is the error of RFC 6749 and 8628.
var (
	errAuthorizationPending = apperr.New(apperr.Invalid, "oauth.authorization_pending", "Nobody has approved the device yet. Ask again after the interval.")
	errSlowDown             = apperr.New(apperr.Invalid, "oauth.slow_down", "You ask too often: the interval is now 5 seconds longer.")
	errExpiredToken         = apperr.New(apperr.Invalid, "oauth.expired_token", "The device code has expired. Begin anew.")
	errAccessDenied         = apperr.New(apperr.Invalid, "oauth.access_denied", "The device was turned away.")
	errInvalidGrant         = apperr.New(apperr.Invalid, "oauth.invalid_grant", "The code or token is not valid, was used before or belongs to a device that was removed. Pair the device anew.")
	errInvalidClient        = apperr.New(apperr.Invalid, "oauth.invalid_client", "client_id must be "+deviceClientID+".")
	errUnsupportedGrant     = apperr.New(apperr.Invalid, "oauth.unsupported_grant_type", "grant_type must be "+grantDeviceCode+" or "+grantRefresh+".")
	errOAuthRequest         = apperr.New(apperr.Invalid, "oauth.invalid_request", "The request is not valid.")
)

var (
	errUserCodeNotFound  = apperr.New(apperr.NotFound, "auth.user_code_not_found", "No device waits with this code. It may have expired.")
	errUserCodeUsed      = apperr.New(apperr.Conflict, "auth.user_code_used", "Somebody has approved or turned away this device already.")
	errTooManyUserCodes  = apperr.New(apperr.RateLimited, "auth.too_many_user_codes", "Too many codes. Try again later.")
	errDeviceNotFound    = apperr.New(apperr.NotFound, "auth.device_not_found", "There is no such device.")
	errUserCodesRunShort = apperr.New(apperr.Unavailable, "auth.user_codes_busy", "No free code was found. Please try again.")
)
