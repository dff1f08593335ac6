package modules_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules"
)

func TestSettingsThatDoNotFitTogether(t *testing.T) {
	t.Parallel()
	require.NoError(t, modules.Defaults().Validate())
	for name, change := range map[string]func(*modules.Config){
		"llm.num_ctx":          func(c *modules.Config) { c.LLM.NumCtx = 1024 },
		"server.write_timeout": func(c *modules.Config) { c.Intent.Deadline = 40 * time.Second },
	} {
		cfg := modules.Defaults()
		change(&cfg)
		require.ErrorContains(t, cfg.Validate(), name)
	}
}
