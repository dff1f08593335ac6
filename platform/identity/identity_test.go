package identity_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"homehub/platform/identity"
)

func TestNewIDSortsByTime(t *testing.T) {
	t.Parallel()
	last := ""
	for range 1000 {
		id := identity.NewID()
		require.Greater(t, id, last)
		last = id
	}
	parsed, err := uuid.Parse(last)
	require.NoError(t, err)
	require.Equal(t, uuid.Version(7), parsed.Version())
}

func TestFromGivesTheCallerOrAnError(t *testing.T) {
	t.Parallel()
	_, err := identity.From(t.Context())
	require.ErrorIs(t, err, identity.ErrUnauthenticated)

	want := identity.Principal{Kind: identity.User, ID: identity.NewID(), Role: identity.RoleOwner}
	got, err := identity.From(identity.With(t.Context(), want))
	require.NoError(t, err)
	require.Equal(t, want, got)
}
