package modules_test

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules"
	"homehub/platform/config"
)

func TestSecondServeOnOneFolderRefuses(t *testing.T) {
	t.Parallel()
	h := startHub(t)

	_, err := modules.Start(t.Context(), h.cfg, h.log)

	require.ErrorContains(t, err, "another homehub serve uses the data folder")
	h.Get("/readyz").Expect(http.StatusOK)
}

func TestHealthSaysHowItIs(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	h.registerHome("anna").say(t, "kapcsold fel a villanyt a konyhában")

	var report struct {
		Status string `json:"status"`
		Checks map[string]struct {
			Status string `json:"status"`
		} `json:"checks"`
	}
	eventually(t, func() (bool, string) { // a report is kept for some seconds, the first from when homes still started
		res := h.Get("/api/v1/health").Expect(http.StatusOK)
		res.JSON(&report)

		return report.Status == "ok", string(res.Body)
	})
	require.Equal(t, "up", report.Checks["database"].Status)
	require.Equal(t, "up", report.Checks["kv"].Status)
	require.Equal(t, "off", report.Checks["llm"].Status)
	h.Get("/livez").Expect(http.StatusOK)

	metrics := string(h.Get("/metrics").Expect(http.StatusOK).Body)
	for _, name := range []string{
		"homehub_build_info", "go_goroutines", "homehub_http_requests_total", "homehub_database_", "homehub_kv_",
		"homehub_intent_", "homehub_instance",
	} {
		assertHolds(t, metrics, name)
	}
	assertHoldsNot(t, metrics, "anna") // no label grows with people
}

// A loopback address behind a proxy is the world's: links do not lead to the machine itself,
// and the log tells that registration does what the address says.
func TestServerBehindProxyIsNotTakenForPrivate(t *testing.T) {
	t.Parallel()
	h := startHub(t, func(cfg *modules.Config) { cfg.Server.TrustedProxies = []string{"127.0.0.1"} })
	p := h.register("anna")

	res := p.Put("/api/v1/instance/link", map[string]string{"url": "http://127.0.0.1:1", "token": "a-token-of-some-length"})

	require.Equal(t, http.StatusUnprocessableEntity, res.Status, "%s", res.Body)
	assertHolds(t, string(res.Body), "not_allowed")
	assertHolds(t, h.log.String(), "whoever reaches the proxy may register")
}

func TestBadInputIsRefusedAndChangesNothing(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	p := h.registerHome("anna")
	cases := map[string]struct {
		body   any
		status int
	}{
		"malformed JSON":    {`{"text": "kapcsold`, 400},
		"not an object":     {`[1,2]`, 400},
		"wrong type":        {`{"text": 5}`, 400},
		"no text":           {`{}`, 400},
		"empty text":        {`{"text": ""}`, 400},
		"unknown field":     {`{"text": "kapcsold le", "texxt": 1}`, 400},
		"invalid UTF-8":     {"{\"text\": \"kapcsold \xff\xfe le\"}", 400},
		"501 characters":    {map[string]string{"text": strings.Repeat("á", 501)}, 400},
		"2 MB":              {map[string]string{"text": strings.Repeat("a", 2<<20)}, 413},
		"another's user_id": {map[string]string{"text": "kapcsold le", "user_id": "0199c2f0-5b0e-7c3e-9a51-3c7f0d6a1b11"}, 403},
		"a household_id that is none": {
			map[string]string{"text": "kapcsold le", "household_id": "nincs-ilyen"}, 404,
		},
	}
	for name, tc := range cases {
		res := p.Post("/api/v1/intent", tc.body)
		require.Equal(t, tc.status, res.Status, "%s: %s", name, res.Body)
		require.Equal(t, "application/problem+json", res.Header.Get("Content-Type"), name)
	}

	require.Equal(t, "off", p.state(t, "light.konyha"))
	assertHoldsNot(t, h.log.String(), `"status":5`)
}

