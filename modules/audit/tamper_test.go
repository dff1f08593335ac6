package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

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
	guessed := testKeys()
	guessed[0].Value = []byte("a guess")
	forger := newKeyring(guessed)
	forger.byID = s.keys.byID // or the forger would not take the head for genuine

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
	a := anchor{head: h, At: noon, Follows: true}
	require.Equal(t, "debe83bd8b4e5f10bd1331fc4911547fbe9f419dbf8b2205ceb4df8f343d91ca", hexOf(sign([]byte("key"), a.appendTo(nil))))
	require.Equal(t, "e905e866d8dfbc497adc5e9c28600d66f0380cab6f3ce4137851e9b4e3e2287e", commit([]byte("salt"), "text", "kapcsold fel"))
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
