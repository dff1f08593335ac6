package identity

import "github.com/google/uuid"

// NewID returns a new UUIDv7: unique everywhere, and sorted by the time it was made.
func NewID() string {
	return uuid.Must(uuid.NewV7()).String() // fails only where the machine has no randomness left
}
