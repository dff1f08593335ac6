package evaluation_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/evaluation"
)

func TestDev(t *testing.T) {
	dir := "../../../../../shared/eval/ha-intents-hu"
	if _, err := os.Stat(dir); err != nil {
		t.Skip()
	}
	s, err := evaluation.Load(dir)
	require.NoError(t, err)
	home := hamanagertest.HomeFromFile(t, filepath.Join(dir, "_fixtures.yaml"))
	rs, err := evaluation.Run(t.Context(), home, s, evaluation.Grammar{}, time.Now())
	require.NoError(t, err)
	var eff, ex, und, wrong int
	var lat time.Duration
	for _, r := range rs {
		if r.Verdict.IsEffect {
			eff++
		} else {
			t.Logf("%s | %s\n   want %s\n   got  %s", r.File, r.Sentence, r.Expected, r.Got)
		}
		if r.Verdict.IsExact {
			ex++
		}
		if r.Verdict.IsUnderstood {
			und++
		}
		if r.Verdict.IsWrong {
			wrong++
			t.Logf("WRONG %s", r.Sentence)
		}
		lat += r.Latency
	}
	t.Logf("%d effect %d exact %d und %d wrong %d lat %v", len(rs), eff, ex, und, wrong, lat/time.Duration(len(rs)))
}
