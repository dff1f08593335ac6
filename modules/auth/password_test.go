package auth

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"golang.org/x/crypto/bcrypt"

	"homehub/platform/clock"
	"homehub/platform/hashing"
)

func testPasswords(tb testing.TB) *passwords {
	tb.Helper()
	p, err := newPasswords(bcrypt.MinCost, hashing.New(zap.NewNop()), prometheus.NewHistogram(prometheus.HistogramOpts{Name: "wait", Help: "x"}), clock.System)
	require.NoError(tb, err)

	return p
}

// judge compares in its own way, and hashes as ever.
type judge struct {
	hasher
	compare func(hash, password []byte) error
}

func (j judge) Compare(_ context.Context, hash, password []byte) error {
	return j.compare(hash, password)
}

// A hash that the machine left no time for is a login that may come back, and nobody's mistake.
func TestAHashWithoutTimeIsToldToComeBack(t *testing.T) {
	t.Parallel()
	p := testPasswords(t)
	p.hasher = judge{compare: func([]byte, []byte) error { return hashing.ErrBusy }}
	_, err := p.matches(t.Context(), "", password)
	require.ErrorIs(t, err, errPasswordsBusy)
	require.Empty(t, p.slots)
}

func TestBcryptLeavesHalfTheCores(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := testPasswords(t)
		for range cap(p.slots) {
			require.NoError(t, p.acquire(t.Context()))
		}

		got := make(chan error, 1)
		go func() { got <- p.acquire(t.Context()) }()
		synctest.Wait()
		require.Empty(t, got) // waits for a turn
		p.release()
		require.NoError(t, <-got)

		go func() { got <- p.acquire(t.Context()) }()
		require.ErrorIs(t, <-got, errPasswordsBusy) // after maxPasswordWait of the bubble's time

		ctx, cancel := context.WithCancel(t.Context())
		go func() { got <- p.acquire(ctx) }()
		synctest.Wait()
		cancel()
		require.ErrorIs(t, <-got, context.Canceled)
		require.Empty(t, p.waiting)
	})
}

func TestTheQueueForBcryptIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := testPasswords(t)
		for range cap(p.slots) {
			require.NoError(t, p.acquire(t.Context()))
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for range cap(p.waiting) {
			go func() { _ = p.acquire(ctx) }()
		}
		synctest.Wait()

		began := time.Now()
		_, err := p.matches(t.Context(), "", password)
		require.ErrorIs(t, err, errPasswordsBusy)
		require.Zero(t, time.Since(began))
	})
}

func TestNobodysPasswordCostsTheSame(t *testing.T) {
	t.Parallel()
	p := testPasswords(t)
	p.cost = 7
	hash, err := p.hash(t.Context(), password)
	require.NoError(t, err)
	q, err := newPasswords(7, p.hasher, p.wait, clock.System)
	require.NoError(t, err)

	cost, err := bcrypt.Cost(q.dummy)
	require.NoError(t, err)
	require.Equal(t, 7, cost)
	isRight, err := q.matches(t.Context(), "", "nobody has this password")
	require.NoError(t, err)
	require.False(t, isRight)
	isRight, err = q.matches(t.Context(), hash, password)
	require.NoError(t, err)
	require.True(t, isRight)
}

func TestAddressesAreComparedFolded(t *testing.T) {
	t.Parallel()
	want := emailKey("kata@példa.hu")
	for _, same := range []string{"Kata@Példa.HU", " kata@példa.hu\t", "kata@pe\u0301lda.hu", "ｋａｔａ@példa.hu"} {
		require.Equal(t, want, emailKey(same), same)
	}
	require.NotEqual(t, want, emailKey("kata@pelda.hu"))
}

func FuzzEmailKey(f *testing.F) {
	f.Add("Kata@Példa.hu")
	f.Add("ﬃ@ß.İ")
	f.Add("Ꮳ@b.hu")
	f.Add("\u0385") // a space and two accents, once it is normalised
	f.Fuzz(func(t *testing.T, email string) {
		key := emailKey(email)
		if again := emailKey(key); again != key {
			t.Errorf("%q folds to %q, and that to %q", email, key, again)
		}
	})
}
