package identity_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/identity"
)

func TestWhatTheTableDoesNotNameIsRefused(t *testing.T) {
	t.Parallel()
	for _, p := range []identity.Principal{
		{},
		{Kind: identity.User},
		{Kind: identity.User, Role: "king"},
		{Kind: identity.Device, Role: identity.RoleDevice, IsAdmin: true},
	} {
		for _, right := range []identity.Right{identity.Manage, identity.Risky, identity.Admin, "fly", ""} {
			require.Equal(t, identity.No, p.May(right), "%+v %s", p, right)
		}
	}
	require.False(t, identity.Right("fly").IsKnown())
	require.True(t, identity.Person.IsKnown())
}

func TestADeviceNeedsAHouseholdWithAPIN(t *testing.T) {
	t.Parallel()
	p := identity.Principal{Kind: identity.Device, Role: identity.RoleDevice}
	require.Equal(t, identity.No, p.May(identity.Risky))
	p.HasPIN = true
	require.Equal(t, identity.WithPIN, p.May(identity.Risky))
}

func TestPeopleSeeToTheirOwnLoginWhateverTheirRole(t *testing.T) {
	t.Parallel()
	require.Equal(t, identity.Yes, identity.Principal{Kind: identity.User}.May(identity.Person))
	require.Equal(t, identity.No, identity.Principal{Kind: identity.Device}.May(identity.Person))
	require.Equal(t, identity.Yes, identity.Principal{Kind: identity.User, IsAdmin: true}.May(identity.Admin))
	require.Equal(t, identity.Yes, identity.Principal{Kind: identity.System}.May(identity.Manage))
}
