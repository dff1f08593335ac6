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

// load is one process on the embedded default.
func load(t *testing.T, dir string) *secret.Set {
	t.Helper()
	set, err := secret.Load(secret.Config{}, dir, true)
	require.NoError(t, err)

	return set
}

func TestKeyringSealsAndOpens(t *testing.T) {
	t.Parallel()
	ring := load(t, t.TempDir()).Encryption
	for _, plain := range []string{"", "a", "a long-lived token", strings.Repeat("x", 4096), "\x00\xff"} {
		token, err := ring.Seal([]byte(plain))
		require.NoError(t, err)
		require.True(t, ring.IsCurrent(token))

		got, err := ring.Open(token)

		require.NoError(t, err)
		require.Equal(t, plain, string(got))
	}
}

func TestKeyringRefusesWhatItDidNotSeal(t *testing.T) {
	t.Parallel()
	ring := load(t, t.TempDir()).Encryption
	foreign, err := load(t, t.TempDir()).Encryption.Seal([]byte("x"))
	require.NoError(t, err)
	own, err := ring.Seal([]byte("x"))
	require.NoError(t, err)

	for _, token := range []string{"", "x", foreign, own[:len(own)-4], "A" + own[1:], strings.Repeat("gAAAAA", 20)} {
		_, err := ring.Open(token)
		require.ErrorIs(t, err, secret.ErrNoKeyFits)
		require.False(t, ring.IsCurrent(token))
	}
}

func TestKeyringRotatesBetweenProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	serve, command := load(t, dir).Encryption, load(t, dir).Encryption
	old, err := serve.Seal([]byte("kept"))
	require.NoError(t, err)

	require.NoError(t, command.Rotate())
	fresh, err := command.Seal([]byte("new"))
	require.NoError(t, err)

	require.False(t, command.IsCurrent(old))
	require.True(t, command.IsCurrent(fresh))
	plain, err := command.Open(old)
	require.NoError(t, err)
	require.Equal(t, "kept", string(plain))
	plain, err = serve.Open(fresh)
	require.NoError(t, err, "the other process reads the new key when it meets it")
	require.Equal(t, "new", string(plain))

	require.NoError(t, command.Rotate())
	meanwhile, err := serve.Seal([]byte("sealed between"))
	require.NoError(t, err)
	require.NoError(t, command.Retire())
	plain, err = command.Open(meanwhile)
	require.NoError(t, err, "whoever seals uses the newest key of the file")
	require.Equal(t, "sealed between", string(plain))

	_, err = command.Open(old)
	require.ErrorIs(t, err, secret.ErrNoKeyFits)
}

func TestKeyringRotatesFromManySidesAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var group sync.WaitGroup
	for range 4 {
		ring := load(t, dir).Encryption
		for range 4 {
			group.Go(func() {
				if err := ring.Rotate(); err != nil {
					t.Error(err)
				}
				token, err := ring.Seal([]byte("x"))
				if err != nil {
					t.Error(err)
				}
				if _, err := ring.Open(token); err != nil {
					t.Error(err)
				}
			})
		}
	}
	group.Wait()

	content, err := os.ReadFile(filepath.Join(dir, "secrets", "encryption_keys"))
	require.NoError(t, err)
	require.Equal(t, 17, strings.Count(string(content), "\n"), "no rotation got lost")
}

func TestKeyringWithFixedKeys(t *testing.T) {
	t.Parallel()
	older, err := secret.GenerateKey()
	require.NoError(t, err)
	newer, err := secret.GenerateKey()
	require.NoError(t, err)
	before, err := secret.NewKeyring(older)
	require.NoError(t, err)
	after, err := secret.NewKeyring(newer, older)
	require.NoError(t, err)
	token, err := before.Seal([]byte("x"))
	require.NoError(t, err)

	_, err = after.Open(token)

	require.NoError(t, err)
	require.False(t, after.IsCurrent(token))
	require.ErrorIs(t, after.Rotate(), secret.ErrFixedKeys)
	require.ErrorIs(t, after.Retire(), secret.ErrFixedKeys)
	_, err = secret.NewKeyring()
	require.Error(t, err)
	_, err = secret.NewKeyring("not a key")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "not a key")
}

func TestKeyringSaysWhenItsFileIsGone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ring := load(t, dir).Encryption
	token, err := ring.Seal([]byte("x"))
	require.NoError(t, err)
	require.NoError(t, os.Remove(filepath.Join(dir, "secrets", "encryption_keys")))

	_, err = ring.Seal([]byte("y"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorIs(t, ring.Rotate(), os.ErrNotExist)
	_, err = ring.Open(token)
	require.NoError(t, err, "what the known keys open needs no file")
}
