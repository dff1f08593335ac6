//go:build faultpoints

package modules_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/platform/database/databasetest"
	"homehub/platform/fault"
	"homehub/platform/httpx/httpxtest"
)

// The matrix of TestKilledAtEveryStep: a server is killed at each point of an utterance's way,
// another one is started on the same database, and asked again.

// crashPoint is a step at which the process ends, and what must be true after that.
type crashPoint struct {
	name string
	// calls is how often the home was asked to do it before the process ended.
	calls int
	want  aftermath
}

// aftermath is what the next process may know.
type aftermath string

const (
	neverBegun aftermath = "never_begun" // nothing was done, and asking again does it
	unknown    aftermath = "outcome_unknown"
	answered   aftermath = "answered" // the first answer, from the record
)

// crashPoints are in the order of an utterance's way. What is between two of them changes
// nothing outside of the process.
var crashPoints = []crashPoint{
	{"intent.begun", 0, neverBegun},
	{"claim.committing", 0, neverBegun},
	{"intent.claimed", 0, unknown},
	{"intent.calling", 0, unknown},
	{"call.sent", 1, unknown}, // the home has got the call, and its answer is on the way
	{"intent.called", 1, unknown},
	{"intent.recording", 1, unknown},
	{"intent.writing", 1, unknown},
	{"record.committing", 1, unknown},
	{"intent.recorded", 1, answered},
	{"intent.replying", 1, answered}, // half of the reply is out
}

// scene is an utterance that is cut short.
type scene struct {
	name string
	// before is said first, and is passed whole: it is one more visit to some points.
	before string
	text   string
	key    string
	calls  string // the service that must not be called twice
}

var scenes = []scene{
	{name: "keyed", text: "kapcsold fel a villanyt a konyhában", key: "lamp", calls: "light.turn_on"},
	{name: "keyed_risky", before: "nyisd ki a bejárati ajtót", text: "igen", key: "door", calls: "lock.unlock"},
	{name: "risky", before: "nyisd ki a bejárati ajtót", text: "igen", calls: "lock.unlock"},
}

// way is the points that the process passes on its way to its end: what is said before has been
// at some of them, too.
func (s scene) way(point string) string {
	begun := "intent.begun"
	if s.before != "" {
		begun = "intent.begun,intent.begun"
	}
	switch point {
	case "intent.begun":
		return begun
	case "claim.committing":
		return begun + ",database.committing"
	case "call.sent":
		return ""
	case "record.committing":
		return begun + ",intent.writing,database.committing"
	default:
		return begun + "," + point
	}
}

func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, settings := range crashDatabases(t) {
		for _, scene := range scenes {
			for _, point := range crashPoints {
				t.Run(name+"/"+scene.name+"/"+point.name, func(t *testing.T) {
					t.Parallel()
					c := startCrash(t, scene, settings(t))
					c.killAt(t, point)
					c.requireTruth(t, point)
					t.Logf("CRASH %s | %s | %s | %s | %d", point.name, scene.name, name, point.want, c.home.count(scene.calls))
				})
			}
		}
	}
}

// crashDatabases are the settings of each kind of storage that is there.
func crashDatabases(tb testing.TB) map[string]func(tb testing.TB) []string {
	tb.Helper()
	all := map[string]func(testing.TB) []string{"sqlite": func(testing.TB) []string { return nil }}
	redis := os.Getenv("HOMEHUB_TEST_REDIS_URL")
	if os.Getenv(databasetest.PostgresURL) == "" || redis == "" {
		if os.Getenv("HOMEHUB_TEST_REQUIRED") != "" {
			tb.Fatalf("%s and HOMEHUB_TEST_REDIS_URL must be set", databasetest.PostgresURL)
		}

		return all
	}
	key := func(fill string) string { return base64.URLEncoding.EncodeToString([]byte(strings.Repeat(fill, 32))) }
	all["postgres"] = func(tb testing.TB) []string {
		tb.Helper()

		return []string{
			"HOMEHUB_DATABASE_URL=" + databasetest.NewPostgresURL(tb), "HOMEHUB_KV_URL=" + redis,
			"HOMEHUB_SECRETS_ENCRYPTION_KEYS=" + key("1"), "HOMEHUB_SECRETS_REFRESH_KEY=" + key("2"),
			"HOMEHUB_SECRETS_AUDIT_KEYS=" + key("3"),
		}
	}

	return all
}

// crash is one cell of the matrix.
type crash struct {
	scene    scene
	dir      string
	settings []string
	home     *countingHome
	person   *person
	kill     func()
}

// crashSettings keep the lease of a dead server short, and are enough for a busy machine.
var crashSettings = []string{"HOMEHUB_INTENT_DEADLINE=4s", "HOMEHUB_INTENT_OBSERVE_TIMEOUT=3s"}

