package intent

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/identity"
)

const (
	waitLong = time.Minute
	tick     = time.Millisecond
)

func TestHistoryPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 5 {
		b.say(t, "szöveg "+strconv.Itoa(i))
	}

	var seen []string
	cursor := ""
	for {
		items, next, err := b.listHistory(t.Context(), owner, 2, cursor)
		require.NoError(t, err)
		for _, item := range items {
			seen = append(seen, *item.Text)
		}
		if next == nil {
			break
		}
		cursor = *next
	}

	require.Equal(t, []string{"szöveg 4", "szöveg 3", "szöveg 2", "szöveg 1", "szöveg 0"}, seen)
}

// The newest of all speakers come page by page, whoever speaks how often.
func TestHistoryPagesOfManySpeakers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	speakers := []string{"c", "a", "a", "b", "a", "c", "a", "a", "b", "a", "d", "d", "d"}
	var want []string
	for i, speaker := range speakers {
		for _, household := range []string{owner.HouseholdID, "the neighbour's"} {
			row := historyRow{ID: identity.NewID(), HouseholdID: household, At: b.clock.now(), ActorKind: "user", ActorID: speaker, Commands: "[]"}
			require.NoError(t, b.db.Conn(t.Context()).Create(&row).Error, i)
			if household == owner.HouseholdID {
				want = append([]string{row.ID}, want...)
			}
		}
	}

	for limit := 1; limit <= len(want)+1; limit++ {
		var seen []string
		query := historyQuery{householdID: owner.HouseholdID, limit: limit}
		for {
			rows, err := b.store.listHistory(t.Context(), query)
			require.NoError(t, err)
			for _, row := range rows {
				seen = append(seen, row.ID)
			}
			if len(rows) < limit {
				break
			}
			query.before = rows[limit-1].ID
		}
		require.Equal(t, want, seen, "in pages of %d", limit)
	}
	rows, err := b.store.listHistory(t.Context(), historyQuery{householdID: "nobody's", limit: 2})
	require.NoError(t, err)
	require.Empty(t, rows)
}

func TestTheTimeOfAnUtterance(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.clock.jump(123456789 * time.Nanosecond)
	b.say(t, lampOn)

	items, _, err := b.listHistory(t.Context(), owner, 1, "")

	require.NoError(t, err)
	require.Equal(t, items[0].At.Truncate(time.Microsecond), items[0].At, "as exactly as PostgreSQL keeps it")
	require.NotZero(t, items[0].At.Nanosecond())
}

func TestWhoSeesWhoseWords(t *testing.T) {
	t.Parallel()
	child := other()
	child.Role = identity.RoleChild
	adult := other()
	adult.ID, adult.Role = "0191d1f0-0000-7000-8000-000000000003", identity.RoleAdult
	neighbour := owner
	neighbour.HouseholdID = "0191d1f0-0000-7000-8000-00000000000b"
	b := setup(t)
	b.say(t, lampOn)
	b.sayAs(t, child, request{Text: "HassTurnOff name=konyhai_lámpa"})

	cases := map[string]struct {
		caller identity.Principal
		items  int
		words  int
	}{
		"owner":     {caller: owner, items: 2, words: 1},
		"adult":     {caller: adult, items: 2, words: 0},
		"child":     {caller: child, items: 1, words: 1},
		"neighbour": {caller: neighbour, items: 0, words: 0},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			items, _, err := b.listHistory(t.Context(), tc.caller, 10, "")

			require.NoError(t, err)
			require.Len(t, items, tc.items)
			words := 0
			for _, item := range items {
				require.Contains(t, string(item.Commands), "light.konyha")
				if item.Text != nil {
					require.Equal(t, tc.caller.ID, item.Actor.ID)
					require.NotNil(t, item.Speech)
					words++
				}
			}
			require.Equal(t, tc.words, words)
		})
	}
}
