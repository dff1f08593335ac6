package virtualhome

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/internal/fixture"
	"homehub/platform/clock"
)

// TestAnswersAreThoseOfHomeAssistant replays a conversation that was held with Home
// Assistant 2025.4.4 and its demo integration, in a home that is described as that one
// was. Ids, times and tokens differ by nature; all else must be the same, in the same order.
func TestAnswersAreThoseOfHomeAssistant(t *testing.T) {
	t.Parallel()
	f, err := fixture.Load(filepath.Join("testdata", "recorded_home.yaml"))
	require.NoError(t, err)
	_, _, s := connect(t, Options{Definition: f, Now: ticking(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))})
	recorded, err := os.Open(filepath.Join("testdata", "recorded.jsonl"))
	require.NoError(t, err)
	defer recorded.Close() //nolint:errcheck // only read

	lines := bufio.NewScanner(recorded)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var exchange struct {
			Send    string            `json:"send"`
			Receive []json.RawMessage `json:"receive"`
		}
		require.NoError(t, json.Unmarshal(lines.Bytes(), &exchange))
		s.write(exchange.Send)
		for _, want := range exchange.Receive {
			got := s.readRaw()
			require.Equal(t, settled(t, want), settled(t, got), "%s\nwant %s\ngot  %s", exchange.Send, want, got)
		}
	}
	require.NoError(t, lines.Err())
}

// ticking is a clock that goes on by a microsecond whenever it is looked at, so that no
// second ends between a timer's start and its pause.
func ticking(start time.Time) clock.Clock {
	var looks atomic.Int64

	return func() time.Time { return start.Add(time.Duration(looks.Add(1)) * time.Microsecond) }
}

var (
	idForm   = regexp.MustCompile(`^([0-9a-f]{32}|[0-9A-Z]{26})$`)
	timeForm = regexp.MustCompile(`^20\d\d-\d\d-\d\dT`)
)

// ownKeys depend on the integration that an entity comes from.
var ownKeys = []string{"device_id", "has_entity_name", "original_name", "platform", "translation_key", "unique_id"}

// settled decodes a message and replaces what differs by nature.
func settled(t *testing.T, message []byte) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(message, &v))

	return settle(v)
}

func settle(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = settle(v[key])
			if slices.Contains(ownKeys, key) {
				v[key] = "OWN"
			}
			if list, ok := v[key].([]any); ok && key == "a" { // removed attributes: a set
				slices.SortFunc(list, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
			}
		}
	case []any:
		for i := range v {
			v[i] = settle(v[i])
		}
	case string:
		switch {
		case idForm.MatchString(v):
			return "ID"
		case timeForm.MatchString(v):
			return "TIME"
		case strings.HasPrefix(v, "eyJ"):
			return "JWT"
		}
	case float64:
		if v > 1.7e9 {
			return "TIME"
		}
	}

	return v
}