// startCrash makes a household with a linked home that outlives every server.
func startCrash(t *testing.T, scene scene, settings []string) *crash {
	t.Helper()
	settings = append(settings, crashSettings...)
	c := &crash{scene: scene, dir: t.TempDir(), settings: settings, home: countCalls(t, startVirtualHome(t))}
	client, kill := startChild(t, c.dir, c.settings...)
	h := &hub{tb: t, Client: client}
	c.person = h.registerHome("anna")
	c.person.Put("/api/v1/instance/link", map[string]string{"url": c.home.URL, "token": c.home.Token}).Expect(http.StatusOK)
	h.waitForHome(c.person)
	for _, text := range []string{"kapcsold le a villanyt a konyhában", "zárd be a bejárati ajtót"} {
		require.Contains(t, []string{"done", "already"}, c.person.say(t, text).Status)
	}
	kill()

	return c
}

// start serves the household again.
func (c *crash) start(t *testing.T, more ...string) {
	t.Helper()
	client, kill := startChild(t, c.dir, append(more, c.settings...)...)
	h := &hub{tb: t, Client: client}
	c.person.Client, c.kill = client.As(c.person.AccessToken), kill
	h.waitForHome(c.person)
	eventually(t, func() (bool, string) {
		var home struct{ Entities []struct{} }
		c.person.For(t).Get("/api/v1/home").JSON(&home)

		return len(home.Entities) > 0, "the home is not seen"
	})
}

// killAt says the scene to a server that ends at the point.
func (c *crash) killAt(t *testing.T, point crashPoint) {
	t.Helper()
	c.start(t, fault.Variable+"="+c.scene.way(point.name))
	if c.scene.before != "" {
		require.Equal(t, "confirm", c.person.say(t, c.scene.before, map[string]any{"conversation_id": "talk"}).Status)
	}
	c.home.forget()
	if point.name == "call.sent" {
		c.home.holdAnswers(c.kill)
	}

	c.requireNoAnswer(t, c.request(t))
	c.kill() // at last; it has ended by itself
	require.Equal(t, point.calls, c.home.count(c.scene.calls), "the home was asked")
}

// request is the scene's, to be sent as often as one likes.
func (c *crash) request(t *testing.T) *http.Request {
	t.Helper()
	client := c.person.For(t)
	if c.scene.key != "" {
		client = client.With("Idempotency-Key", c.scene.key)
	}

	return client.Request(http.MethodPost, "/api/v1/intent", map[string]any{"text": c.scene.text, "conversation_id": "talk"})
}

// requireNoAnswer sends a request whose server ends before the whole answer is out.
func (c *crash) requireNoAnswer(t *testing.T, req *http.Request) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	transport := &http.Transport{DisableKeepAlives: true}
	res, err := transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return
	}
	defer func() { require.NoError(t, res.Body.Close()) }()
	var whole any
	require.Error(t, json.NewDecoder(res.Body).Decode(&whole), "a server that was killed answers nothing whole")
}

// requireTruth asks the next server.
func (c *crash) requireTruth(t *testing.T, point crashPoint) {
	t.Helper()
	c.start(t)
	if c.scene.key != "" {
		c.retry(t, point)
	} else {
		c.sayAgain(t, point)
	}
	c.requireHistory(t, point)
	calls := point.calls
	if c.isDoneBy(point) {
		calls++
	}
	require.Equal(t, calls, c.home.count(c.scene.calls), "nothing is done twice")
	c.requireWholeChain(t)
}

// isDoneBy reports whether asking again does what was never begun: a sentence always, and a yes
// where its question outlives the process: without a key it is used up before the claim.
func (c *crash) isDoneBy(point crashPoint) bool {
	outlives := len(c.settings) > len(crashSettings) && (c.scene.key != "" || point.name == "intent.begun")

	return point.want == neverBegun && (c.scene.before == "" || outlives)
}

// retry sends the same request with the same key, until the dead server's lease is over.
func (c *crash) retry(t *testing.T, point crashPoint) {
	t.Helper()
	var res *httpxtest.Response
	send := func() *httpxtest.Response {
		return c.person.For(t).With("Idempotency-Key", c.scene.key).
			Post("/api/v1/intent", map[string]any{"text": c.scene.text, "conversation_id": "talk"})
	}
	eventually(t, func() (bool, string) {
		res = send()

		return res.Status != http.StatusConflict, "still in flight"
	})
	require.Equal(t, http.StatusOK, res.Status, "%s", res.Body)
	var a answer
	res.JSON(&a)
	switch point.want {
	case unknown:
		require.Equal(t, "failed", a.Status)
		require.Equal(t, "outcome_unknown", a.Reason)
	case answered:
		require.Equal(t, "done", a.Status)
		require.Equal(t, "true", res.Header.Get("Idempotency-Replayed"))
	case neverBegun:
		require.Equal(t, c.isDoneBy(point), a.Status == "done", a.Speech)
	}
	again := send()
	require.Equal(t, string(res.Body), string(again.Body), "every retry gets the one answer")
	require.Equal(t, "true", again.Header.Get("Idempotency-Replayed"))
}

