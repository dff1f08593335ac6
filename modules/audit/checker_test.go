package audit

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The checker's way to a commitment is its own; what it finds must be what was recorded.
func TestTheCheckerCommitsLikeTheRecord(t *testing.T) {
	t.Parallel()
	c := newChecker(newKeyring(testKeys()))
	for _, salt := range []string{"", "salt", strings.Repeat("s", 64), strings.Repeat("s", 65), strings.Repeat("s", 200)} {
		for _, v := range []personal{
			{Field: "text", Text: "kapcsold fel"},
			{Field: "", Text: ""},
			{Field: "te", Text: "xtkapcsold fel"},
			{Field: `a "quoted" field`, Text: strings.Repeat("x", 5000)},
		} {
			v.Salt = []byte(salt)
			sum := c.commit(&v)
			require.Equal(t, commit(v.Salt, v.Field, v.Text), hex.EncodeToString(sum[:]))

			committed, err := canonicalJSON(map[string]string{v.Field: commit(v.Salt, v.Field, v.Text), "z": "other"})
			require.NoError(t, err)
			require.True(t, c.isCommitted(committed, &v), v.Field)
			require.False(t, c.isCommitted(committed, &personal{Field: "z", Salt: v.Salt, Text: v.Text}))
			require.False(t, c.isCommitted("no JSON", &v))
		}
	}
}

func TestTheCheckerHashesLikeTheRecord(t *testing.T) {
	t.Parallel()
	keys := newKeyring(testKeys())
	c := newChecker(keys)
	h := head{HouseholdID: home}
	for range 3 {
		e := entry{HouseholdID: home, At: noon, Action: "a.b", Outcome: "ok", Details: "{}", Commitments: "{}"}
		keys.extend(&h, &e)
		sum, isKnown := c.hashOf(&e)
		require.True(t, isKnown)
		require.Equal(t, e.Hash, sum)
	}
}

func TestSQLiteTimesAreReadAsWritten(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		"2026-03-01 08:30:00+00:00":        time.Date(2026, 3, 1, 8, 30, 0, 0, time.UTC),
		"2026-03-01 08:30:00.000001+00:00": time.Date(2026, 3, 1, 8, 30, 0, 1000, time.UTC),
		"2026-03-01 08:30:00.5+01:00":      time.Date(2026, 3, 1, 7, 30, 0, 500_000_000, time.UTC),
		"2026-03-01T08:30:00+00:00":        {},
		"2026-03-01 08:30:00Z":             {},
		"2026-02-30 08:30:00+00:00":        {},
		"+00:00":                           {},
		"":                                 {},
	} {
		require.True(t, want.Equal(parseSQLiteTime(text)), "%q is %s", text, parseSQLiteTime(text))
	}
}

func TestAnArenaKeepsWhatItWasGiven(t *testing.T) {
	t.Parallel()
	var kept arena
	var all [][]byte
	given := make([]byte, 32)
	for i := range 1000 {
		given[0], given[1] = byte(i), byte(i>>8)
		all = append(all, kept.keep(given))
	}
	long := kept.keep(make([]byte, 10_000))

	require.Len(t, long, 10_000)
	require.Empty(t, kept.keep(nil))
	for i, b := range all {
		require.Equal(t, []byte{byte(i), byte(i >> 8)}, b[:2])
		require.Len(t, append(b, 1), 33) // into memory of its own
	}
	require.Equal(t, byte(1), all[1][0])
}
