package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each case works on the tables directly, as somebody would who has the database and not the
// audit key.
func TestTamperingShows(t *testing.T) {
	t.Parallel()
	const tail = `DELETE FROM audit_entries WHERE household_id = '` + home + `' AND seq = 5`
	cases := map[string]struct {
		statements []string
		want       broken
	}{
		"edit an entry": {
			[]string{`UPDATE audit_entries SET target = 'lock.front_door' WHERE household_id = '` + home + `' AND seq = 3`},
			broken{3, reasonChanged},
		},
		"edit a time": {
			[]string{`UPDATE audit_entries SET at = '2020-01-01 00:00:00+00:00' WHERE household_id = '` + home + `' AND seq = 2`},
			broken{2, reasonChanged},
		},
		"edit the details": {
			[]string{`UPDATE audit_entries SET details = REPLACE(details, 'done', 'failed') WHERE household_id = '` + home + `' AND seq = 1`},
			broken{1, reasonChanged},
		},
		"name another key": {
			[]string{`UPDATE audit_entries SET key_id = 'k9' WHERE household_id = '` + home + `' AND seq = 4`},
			broken{4, reasonUnknownKey},
		},
		"edit a personal value": {
			[]string{`UPDATE audit_personal SET text = 'Nagy Nóra' WHERE household_id = '` + home + `' AND seq = 4 AND field = 'actor_name'`},
			broken{4, reasonPersonal},
		},
		"add a personal value": {
			[]string{`INSERT INTO audit_personal SELECT household_id, seq, 'email', salt, text FROM audit_personal
				WHERE household_id = '` + home + `' AND seq = 2 AND field = 'text'`},
			broken{2, reasonPersonal},
		},
		"delete an entry": {
			[]string{`DELETE FROM audit_entries WHERE household_id = '` + home + `' AND seq = 3`},
			broken{3, reasonMissing},
		},
		"delete and close the gap": {
			[]string{
				`DELETE FROM audit_entries WHERE household_id = '` + home + `' AND seq = 3`,
				`UPDATE audit_entries SET seq = 3 WHERE household_id = '` + home + `' AND seq = 4`,
				`UPDATE audit_entries SET seq = 4 WHERE household_id = '` + home + `' AND seq = 5`,
				`UPDATE audit_heads SET seq = 4 WHERE household_id = '` + home + `'`,
			},
			broken{3, reasonChanged},
		},
		"insert before the first": {
			[]string{copyEntry(home, 1, home, 0)},
			broken{1, reasonMissing},
		},
		"insert after the last": {
			[]string{copyEntry(home, 5, home, 6)},
			broken{6, reasonBeyondHead},
		},
		"insert after the last and move the head": {
			[]string{
				copyEntry(home, 5, home, 6),
				`UPDATE audit_heads SET seq = 6 WHERE household_id = '` + home + `'`,
			},
			broken{6, reasonChanged},
		},
		"reorder": {
			[]string{
				`UPDATE audit_entries SET seq = 99 WHERE household_id = '` + home + `' AND seq = 2`,
				`UPDATE audit_entries SET seq = 2 WHERE household_id = '` + home + `' AND seq = 3`,
				`UPDATE audit_entries SET seq = 3 WHERE household_id = '` + home + `' AND seq = 99`,
			},
			broken{2, reasonChanged},
		},
		"cut the tail": {[]string{tail}, broken{5, reasonMissing}},
		"cut the tail and set the head back": {
			[]string{tail, `UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit_entries WHERE household_id = '` + home + `'
				AND seq = 4) WHERE household_id = '` + home + `'`},
			broken{4, reasonHead},
		},
		"cut the tail and delete the head": {
			[]string{tail, `DELETE FROM audit_heads WHERE household_id = '` + home + `'`},
			broken{4, reasonHead},
		},
		"cut everything but the head": {
			[]string{`DELETE FROM audit_entries WHERE household_id = '` + home + `'`},
			broken{1, reasonMissing},
		},
		"cut everything and empty the head": {
			[]string{
				`DELETE FROM audit_entries WHERE household_id = '` + home + `'`,
				`UPDATE audit_heads SET seq = 0 WHERE household_id = '` + home + `'`,
			},
			broken{0, reasonHead},
		},
		"swap between households": {
			[]string{
				`UPDATE audit_entries SET household_id = 'x' WHERE household_id = '` + home + `' AND seq = 3`,
				`UPDATE audit_entries SET household_id = '` + home + `' WHERE household_id = '` + neighbour + `' AND seq = 3`,
				`UPDATE audit_entries SET household_id = '` + neighbour + `' WHERE household_id = 'x'`,
			},
			broken{3, reasonChanged},
		},
		"swap whole chains": {
			[]string{
				`UPDATE audit_entries SET household_id = 'x' WHERE household_id = '` + home + `'`,
				`UPDATE audit_entries SET household_id = '` + home + `' WHERE household_id = '` + neighbour + `'`,
			},
			broken{1, reasonChanged},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t)
			fill(t, s, home, 5)
			fill(t, s, neighbour, 5)

			for _, statement := range tc.statements {
				require.NoError(t, s.db.Conn(t.Context()).Exec(statement).Error)
			}

			r, err := s.verify(t.Context(), home, verification{})
			require.NoError(t, err)
			require.Equal(t, &tc.want, r.Broken)
		})
	}
}

