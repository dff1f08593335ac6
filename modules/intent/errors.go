package intent

import (
	"time"

	"homehub/platform/apperr"
)

// What a request can be refused for. What becomes of an utterance that was heard is no
// error: it is a status and a reason in the answer.
var (
	errInvalidText = apperr.New(apperr.Invalid, "intent.invalid_text", "The text must be 1 to 500 characters of valid UTF-8.").
			WithFields(apperr.Field{Name: "text", Message: "must be 1 to 500 characters of valid UTF-8"})
	errInvalidConversation = apperr.New(apperr.Invalid, "intent.invalid_conversation", "The conversation id is not valid.").
				WithFields(apperr.Field{Name: "conversation_id", Message: "must be 1 to 64 of A-Z, a-z, 0-9, dot, hyphen and underscore"})
	errLanguage = apperr.New(apperr.Invalid, "intent.language_not_supported", "This language is not supported yet; hu is.").
			WithFields(apperr.Field{Name: "language", Message: "must be hu"})
	errInvalidCursor = apperr.New(apperr.Invalid, "request.invalid", "The cursor is not valid.").
				WithFields(apperr.Field{Name: "cursor", Message: "must come from next_cursor"})
	errNotYourUser   = apperr.New(apperr.Forbidden, "intent.not_your_user", "user_id must be your own.")
	errNotYourDevice = apperr.New(apperr.Forbidden, "intent.not_your_device", "device_id must be your own.")

	errInvalidKey = apperr.New(apperr.Invalid, "idempotency.invalid_key", "The Idempotency-Key must be 1 to 255 printable ASCII characters.").
			WithFields(apperr.Field{Name: "Idempotency-Key", Message: "must be 1 to 255 printable ASCII characters"})
	errMismatch = apperr.New(apperr.Unprocessable, "idempotency.mismatch", "This Idempotency-Key was used for another request.")
	errInFlight = apperr.New(apperr.Conflict, "idempotency.in_flight", "The first request with this Idempotency-Key is still being answered.").
			WithRetryAfter(time.Second)

	// errNotRecorded: something may have been done, and its record could not be kept. It is
	// told as a failure, because an answer that is not durable could be lost.
	errNotRecorded = apperr.New(apperr.Unavailable, "intent.not_recorded", "What was done could not be recorded. Please check before you try again.")
)
