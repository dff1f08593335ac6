package httpx_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/httpx"
)

func TestConfig(t *testing.T) {
	t.Parallel()
	require.NoError(t, httpx.Defaults().Validate())

	err := httpx.Config{
		Address: "8000", OpsAddress: "127.0.0.1:65536", PublicURL: "home.example.org", CORSOrigins: []string{"example.org"}, TrustedProxies: []string{"10.0.0.0/33"}, DrainDelay: -1,
	}.Validate()

	for _, key := range []string{
		"address", "ops_address", "public_url", "cors_origins", "trusted_proxies", "body_limit", "header_limit", "read_header_timeout",
		"read_timeout", "write_timeout", "idle_timeout", "drain_delay", "shutdown_timeout",
	} {
		require.ErrorContains(t, err, "server."+key)
	}
}

func TestLimitsConfig(t *testing.T) {
	t.Parallel()
	require.NoError(t, httpx.DefaultLimits().Validate())
	require.ErrorContains(t, httpx.Limits{}.Validate(), "limits.intent_household")
}

func TestRate(t *testing.T) {
	t.Parallel()
	cases := map[string]httpx.Rate{
		"60/1m":    {Count: 60, Period: time.Minute},
		"10/15m":   {Count: 10, Period: 15 * time.Minute},
		"1/1h":     {Count: 1, Period: time.Hour},
		"5/10s":    {Count: 5, Period: 10 * time.Second},
		"5/1h10m":  {Count: 5, Period: 70 * time.Minute},
		"5/1m0.5s": {Count: 5, Period: time.Minute + time.Second/2},
	}
	for text, want := range cases {
		var got httpx.Rate
		require.NoError(t, got.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, got)
		require.NoError(t, got.UnmarshalText([]byte(want.String())))
		require.Equal(t, want, got, "there and back: %s", want)
	}
	require.Equal(t, "300/1m", httpx.DefaultLimits().Default.String())
	require.Equal(t, "5/10s", httpx.Rate{Count: 5, Period: 10 * time.Second}.String())
	for _, text := range []string{"", "60", "60/", "/1m", "0/1m", "-1/1m", "60/0s", "60/1 minute", "many/1m"} {
		var got httpx.Rate
		require.Error(t, got.UnmarshalText([]byte(text)), text)
	}
}
