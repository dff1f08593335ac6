package hamanager

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()
	require.NoError(t, Defaults().Validate())
}

func TestImpossibleSettingsAreNamed(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		edit func(*Config)
		want string
	}{
		"docker is not here yet": {func(c *Config) { c.Kind = "docker" }, "instances.kind docker cannot be run by this build"},
		"no such kind":           {func(c *Config) { c.Kind = "linked" }, "instances.kind must be virtual or none"},
		"timeout":                {func(c *Config) { c.CallTimeout = 0 }, "instances.call_timeout"},
		"reconcile":              {func(c *Config) { c.ReconcileEvery = time.Millisecond }, "instances.reconcile_every"},
		"image":                  {func(c *Config) { c.Image = "" }, "instances.image"},
		"one port":               {func(c *Config) { c.Ports = "8200" }, "instances.ports"},
		"ports backwards":        {func(c *Config) { c.Ports = "8300-8200" }, "instances.ports"},
		"port zero":              {func(c *Config) { c.Ports = "0-10" }, "instances.ports"},
		"port too high":          {func(c *Config) { c.Ports = "8200-70000" }, "instances.ports"},
		"subnet":                 {func(c *Config) { c.SubnetPool = "10.201.0.0" }, "instances.subnet_pool"},
		"small subnet":           {func(c *Config) { c.SubnetPool = "10.201.0.0/30" }, "instances.subnet_pool"},
		"allow":                  {func(c *Config) { c.Linked.Allow = []string{"everywhere"} }, "instances.linked.allow"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := Defaults()
			tc.edit(&c)

			require.ErrorContains(t, c.Validate(), tc.want)
		})
	}

	c := Defaults()
	c.Kind, c.Ports = kindNone, ""
	require.NoError(t, c.Validate())
	c.Kind, c.Ports, c.Image = "x", "x", ""
	for _, key := range []string{"instances.kind", "instances.ports", "instances.image"} {
		require.ErrorContains(t, c.Validate(), key, "all at once")
	}
}

func TestAnUnusableHomeDescriptionIsNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "home.yaml")
	for _, content := range []string{"", "entities: 5", "rooms: []"} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		cfg := Defaults()
		cfg.Virtual.Home = path
		_, err := New(Deps{Config: cfg})
		require.ErrorContains(t, err, "instances.virtual.home", content)
	}
}
