package audit

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"homehub/platform/clock"
	"homehub/platform/database/databasetest"
	"homehub/platform/log"
)

// anchored is a service that writes anchors, and the log it writes them to.
func anchored(tb testing.TB) (*service, *bytes.Buffer) {
	tb.Helper()
	var out bytes.Buffer
	logger, err := log.New(log.Config{Level: "info", Format: "json"}, zapcore.AddSync(&out), log.NewRedactor())
	require.NoError(tb, err)
	s := New(Deps{
		DB: databasetest.New(tb), Keys: testKeys(), Log: logger, Now: clock.Fixed(noon), Config: Defaults(),
		Anchors: filepath.Join(tb.TempDir(), "audit.anchors"), Metrics: prometheus.NewRegistry(),
	}).svc

	return s, &out
}

func lines(tb testing.TB, path anchorFile) []string {
	tb.Helper()
	content, err := os.ReadFile(string(path))
	require.NoError(tb, err)

	return strings.SplitAfter(strings.TrimSuffix(string(content), "\n"), "\n")
}

func TestHeadsThatMovedAreAnchored(t *testing.T) {
	t.Parallel()
	s, logged := anchored(t)
	require.NoError(t, s.anchorHeads(t.Context()))
	require.NoFileExists(t, string(s.anchors.file), "there is nothing to write down")

	fill(t, s, home, 3)
	fill(t, s, neighbour, 2)
	require.NoError(t, s.anchorHeads(t.Context()))
	require.Len(t, lines(t, s.anchors.file), 2)
	info, err := os.Stat(string(s.anchors.file))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	require.NoError(t, s.anchorHeads(t.Context()))
	require.Len(t, lines(t, s.anchors.file), 2, "nothing has moved")
	fill(t, s, home, 1)
	require.NoError(t, s.anchorHeads(t.Context()))
	require.Len(t, lines(t, s.anchors.file), 3, "home has")
	require.InDelta(t, 3, testutil.ToFloat64(s.metrics.anchors), 0)

	set, forged, err := s.anchors.file.read(s.keys)
	require.NoError(t, err)
	require.Empty(t, forged)
	require.Len(t, set[home], 1, "the newest stands for those that it follows")
	require.Equal(t, int64(4), set[home][0].Seq)

	fromLog := anchorSet{}
	forged, err = s.keys.readAnchors(bytes.NewReader(logged.Bytes()), fromLog)
	require.NoError(t, err)
	require.Empty(t, forged)
	require.Equal(t, set, fromLog, "the log says the same as the file")
}

func TestRunAnchorsWhenItBeginsAndWhenItEnds(t *testing.T) {
	t.Parallel()
	s, _ := anchored(t)
	fill(t, s, home, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.runAnchors(ctx) }()
	require.Eventually(t, func() bool { return len(s.anchors.of(home)) == 1 }, waitAtMost, pollEvery)

	fill(t, s, home, 1)
	cancel()
	require.NoError(t, <-done)
	require.Equal(t, int64(2), s.anchors.of(home)[0].Seq)

	off := setup(t)
	require.NoError(t, off.runAnchors(t.Context()), "an interval of 0 is never")
}

func TestAnOldDatabaseIsNoticedAtTheNextStart(t *testing.T) {
	t.Parallel()
	s, _ := anchored(t)
	fill(t, s, home, 3)
	fill(t, s, neighbour, 1)
	require.NoError(t, s.anchorHeads(t.Context()))
	old := setup(t) // another database: home ends earlier, neighbour is not there
	old.anchors, old.metrics = s.anchors, s.metrics
	fill(t, old, home, 2)
	core, logged := observer.New(zap.ErrorLevel)
	old.log = zap.New(core)

	require.NoError(t, old.loadAnchors())
	require.NoError(t, old.anchorHeads(t.Context()))

	require.Equal(t, 2, logged.Len())
	require.InDelta(t, 2, testutil.ToFloat64(s.metrics.brokenChains.WithLabelValues(reasonBehind)), 0)
	fill(t, old, home, 5) // it grows beyond the anchor, which goes on being told
	require.NoError(t, old.anchorHeads(t.Context()))
	require.Equal(t, 4, logged.Len())

	var r reportDTO
	ownerOf(serve(t, old), home).Get("/api/v1/audit/verify").Expect(http.StatusOK).JSON(&r)
	require.Equal(t, &brokenDTO{Seq: 3, Reason: reasonBehind}, r.Broken)
}

