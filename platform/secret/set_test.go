package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/platform/secret"
)

const long = "0123456789012345678901234567890123456789012" // as long as a generated key

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))

	return path
}

func TestLoadGeneratesOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")

	first, second := load(t, dir), load(t, dir)

	require.Equal(t, first.Values(), second.Values())
	require.Len(t, first.Values(), 3)
	for _, value := range first.Values() {
		require.GreaterOrEqual(t, len(value), 43)
	}
	require.Len(t, first.Audit[0].ID, 8)
	require.NotContains(t, string(first.Audit[0].Value), first.Audit[0].ID)
	require.NoError(t, filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, "%s is nobody else's business", path)

		return nil
	}))
	other := load(t, t.TempDir())
	for i := range other.Values() {
		require.NotEqual(t, first.Values()[i], other.Values()[i])
	}
}

func TestLoadGeneratesOnceForTwoProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sets := make([]*secret.Set, 8)
	var group sync.WaitGroup
	for i := range sets {
		group.Go(func() {
			set, err := secret.Load(secret.Config{}, dir, true)
			if err != nil {
				t.Error(err)
			}
			sets[i] = set
		})
	}
	group.Wait()

	for _, set := range sets {
		require.Equal(t, sets[0].Values(), set.Values())
	}
}

func TestLoadTakesValuesAndFiles(t *testing.T) {
	t.Parallel()
	key, err := secret.GenerateKey()
	require.NoError(t, err)
	dir := t.TempDir()

	set, err := secret.Load(secret.Config{
		EncryptionKeys: []secret.String{secret.New(key)},
		RefreshKeyFile: write(t, "# made on a Monday\n"+long+"\n"),
		AuditKeysFile:  write(t, "new"+long+"\n\n"+long+"\n"),
	}, dir, false)

	require.NoError(t, err)
	require.Equal(t, []string{key, long, "new" + long, long}, set.Values())
	require.Len(t, set.Audit, 2)
	require.NotEqual(t, set.Audit[0].ID, set.Audit[1].ID)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Empty(t, entries, "nothing was generated")
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	short := []secret.String{secret.New("tooshort")}
	cases := map[string]struct {
		cfg  secret.Config
		want []string
	}{
		"missing secrets, all at once": {
			want: []string{"secrets.encryption_keys or", "secrets.refresh_key or", "secrets.audit_keys or"},
		},
		"values that are no keys": {
			cfg: secret.Config{EncryptionKeys: short, RefreshKey: short[0], AuditKeys: short},
			want: []string{
				"secrets.encryption_keys: key 1 is not a Fernet key", "secrets.refresh_key: key 1 has 8 characters",
				"secrets.audit_keys: key 1 has 8",
			},
		},
		"both ways at once": {
			cfg:  secret.Config{RefreshKey: secret.New(long), RefreshKeyFile: "x"},
			want: []string{"secrets.refresh_key and secrets.refresh_key_file are both set"},
		},
		"files that are missing, empty or wrong": {
			cfg: secret.Config{
				EncryptionKeysFile: write(t, "tooshort"), RefreshKeyFile: filepath.Join(t.TempDir(), "gone"), AuditKeysFile: write(t, "\n"),
			},
			want: []string{"secrets.encryption_keys: ", "not a Fernet key", "gone: no such file", "secrets.audit_keys: no key"},
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := secret.Load(tc.cfg, t.TempDir(), false)

			for _, want := range tc.want {
				require.ErrorContains(t, err, want)
			}
			require.NotContains(t, err.Error(), "tooshort")
		})
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	for mode, wantErr := range map[os.FileMode]string{
		0o600: "", 0o400: "", 0o640: "", 0o604: "open to every user", 0o602: "open to every user", 0o666: "open to every user",
	} {
		path := write(t, "  value\n")
		require.NoError(t, os.Chmod(path, mode))

		got, err := secret.ReadFile(path)

		if wantErr != "" {
			require.ErrorContains(t, err, wantErr)
			require.ErrorContains(t, err, path)

			continue
		}
		require.NoError(t, err)
		require.Equal(t, "value", got)
	}
	_, err := secret.ReadFile(write(t, strings.Repeat("x", 1<<17)))
	require.ErrorContains(t, err, "too large")
}

func TestWriteFileReplacesInOneStep(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "folder", "file")
	require.NoError(t, secret.WriteFile(path, []byte("old")))
	require.NoError(t, secret.WriteFile(path, []byte("new")))

	content, err := os.ReadFile(path)

	require.NoError(t, err)
	require.Equal(t, "new", string(content))
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1, "no temporary file is left")
	require.Error(t, secret.WriteFile(filepath.Join(path, "below-a-file"), nil))
}
