package events

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// quick makes heartbeats come soon enough to be waited for.
func quick(b *Bus, _ *httpx.Config) { b.timing.beat = 10 * time.Millisecond }

func TestAnEventAsItsListenerGetsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.listenAs("adult")

	b.tell("timer.finished", Everybody)

	e := s.Next()
	require.Equal(t, "timer.finished", e.Name)
	require.Equal(t, "1", e.ID)
	require.JSONEq(t, `{"id": "1", "kind": "timer.finished", "at": "`+
		b.clock.Now().Truncate(time.Microsecond).Format(time.RFC3339Nano)+`", "data": {"of": "timer.finished"}}`, e.Data)
	require.Eventually(t, func() bool { return testutil.ToFloat64(b.metrics.delivered) == 1 }, patience, time.Millisecond)
	require.InDelta(t, 1, testutil.ToFloat64(b.metrics.streams), 0)
}

func TestTheStreamsHeaders(t *testing.T) {
	t.Parallel()
	b := setup(t)
	res := b.http.As("adult").Get("/api/v1/events").Expect(http.StatusOK)

	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	require.Equal(t, "no-store", res.Header.Get("Cache-Control"))
	require.Equal(t, "no", res.Header.Get("X-Accel-Buffering"))
	b.http.Get("/api/v1/events").ExpectProblem(http.StatusUnauthorized, "auth.unauthenticated")
}

func TestAListenerGoesOnWhereItWas(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 250 { // more than a page
		b.tell("timer.finished", Everybody)
	}

	s := b.resumeAs("adult", "20")
	for n := int64(21); n <= 250; n++ {
		require.Equal(t, formatID(n), s.Next().ID)
	}
	b.tell("member.changed", Everybody)
	require.Equal(t, "251", s.Next().ID)

	fresh := b.listenAs("adult")
	b.tell("device.paired", Everybody)
	require.Equal(t, "252", fresh.Next().ID, "who names no event begins with the next")
}

func TestWhatIsKeptNoMoreIsSaidToBeMissed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.tell("timer.finished", Everybody)
	b.tell("timer.finished", Everybody)
	b.clock.Advance(keepFor + time.Second)
	b.tell("member.changed", Everybody)
	require.NoError(t, b.clean(t.Context()))

	s := b.resumeAs("adult", "1")
	e := s.Next()
	require.Equal(t, "events.missed", e.Name)
	require.Equal(t, "2", e.ID)
	require.Equal(t, "3", s.Next().ID, "then what is kept")

	require.Equal(t, "member.changed", b.resumeAs("adult", "2").Next().Name, "nothing was missed")

	s = b.resumeAs("adult", "999") // of another time
	e = s.Next()
	require.Equal(t, "events.missed", e.Name)
	require.Equal(t, "3", e.ID)
	b.tell("device.paired", Everybody)
	require.Equal(t, "4", s.Next().ID)

	b.clock.Advance(keepFor + time.Second)
	require.NoError(t, b.clean(t.Context()))
	e = b.resumeAs("adult", "1").Next()
	require.Equal(t, "events.missed", e.Name)
	require.Equal(t, "4", e.ID, "nothing is kept")

	b.http.As("adult").With(httpx.HeaderLastEventID, "x; DROP TABLE").Get("/api/v1/events").
		ExpectProblem(http.StatusBadRequest, "request.invalid")
}

func TestWhoIsToldOfWhat(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.callers.add("neighbour", identity.Principal{Kind: identity.User, ID: "neighbour", HouseholdID: "theirs", Role: identity.RoleOwner})
	b.tell("to.everybody", Everybody)
	b.tell("to.adults", Adults)
	b.tell("to.owners", Owners)
	b.tell("to.child", "id-of-child")
	b.tell("to.device", "id-of-device")
	b.tell("to.king", "king") // nobody's
	b.tellIn("theirs", "to.neighbours", Everybody)
	b.tell("at.last", Everybody)
	b.tellIn("theirs", "at.last", Everybody)

	for name, want := range map[string]string{
		"owner":     "to.everybody to.adults to.owners at.last",
		"adult":     "to.everybody to.adults at.last",
		"child":     "to.everybody to.child at.last",
		"guest":     "to.everybody at.last",
		"device":    "to.everybody to.device at.last",
		"neighbour": "to.neighbours at.last",
	} {
		s := b.resumeAs(name, "0")
		var heard []string
		for len(heard) == 0 || heard[len(heard)-1] != "at.last" {
			heard = append(heard, s.Next().Name)
		}
		require.Equal(t, want, strings.Join(heard, " "), name)
	}
	b.http.As("neighbour").Get("/api/v1/events?household_id="+household).
		ExpectProblem(http.StatusNotFound, "auth.household_not_found")
}

// TestARevokedCallerHearsNothingMore: what is stored counts, although it is remembered otherwise.
func TestARevokedCallerHearsNothingMore(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.listenAs("adult")
	b.tell("timer.finished", Everybody)
	require.Equal(t, "1", s.Next().ID)

	b.callers.remove("adult")
	b.tell("session.ended", "id-of-adult")

	s.ExpectEnd()
	b.awaitEnd(endedByRights)
	require.Empty(t, b.listened(), "nothing of it is left")
}

func TestARevokedCallerIsLetGoAtTheNextHeartbeat(t *testing.T) {
	t.Parallel()
	b := setup(t, quick)
	s := b.listenAs("adult")
	require.Equal(t, "0", s.Beat())

	b.callers.forget("adult")

	s.ExpectEnd()
	b.awaitEnd(endedByRights)
}

