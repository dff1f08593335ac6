package modules_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestATabletOpensTheDoorWithThePIN goes the whole way, and then looks for the PIN everywhere.
func TestATabletOpensTheDoorWithThePIN(t *testing.T) {
	t.Parallel()
	const (
		pin      = "80462753"
		wrong    = "71953864"
		words    = "nyolcvan negyvenhat huszonhét ötvenhárom"
		openDoor = "nyisd ki a bejárati ajtót"
	)
	h := startHub(t)
	anna := h.registerHome("anna")
	tablet := h.pairTablet(t, anna, "konyha")
	household := "/api/v1/households/" + anna.Household.ID

	without := tablet.say(t, openDoor)
	require.Equal(t, "not_allowed", without.Commands[0].Reason)
	require.Equal(t, "Ezt innen csak PIN-kóddal lehet, de az otthonodnak még nincs PIN-kódja.", without.Speech)

	anna.Put(household+"/pin", map[string]string{"pin": pin}).Expect(http.StatusNoContent)
	require.Equal(t, "Kérem a PIN-kódot, hogy kinyissam a bejárati ajtót.", tablet.say(t, openDoor).Speech)
	require.Equal(t, "confirm", tablet.say(t, "igen").Status, "a yes is no PIN")
	require.Equal(t, "confirm", tablet.say(t, wrong).Status)
	require.Equal(t, "locked", anna.state(t, "lock.bejarati_ajto"))
	opened := tablet.With("Idempotency-Key", "door-1").Post("/api/v1/intent", map[string]string{"text": "a kód " + words})
	require.Contains(t, string(opened.Body), "Kinyitottam a bejárati ajtót.")
	require.Equal(t, "unlocked", anna.state(t, "lock.bejarati_ajto"))

	tablet.say(t, "zárd be a bejárati ajtót")
	tablet.say(t, openDoor)
	require.Equal(t, "Rendben, hagyom.", tablet.say(t, "mégse").Speech)
	require.NotEqual(t, "done", tablet.say(t, pin).Status, "nothing is asked any more")
	require.Equal(t, "locked", anna.state(t, "lock.bejarati_ajto"))

	anna.Delete(household + "/pin").Expect(http.StatusNoContent)
	require.Equal(t, "not_allowed", tablet.say(t, openDoor).Commands[0].Reason, "at the very next request")

	said := []string{pin, wrong, words, "ötvenhárom"}
	db := h.lookInto(t)
	for _, trace := range said {
		require.Empty(t, h.places(t, db, trace), trace)
		require.NotContains(t, h.log.String(), trace)
	}
	requireNoTrace(t, h, db, said)
}