func TestAForgedHeadIsNotAnchored(t *testing.T) {
	t.Parallel()
	s, _ := anchored(t)
	fill(t, s, home, 3)
	require.NoError(t, s.db.Conn(t.Context()).Exec(`UPDATE audit_heads SET seq = 2`).Error)

	require.NoError(t, s.anchorHeads(t.Context()))

	require.NoFileExists(t, string(s.anchors.file))
	require.ErrorIs(t, s.anchorsNow(t.Context(), nil), ErrBroken)
}

func TestTheFileOfAnchorsCannotBeForged(t *testing.T) {
	t.Parallel()
	s, _ := anchored(t)
	fill(t, s, home, 1)
	require.NoError(t, s.anchorHeads(t.Context()))
	fill(t, s, home, 1)
	require.NoError(t, s.anchorHeads(t.Context()))
	genuine := lines(t, s.anchors.file)
	guess := newKeyring(testKeys())
	guess.newest.Value = []byte("a guess")
	made := guess.newAnchor(&head{HouseholdID: home, Seq: 9, Hash: zeroHash[:]}, noon, false)
	guessed, err := encodeAnchors([]anchor{made})
	require.NoError(t, err)

	for name, tc := range map[string]struct {
		file   string
		forged []int
	}{
		"as it is":              {genuine[0] + genuine[1] + "\n", nil},
		"an edited seq":         {strings.Replace(genuine[0], `"seq":1`, `"seq":7`, 1), []int{1}},
		"another household":     {strings.Replace(genuine[0], home, neighbour, 1), []int{1}},
		"another time":          {strings.Replace(genuine[0], `2026`, `2025`, 1), []int{1}},
		"another place in line": {genuine[0] + strings.Replace(genuine[1], `"follows":true`, `"follows":false`, 1) + "\n", []int{2}},
		"a guessed key":         {genuine[0] + string(guessed), []int{2}},
		"no JSON":               {genuine[0] + "rubbish\n" + genuine[1] + "\n", []int{2}},
		"cut by a crash":        {genuine[0] + genuine[1][:40], nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := anchorFile(filepath.Join(t.TempDir(), "anchors"))
			require.NoError(t, os.WriteFile(string(path), []byte(tc.file), 0o600))
			_, forged, err := path.read(s.keys)
			require.NoError(t, err)
			require.Equal(t, tc.forged, forged)
		})
	}
}

func TestALineThatACrashHasCutIsMended(t *testing.T) {
	t.Parallel()
	s, _ := anchored(t)
	fill(t, s, home, 1)
	require.NoError(t, s.anchorHeads(t.Context()))
	whole := lines(t, s.anchors.file)[0] + "\n"
	require.NoError(t, os.WriteFile(string(s.anchors.file), []byte(whole+whole[:50]), 0o600))
	fill(t, s, home, 1)

	require.NoError(t, s.anchorHeads(t.Context()))

	after := lines(t, s.anchors.file)
	require.Len(t, after, 2)
	set, forged, err := s.anchors.file.read(s.keys)
	require.NoError(t, err)
	require.Empty(t, forged)
	require.Equal(t, int64(2), set[home][0].Seq)
}

// A file that cannot be read is never taken for an empty one.
func TestAnchorsThatCannotBeReadOrWritten(t *testing.T) {
	t.Parallel()
	s, _ := anchored(t)
	fill(t, s, home, 1)
	s.anchors.file = anchorFile(t.TempDir()) // a folder

	require.Error(t, s.runAnchors(t.Context()))
	s.tryAnchorHeads(t.Context())
	require.InDelta(t, 1, testutil.ToFloat64(s.metrics.anchorErrors), 0)
	require.Empty(t, s.anchors.of(home), "what is not written is not anchored")
}

func TestConfig(t *testing.T) {
	t.Parallel()
	require.NoError(t, Defaults().Validate())
	require.NoError(t, Config{}.Validate())
	require.ErrorContains(t, Config{AnchorInterval: 1}.Validate(), "audit.anchor_interval")
}