func TestARoleChangesWhileSomebodyListens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.callers.add("anna", identity.Principal{Kind: identity.User, ID: "anna", HouseholdID: household, Role: identity.RoleOwner})
	s := b.listenAs("anna")
	b.tell("to.adults", Adults)
	require.Equal(t, "to.adults", s.Next().Name)

	b.callers.add("anna", identity.Principal{Kind: identity.User, ID: "anna", HouseholdID: household, Role: identity.RoleChild})
	b.tell("to.adults", Adults)
	b.tell("to.owners", Owners)
	b.tell("to.everybody", Everybody)

	require.Equal(t, "to.everybody", s.Next().Name)
}

// TestAHeartbeatSaysHowFarTheStreamHasGot, past what its listener is not told of.
func TestAHeartbeatSaysHowFarTheStreamHasGot(t *testing.T) {
	t.Parallel()
	b := setup(t, quick)
	s := b.listenAs("child")
	b.tell("to.adults", Adults)
	require.Eventually(t, func() bool { return s.Beat() == "1" }, patience, time.Millisecond)
}

func TestAStreamOutlivesTheServersTimeouts(t *testing.T) {
	t.Parallel()
	const limit = 2 * time.Second // within which a busy machine opens the stream
	b := setup(t, quick, func(_ *Bus, cfg *httpx.Config) {
		cfg.ReadTimeout, cfg.WriteTimeout, cfg.IdleTimeout = limit, limit, limit
	})
	s := b.listenAs("adult")
	for begun := time.Now(); time.Since(begun) < 3*limit/2; {
		s.Beat()
	}
	b.tell("timer.finished", Everybody)
	for {
		if e := s.Next(); e.Name == "timer.finished" {
			return
		}
	}
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.listenAs("adult")
	for range maxStreamsOfCaller - 1 {
		b.listenAs("adult")
	}
	b.http.As("adult").Get("/api/v1/events").ExpectProblem(http.StatusTooManyRequests, "events.too_many_streams")
	b.listenAs("child")

	s.Close()
	b.awaitEnd(endedByClient)
	require.Eventually(t, func() bool { // its place is free a moment after it was counted
		b.streams.mu.Lock()
		defer b.streams.mu.Unlock()

		return b.streams.of["id-of-adult"] < maxStreamsOfCaller
	}, patience, time.Millisecond)
	b.listenAs("adult")

	b.streams.mu.Lock()
	b.streams.total = maxStreams
	b.streams.mu.Unlock()
	b.http.As("guest").Get("/api/v1/events").ExpectProblem(http.StatusServiceUnavailable, "events.busy")
}

// TestASlowReaderIsCut although it never says a word: it asks, and then does not read.
func TestASlowReaderIsCut(t *testing.T) {
	t.Parallel()
	b := setup(t, func(b *Bus, _ *httpx.Config) { b.timing.patience = 2 * time.Second }) // to open it on a busy machine, too
	slow := b.openUnread()
	b.timing.patience = time.Hour // of those that come later
	other := b.listenAs("child")

	b.flood()

	b.awaitEnd(endedBySlow)
	b.tell("timer.finished", Everybody)
	require.Equal(t, formatID(keepCount-trimEvery+1), other.Next().ID, "nobody else waits for it")
	require.NoError(t, slow.Body.Close())
}

// TestAServerThatStopsEndsItsStreams at once, even one that is just being written to.
func TestAServerThatStopsEndsItsStreams(t *testing.T) {
	t.Parallel()
	b := setup(t, func(b *Bus, cfg *httpx.Config) { b.timing.patience, cfg.ShutdownTimeout = time.Hour, 2*patience })
	s := b.listenAs("child")
	slow := b.openUnread()
	b.flood()
	require.Eventually(t, func() bool { return testutil.ToFloat64(b.metrics.delivered) > 50 }, patience, time.Millisecond)

	begun := time.Now()
	b.stop()

	require.Less(t, time.Since(begun), patience)
	require.InDelta(t, 2, testutil.ToFloat64(b.metrics.ended.WithLabelValues(endedByServer)), 0)
	require.NoError(t, slow.Body.Close())
	s.Close()
}

// openUnread opens a stream of the adult that nobody reads.
func (b *bench) openUnread() *http.Response {
	b.tb.Helper()
	transport := &http.Transport{ReadBufferSize: 512}
	b.tb.Cleanup(transport.CloseIdleConnections)
	res, err := (&http.Client{Transport: transport}).Do(b.http.As("adult").Request(http.MethodGet, "/api/v1/events", nil))
	require.NoError(b.tb, err)
	line, err := bufio.NewReaderSize(res.Body, 16).ReadString('\n')
	require.NoError(b.tb, err)
	require.Equal(b.tb, "retry: 3000\n", line)

	return res
}

// flood tells the adults more than a connection holds.
func (b *bench) flood() {
	b.tb.Helper()
	data := map[string]any{"text": strings.Repeat("a", maxDataBytes-100)}
	require.NoError(b.tb, b.db.InTx(b.tb.Context(), func(ctx context.Context) error {
		for range keepCount - trimEvery {
			if err := b.Publish(ctx, Event{HouseholdID: household, Kind: "timer.finished", Audience: Adults, Data: data}); err != nil {
				return err
			}
		}

		return nil
	}))
}
