package hamanager

import "homehub/platform/apperr"

// What a request about an instance can be refused for. hamanagerapi holds those that other
// modules act on.
var (
	errNotFound = apperr.New(apperr.NotFound, "instance.not_found", "This household has no instance.")
	errExists   = apperr.New(apperr.Conflict, "instance.exists", "This household has an instance already.")
	errRemoving = apperr.New(apperr.Conflict, "instance.removing", "This instance is being removed.")
	errChanged  = apperr.New(apperr.Conflict, "instance.changed", "The instance was changed meanwhile. Please try again.")
	errNotThis  = apperr.New(apperr.Conflict, "instance.not_supported", "An instance of this kind cannot be upgraded.")

	errKind = apperr.New(apperr.Unprocessable, "instance.kind_not_available", "This homehub cannot run instances of that kind.").
		WithFields(apperr.Field{Name: "kind", Message: "is not available here"})
	errReplacesDocker = apperr.New(apperr.Conflict, "instance.exists", "Remove the household's own instance before you link another.")

	errInvalidURL = apperr.New(apperr.Invalid, "instance.invalid_url", "The address is not a valid one.")
	errNoToken    = apperr.New(apperr.Invalid, "instance.invalid_token", "A long-lived access token is needed.").
			WithFields(apperr.Field{Name: "token", Message: "must not be empty"})
	errAddressNotAllowed = apperr.New(apperr.Unprocessable, "instance.address_not_allowed", "This homehub may not connect to that address.").
				WithFields(apperr.Field{Name: "url", Message: "leads to an address that is not allowed"})
	errUnreachable = apperr.New(apperr.Unprocessable, "instance.unreachable", "Nothing answers at that address.").
			WithFields(apperr.Field{Name: "url", Message: "cannot be reached"})
	errCertificate = apperr.New(apperr.Unprocessable, "instance.certificate_not_trusted", "The certificate of that address is not trusted.").
			WithFields(apperr.Field{Name: "url", Message: "has a certificate that is not trusted"})
	errNotHomeAssistant = apperr.New(apperr.Unprocessable, "instance.not_home_assistant", "What answers at that address is not Home Assistant.").
				WithFields(apperr.Field{Name: "url", Message: "is not a Home Assistant"})
	errTokenRefused = apperr.New(apperr.Unprocessable, "instance.token_refused", "Home Assistant does not accept that token.").
			WithFields(apperr.Field{Name: "token", Message: "is not accepted"})
	errNotAdmin = apperr.New(apperr.Unprocessable, "instance.not_admin", "The token must belong to an administrator of that Home Assistant.").
			WithFields(apperr.Field{Name: "token", Message: "must belong to an administrator"})
)
