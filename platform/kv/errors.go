package kv

import "homehub/platform/apperr"

// ErrUnavailable means that the store did not answer in time. Nothing is known about whether it
// did what it was asked.
var ErrUnavailable = apperr.New(apperr.Unavailable, "kv.unavailable",
	"A part of homehub is away. Please try again in a moment.")