// sayAgain says the yes another time: once used, it counts for nothing.
func (c *crash) sayAgain(t *testing.T, point crashPoint) {
	t.Helper()
	want := "not_understood"
	if c.isDoneBy(point) {
		want = "done"
	}
	require.Equal(t, want, c.person.say(t, c.scene.text, map[string]any{"conversation_id": "talk"}).Status)
}

// requireHistory: whatever may have been done is told in the history, once.
func (c *crash) requireHistory(t *testing.T, point crashPoint) {
	t.Helper()
	want := map[aftermath]string{unknown: "failed outcome_unknown", answered: "done "}[point.want]
	eventually(t, func() (bool, string) {
		var list struct {
			Items []struct {
				Text   string `json:"text"`
				Status string `json:"status"`
				Reason string `json:"reason"`
			} `json:"items"`
		}
		c.person.For(t).Get("/api/v1/intents").JSON(&list)
		found := 0
		for _, item := range list.Items {
			if item.Text == c.scene.text && item.Status+" "+item.Reason == want {
				found++
			}
		}

		return want == "" || found == 1, fmt.Sprintf("history: %+v", list.Items)
	})
}

func (c *crash) requireWholeChain(t *testing.T) {
	t.Helper()
	var verdict struct {
		OK      bool `json:"ok"`
		Entries int  `json:"entries"`
	}
	c.person.For(t).Get("/api/v1/audit/verify").JSON(&verdict)
	require.True(t, verdict.OK)
	require.Positive(t, verdict.Entries)
}

// countingHome stands before a Home Assistant, in another process than the servers, and
// writes down what it is asked to do.
type countingHome struct {
	hamanagertest.Real

	mu     sync.Mutex
	calls  []string
	onCall func() // called instead of letting the call's answer through
}

func countCalls(tb testing.TB, home hamanagertest.Real) *countingHome {
	tb.Helper()
	target, err := url.Parse(home.URL)
	require.NoError(tb, err)
	h := &countingHome{}
	rest := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/websocket" {
			rest.ServeHTTP(w, r)

			return
		}
		h.relay(w, r, home.URL)
	}))
	tb.Cleanup(server.Close)
	h.Real = hamanagertest.Real{URL: server.URL, Token: home.Token}

	return h
}

// relay passes messages on, both ways, until one side ends.
func (h *countingHome) relay(w http.ResponseWriter, r *http.Request, target string) {
	in, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = in.CloseNow() }()
	out, _, err := websocket.Dial(r.Context(), target+"/api/websocket", nil) //nolint:bodyclose // the library has closed it
	if err != nil {
		return
	}
	defer func() { _ = out.CloseNow() }()
	ctx, cancel := context.WithCancel(r.Context())
	var both sync.WaitGroup
	both.Go(func() { defer cancel(); pass(ctx, in, out, h.note) })
	both.Go(func() { defer cancel(); pass(ctx, out, in, h.answer) })
	both.Wait()
}

func pass(ctx context.Context, from, to *websocket.Conn, see func([]byte) bool) {
	from.SetReadLimit(64 << 20)
	for {
		kind, message, err := from.Read(ctx)
		if err != nil || !see(message) || to.Write(ctx, kind, message) != nil {
			return
		}
	}
}

// note writes down the calls that are sent to the home.
func (h *countingHome) note(message []byte) bool {
	var command struct {
		Type    string `json:"type"`
		Domain  string `json:"domain"`
		Service string `json:"service"`
	}
	if json.Unmarshal(message, &command) == nil && command.Type == "call_service" {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.calls = append(h.calls, command.Domain+"."+command.Service)
	}

	return true
}

// answer holds the home's answers once a call was sent, where a test wants that.
func (h *countingHome) answer([]byte) bool {
	h.mu.Lock()
	kill := h.onCall
	if len(h.calls) == 0 {
		kill = nil
	}
	h.mu.Unlock()
	if kill != nil {
		kill()

		return false
	}

	return true
}

func (h *countingHome) holdAnswers(kill func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.onCall = sync.OnceFunc(func() {
		h.mu.Lock()
		h.onCall = nil
		h.mu.Unlock()
		kill()
	})
}

func (h *countingHome) forget() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = nil
}

func (h *countingHome) count(call string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, c := range h.calls {
		if c == call {
			n++
		}
	}

	return n
}
