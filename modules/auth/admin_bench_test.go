package auth

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/identity"
)

// crowd is a large installation: so many people, each with a household.
const crowd = 100_000

func (b *bench) crowd() {
	b.tb.Helper()
	ctx := b.tb.Context()
	const batch = 500
	for begin := 0; begin < crowd; begin += batch {
		users, households, memberships := make([]userRow, batch), make([]householdRow, batch), make([]membershipRow, batch)
		for i := range batch {
			id, name := identity.NewID(), fmt.Sprintf("Kovács Éva %06d", begin+i)
			email := fmt.Sprintf("eva.kovacs.%06d@example.org", begin+i)
			users[i] = userRow{ID: id, Email: email, EmailKey: email, Name: name, PasswordHash: fmt.Sprintf("%060d", i), CreatedAt: b.clock.now()}
			households[i] = *b.svc.newHousehold(name + " otthona")
			memberships[i] = membershipRow{HouseholdID: households[i].ID, UserID: id, Role: "owner", CreatedAt: b.clock.now()}
		}
		require.NoError(b.tb, b.db.Conn(ctx).Create(&users).Error)
		require.NoError(b.tb, b.db.Conn(ctx).Create(&households).Error)
		require.NoError(b.tb, b.db.Conn(ctx).Create(&memberships).Error)
	}
	require.NoError(b.tb, b.db.Conn(ctx).Exec(`ANALYZE`).Error)
}

// BenchmarkAdminLists asks for pages of a large installation. What is found at once stops the
// search early; what is not there walks the whole index.
func BenchmarkAdminLists(bm *testing.B) {
	b := setup(bm)
	b.crowd()
	ctx := bm.Context()
	for name, q := range map[string]adminQuery{
		"newest":       {limit: 50},
		"found_often":  {search: "kovács", limit: 50},
		"found_once":   {search: "Éva 000042", limit: 50},
		"found_never":  {search: "nobody@example.com", limit: 50},
		"largest_page": {limit: 200},
	} {
		bm.Run("users/"+name, func(bm *testing.B) {
			for bm.Loop() {
				_, _, err := b.svc.adminListUsers(ctx, q)
				require.NoError(bm, err)
			}
		})
		bm.Run("households/"+name, func(bm *testing.B) {
			for bm.Loop() {
				_, _, err := b.svc.adminListHouseholds(ctx, q)
				require.NoError(bm, err)
			}
		})
	}
}