// copyEntry is SQL that stores a copy of an entry at another place.
func copyEntry(fromHousehold string, fromSeq int, toHousehold string, toSeq int) string {
	return strings.NewReplacer("{to}", toHousehold, "{toseq}", itoa(toSeq), "{from}", fromHousehold, "{fromseq}", itoa(fromSeq)).
		Replace(`INSERT INTO audit_entries SELECT '{to}', {toseq}, at, action, outcome, request_id, actor_kind, actor_id,
			target, details, commitments, key_id, prev_hash, hash FROM audit_entries WHERE household_id = '{from}' AND seq = {fromseq}`)
}

func itoa(n int) string { return string(rune('0' + n)) }

// An entry that follows a head changed from outside must not cover the break up.
func TestExtendingAChangedHeadDoesNotHealIt(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 5)
	for _, statement := range []string{
		`DELETE FROM audit_entries WHERE seq = 5`,
		`UPDATE audit_heads SET seq = 4, hash = (SELECT hash FROM audit_entries WHERE seq = 4)`,
	} {
		require.NoError(t, s.db.Conn(t.Context()).Exec(statement).Error)
	}

	fill(t, s, home, 2) // the home goes on working

	r, err := s.verify(t.Context(), home, verification{})
	require.NoError(t, err)
	require.Equal(t, &broken{5, reasonUnlinked}, r.Broken)
}

func TestForgedEntriesNeedTheKey(t *testing.T) {
	t.Parallel()
	s := setup(t)
	fill(t, s, home, 1)
	forger := newKeyring(testKeys())
	forger.newest.Value = []byte("a guess")

	h, err := s.store.readHead(t.Context(), home)
	require.NoError(t, err)
	e := entry{HouseholdID: home, At: noon, Action: "a.b", Outcome: "ok", Details: "{}", Commitments: "{}"}
	require.True(t, forger.extend(&h, &e))
	require.NoError(t, s.store.insertEntry(t.Context(), &e, nil))
	require.NoError(t, s.store.updateHead(t.Context(), &h, noon))

	r, err := s.verify(t.Context(), home, verification{})
	require.NoError(t, err)
	require.Equal(t, &broken{2, reasonChanged}, r.Broken)
}

// The layout is a promise: entries written by this version must verify in every later one.
func TestEncodingIsFixed(t *testing.T) {
	t.Parallel()
	e := entry{
		HouseholdID: "h", Seq: 7, At: noon, Action: "a.b", Outcome: "ok", RequestID: "r", ActorKind: "user", ActorID: "u",
		Target: "t", Details: `{"a":1}`, Commitments: `{}`, KeyID: "k1", PrevHash: make([]byte, sha256.Size),
	}
	h := head{HouseholdID: "h", Seq: 7, Hash: e.PrevHash, KeyID: "k1"}

	require.Equal(t, "bf4066d53847d1c35267174f9dd44534478b8c3c5a296f8c5863d5cec50014a1", hexOf(e.sign([]byte("key"))))
	require.Equal(t, "5f8892af9c6ccff9043d4d513f4747b3983c9bafb125181efa36140978e60c6f", hexOf(h.sign([]byte("key"))))
	require.Equal(t, "e905e866d8dfbc497adc5e9c28600d66f0380cab6f3ce4137851e9b4e3e2287e", commit([]byte("salt"), "text", "kapcsold fel"))
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
