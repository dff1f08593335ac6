package audit

import (
	"encoding/hex"
	"strings"
	"testing"

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