func TestInputAtTheEdges(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	p := h.registerHome("anna")

	p.say(t, strings.Repeat("á", 500))

	res := p.With("Content-Type", "text/plain")
	req := res.Request(http.MethodPost, "/api/v1/intent", `{"text": "kapcsold le"}`)
	req.Header.Set("Content-Type", "text/plain")
	require.Equal(t, http.StatusUnsupportedMediaType, res.Do(req).Status)
}

// TestLogHoldsNoSecret runs through what handles secrets, and then searches the log for each.
func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	p := h.registerHome("anna")
	secrets := []string{testPassword, p.AccessToken, p.RefreshToken}

	var renewed struct {
		AccessToken  string `json:"access_token"`
		RefreshToken string `json:"refresh_token"`
	}
	h.Post("/api/v1/auth/refresh", map[string]string{"refresh_token": p.RefreshToken}).Expect(http.StatusOK).JSON(&renewed)
	secrets = append(secrets, renewed.AccessToken, renewed.RefreshToken)
	h.Post("/api/v1/auth/login", map[string]string{"email": "anna@example.org", "password": "egészen-más-jelszó"}).
		ExpectProblem(http.StatusUnauthorized, "auth.invalid_credentials")
	h.As("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.").Get("/api/v1/users/me").Expect(http.StatusUnauthorized)
	p.Put("/api/v1/instance/link", map[string]string{"url": "http://127.0.0.1:1", "token": "titkos-hosszu-eletu-token"})
	secrets = append(secrets, "egészen-más-jelszó", "titkos-hosszu-eletu-token")
	p.say(t, "kapcsold fel a villanyt a konyhában")
	p.Post("/api/v1/auth/logout", map[string]any{})
	h.restart()

	secrets = append(secrets, storedSecrets(t, h.cfg.DataDir)...)
	log := h.log.String()
	require.Contains(t, log, "request_id")
	for _, secret := range secrets {
		assertHoldsNot(t, log, secret)
	}
}

// assertHolds does not print the whole text when it fails, unlike require.Contains.
func assertHolds(tb testing.TB, text, part string) {
	tb.Helper()
	if !strings.Contains(text, part) {
		tb.Errorf("%d bytes without %q", len(text), part)
	}
}

// assertHoldsNot names where part was found.
func assertHoldsNot(tb testing.TB, text, part string) {
	tb.Helper()
	if i := strings.Index(text, part); i >= 0 {
		tb.Errorf("found %q: ...%s", part, text[max(0, i-80):min(len(text), i+len(part)+20)])
	}
}

// storedSecrets are what the data folder keeps: the installation's keys, the login of say, and
// the tokens and passwords of the simulated homes.
func storedSecrets(t *testing.T, dir string) []string {
	t.Helper()
	var found []string
	sensitive := regexp.MustCompile(`(?i)"[a-z_]*(password|token|key|secret)[a-z_]*":\s*"([^"]{12,})"`)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		switch {
		case err != nil:
			return err
		case strings.Contains(path, "secrets"):
			found = append(found, strings.Fields(string(content))...)
		case json.Valid(content):
			for _, m := range sensitive.FindAllStringSubmatch(string(content), -1) {
				found = append(found, m[2])
			}
		}

		return nil
	})
	require.NoError(t, err)

	return found
}

// TestSettingsFileIsComplete holds config.yaml against what the program reads.
func TestSettingsFileIsComplete(t *testing.T) {
	t.Parallel()

	inFile, err := config.FileKeys("../config.yaml")

	require.NoError(t, err)
	require.ElementsMatch(t, config.Keys[modules.Config](), inFile)
}

func TestSettingsFileHoldsTheDefaults(t *testing.T) {
	t.Parallel()

	cfg, err := config.Load("../config.yaml", modules.Defaults(), nil)

	require.NoError(t, err)
	require.Equal(t, modules.Defaults(), cfg)
}
