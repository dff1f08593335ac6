package modules_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules"
)

// tablet is a paired device.
type tablet struct {
	*person
	ID           string
	RefreshToken string
}

// pairTablet lets a new device into p's household, in the way of RFC 8628.
func (h *hub) pairTablet(t *testing.T, p *person, area string) *tablet {
	t.Helper()
	var begun struct {
		DeviceCode string `json:"device_code"`
		UserCode   string `json:"user_code"`
	}
	client := url.Values{"client_id": {"homehub-device"}}
	h.form(t, "/oauth/device_authorization", client).Expect(http.StatusOK).JSON(&begun)
	var d tablet
	p.Post("/api/v1/devices/approve", map[string]string{"user_code": begun.UserCode, "name": "Tablet", "area": area}).
		Expect(http.StatusOK).JSON(&d)
	client.Set("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
	client.Set("device_code", begun.DeviceCode)
	var tokens struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	h.form(t, "/oauth/token", client).Expect(http.StatusOK).JSON(&tokens)
	d.person, d.RefreshToken = &person{Client: h.As(tokens.AccessToken)}, tokens.RefreshToken

	return &d
}

func TestAPairedTabletSpeaksFromItsRoom(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	anna := h.registerHome("anna")
	tablet := h.pairTablet(t, anna, "KONYHA")
	var d struct {
		Area   string `json:"area"`
		AreaID string `json:"area_id"`
	}
	tablet.Get("/api/v1/devices/" + tablet.ID).Expect(http.StatusOK).JSON(&d)
	require.Equal(t, "konyha", d.Area)
	require.NotEmpty(t, d.AreaID)

	a := tablet.say(t, "kapcsold fel a villanyt")
	require.Equal(t, "Felkapcsoltam a konyhai lámpát.", a.Speech)
	require.Equal(t, "on", anna.state(t, a.Commands[0].Targets[0]))

	anna.Patch("/api/v1/devices/"+tablet.ID, map[string]any{"area": "Nappali", "allowed_areas": []string{"Nappali"}}).Expect(http.StatusOK)
	require.Equal(t, "not_allowed", tablet.say(t, "kapcsold le a villanyt a konyhában").Commands[0].Reason)
	require.Equal(t, "on", anna.state(t, a.Commands[0].Targets[0]))

	anna.Delete("/api/v1/devices/" + tablet.ID).Expect(http.StatusNoContent)
	tablet.Post("/api/v1/intent", map[string]string{"text": "mi ég?"}).ExpectProblem(http.StatusUnauthorized, "auth.session_ended")
}

func TestWhoAsksToBePairedTooOftenWaits(t *testing.T) {
	t.Parallel()
	h := startHub(t, func(cfg *modules.Config) {
		cfg.Limits.Enabled = true
		cfg.Limits.DeviceAuthorization.Count = 2
	})
	client := url.Values{"client_id": {"homehub-device"}}
	for range 2 {
		h.form(t, "/oauth/device_authorization", client).Expect(http.StatusOK)
	}
	res := h.form(t, "/oauth/device_authorization", client).Expect(http.StatusTooManyRequests)
	require.NotEmpty(t, res.Header.Get("Retry-After"))
	require.Contains(t, string(res.Body), `"error":"slow_down"`)
}

func TestATabletOutlivesARestart(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	tablet := h.pairTablet(t, h.registerHome("anna"), "konyha")
	h.restart()

	var next struct {
		AccessToken string `json:"access_token"`
	}
	h.form(t, "/oauth/token", url.Values{
		"client_id": {"homehub-device"}, "grant_type": {"refresh_token"}, "refresh_token": {tablet.RefreshToken},
	}).Expect(http.StatusOK).JSON(&next)
	h.As(next.AccessToken).Get("/api/v1/devices/" + tablet.ID).Expect(http.StatusOK)
}
