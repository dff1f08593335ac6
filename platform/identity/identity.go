// Package identity carries who is calling through a request. It is the one
// domain word platform knows, so that audit need not import auth.
package identity

import (
	"context"

	"homehub/platform/apperr"
)

// Kind tells people, devices and homehub itself apart.
type Kind string

// The kinds of caller.
const (
	User   Kind = "user"
	Device Kind = "device"
	System Kind = "system" // homehub itself, or the operator at the command line
)

// Role is what a caller is within the household a request is about.
type Role string

// The roles of architecture.md. A device's role is always RoleDevice.
const (
	RoleOwner  Role = "owner"
	RoleAdult  Role = "adult"
	RoleChild  Role = "child"
	RoleGuest  Role = "guest"
	RoleDevice Role = "device"
)

// Principal is an authenticated caller with the rights it has now, in the
// household that this request is about.
type Principal struct {
	Kind        Kind
	ID          string // the user's or device's id; empty for System
	Name        string
	SessionID   string
	HouseholdID string
	Role        Role
	IsAdmin     bool // the operator's flag on a user; never set for devices

	// Area is where a device stands, an id or a name of the home's; empty for people.
	Area string
	// HasPIN says that the household has a PIN.
	HasPIN bool
	// AllowedDomains and AllowedAreas narrow a device; nil means all that a device may do.
	AllowedDomains []string
	AllowedAreas   []string
}

// ErrUnauthenticated means that the request has no caller.
var ErrUnauthenticated = apperr.New(apperr.Unauthenticated, "auth.unauthenticated", "Sign in first.")

type contextKey struct{}

// With returns ctx carrying p.
func With(ctx context.Context, p Principal) context.Context {
	return context.WithValue(ctx, contextKey{}, p)
}

// From returns the caller, or ErrUnauthenticated.
func From(ctx context.Context) (Principal, error) {
	p, ok := ctx.Value(contextKey{}).(Principal)
	if !ok {
		return Principal{}, ErrUnauthenticated
	}

	return p, nil
}
