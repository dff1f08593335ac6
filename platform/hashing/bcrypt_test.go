package hashing

import (
	"crypto/rand"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
)

// TestTheSameAsTheLibrary has each side judge what the other has made.
func TestTheSameAsTheLibrary(t *testing.T) {
	t.Parallel()
	passwords := [][]byte{{}, []byte("a"), []byte(password), []byte(strings.Repeat("ű", maxPassword/2)), []byte("zero\x00byte")}
	for length := 1; length <= maxPassword; length += 7 {
		random := make([]byte, length)
		_, err := rand.Read(random)
		require.NoError(t, err)
		passwords = append(passwords, random)
	}
	for i, password := range passwords {
		cost := bcrypt.MinCost + i%2
		rounds := 0
		ours, err := generate(password, cost, func() { rounds++ })
		require.NoError(t, err)
		require.Equal(t, 1<<cost, rounds)
		require.NoError(t, bcrypt.CompareHashAndPassword(ours, password))
		theirs, err := bcrypt.GenerateFromPassword(password, cost)
		require.NoError(t, err)
		require.NoError(t, compare(theirs, password, func() {}))

		other := slices.Concat(password, []byte{'x'})[:min(len(password)+1, maxPassword)]
		if len(password) == maxPassword {
			other[0]++
		}
		require.ErrorIs(t, compare(theirs, other, func() {}), bcrypt.ErrMismatchedHashAndPassword)
	}
}

// TestKnownHashes are those of the first implementation's own test, which prove more than the
// library's agreement: years of other programs.
func TestKnownHashes(t *testing.T) {
	t.Parallel()
	for hash, password := range map[string]string{
		"$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe": "a",
		"$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i": "abc",
	} {
		require.NoError(t, compare([]byte(hash), []byte(password), func() {}), hash)
		require.NoError(t, bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)), hash)
		changed := []byte(hash)
		changed[len(changed)-1] ^= 1
		require.ErrorIs(t, compare(changed, []byte(password), func() {}), bcrypt.ErrMismatchedHashAndPassword)
		require.ErrorIs(t, compare([]byte(hash+"."), []byte(password), func() {}), bcrypt.ErrMismatchedHashAndPassword)
	}
}
