package auth

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
	"homehub/platform/kv"
	"homehub/platform/kv/kvtest"
)

func withPINFailures(d *Deps) { d.PINFailures = kv.Limit{Count: 5, Period: 15 * time.Minute, Burst: 5} }

// tablet is a device of the house, by any id.
func (h *house) tablet() identity.Principal {
	return identity.Principal{
		Kind: identity.Device, ID: identity.NewID(), Name: "tablet", HouseholdID: h.id, Role: identity.RoleDevice, HasPIN: true,
	}
}

func (h *house) setPIN(pin string) {
	h.tb.Helper()
	h.owner().Put(h.path+"/pin", map[string]any{"pin": pin}).Expect(http.StatusNoContent)
}

func (h *house) hasPIN() bool {
	h.tb.Helper()
	var seen wholeHouseholdDTO
	h.http.As(h.tokens[identity.RoleDevice]).Get(h.path).Expect(http.StatusOK).JSON(&seen)

	return seen.HasPIN
}

func TestThePIN(t *testing.T) {
	t.Parallel()
	h := setupHouse(t, withPINFailures)
	device := h.tokens[identity.RoleDevice]
	may := func() identity.Verdict { return h.principal(device).May(identity.Risky) }
	isRight, err := h.CheckPIN(t.Context(), h.tablet(), "4711")
	require.NoError(t, err)
	require.False(t, isRight, "without a PIN none is right")
	require.False(t, h.hasPIN())
	require.Equal(t, identity.No, may())

	h.setPIN("4711")
	require.True(t, h.hasPIN())
	require.Equal(t, identity.WithPIN, may(), "it counts at the next request")
	for pin, want := range map[string]bool{"4711": true, "4712": false, "": false, "471": false, "47110": false, "+4711": false} {
		isRight, err := h.CheckPIN(t.Context(), h.tablet(), pin)
		require.NoError(t, err)
		require.Equal(t, want, isRight, pin)
	}
	h.setPIN("04711234")
	isRight, err = h.CheckPIN(t.Context(), h.tablet(), "04711234")
	require.NoError(t, err)
	require.True(t, isRight)

	h.owner().Delete(h.path + "/pin").Expect(http.StatusNoContent)
	h.owner().Delete(h.path + "/pin").Expect(http.StatusNoContent)
	require.False(t, h.hasPIN())
	require.Equal(t, identity.No, may())
	for _, pin := range []any{"123", "123456789", "12a4", "１２３４", 4711, "", nil, "4711\n"} {
		require.Equal(t, http.StatusBadRequest, problemField(t, h.owner().Put(h.path+"/pin", map[string]any{"pin": pin}), "pin"), "%v", pin)
	}
	var stored string
	require.NoError(t, h.db.Conn(t.Context()).Raw(`SELECT pin_hash FROM auth_households WHERE id = ?`, h.id).Scan(&stored).Error)
	require.Empty(t, stored)
	require.Len(t, h.audit.Find(actionSetPIN), 2)
	require.Len(t, h.audit.Find(actionRemovePIN), 2)
}

func TestPINGuessesAreLimited(t *testing.T) {
	t.Parallel()
	broken := &brokenKV{Store: kvtest.New(t)}
	h := setupHouse(t, withPINFailures, func(d *Deps) { d.KV = broken })
	h.setPIN("4711")
	guess := func(p identity.Principal, pin string) error {
		isRight, err := h.CheckPIN(t.Context(), p, pin)
		require.Equal(t, err == nil && pin == "4711", isRight)

		return err
	}
	one, two, three := h.tablet(), h.tablet(), h.tablet()
	for range 4 {
		require.NoError(t, guess(one, "0000"))
	}
	require.NoError(t, guess(one, "4711"), "a right one frees")
	for range 5 {
		require.NoError(t, guess(one, "0000"))
	}
	require.ErrorIs(t, guess(one, "4711"), errTooManyFailures, "beyond the limit not even the right one counts")
	for range 4 {
		require.NoError(t, guess(two, "0000"))
	}
	refused := h.audit.Find(actionCheckPIN)
	require.Len(t, refused, 13)
	require.Equal(t, auditapi.Refused, refused[12].Outcome)
	require.Equal(t, auditapi.Actor{Kind: "device", ID: two.ID, Name: "tablet"}, refused[12].Actor)
	require.NoError(t, guess(two, "0000"))
	require.ErrorIs(t, guess(three, "4711"), errTooManyFailures, "the household's are used up")

	broken.set(true) // each process counts for itself
	for range 5 {
		require.NoError(t, guess(three, "0000"))
	}
	require.ErrorIs(t, guess(three, "0000"), errTooManyFailures)
}

func TestManyGuessesAtOnceAreNotMore(t *testing.T) {
	t.Parallel()
	h := setupHouse(t, withPINFailures)
	h.setPIN("4711")
	tablet := h.tablet()
	checked := 0
	for _, wasChecked := range inParallel(20, func(int) int {
		if _, err := h.CheckPIN(t.Context(), tablet, "0000"); err != nil {
			return 0
		}

		return 1
	}) {
		checked += wasChecked
	}
	require.Equal(t, 5, checked)
}
