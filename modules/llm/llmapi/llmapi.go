// Package llmapi is what intent says to the language model.
package llmapi

import "homehub/platform/apperr"

// ErrUnavailable means that no model could answer; callers answer without one.
var ErrUnavailable = apperr.New(apperr.Unavailable, "llm.unavailable", "No language model can answer now.")
