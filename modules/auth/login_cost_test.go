package auth

import (
	"errors"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"
)

// Whoever does not get in has cost one comparison at the configured cost: no more and no less
// for an address that nobody has, a password that nobody can have, a login that is disabled.
func TestEveryRefusedLoginIsTheSameWork(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.register("kata")
	disabled := b.register("nora")
	b.exec(subjectMark(disabled.User.ID), "UPDATE auth_users SET disabled_at = ? WHERE id = ?", b.clock.now(), disabled.User.ID)
	var mu sync.Mutex
	var costs []int
	b.svc.passwords.hasher = judge{b.svc.passwords.hasher, func(hash, given []byte) error {
		cost, err := bcrypt.Cost(hash)
		mu.Lock()
		defer mu.Unlock()
		costs = append(costs, cost)

		return errors.Join(err, bcrypt.CompareHashAndPassword(hash, given))
	}}
	for name, login := range map[string]map[string]any{
		"wrong password":   credentials("kata", "wrong-password"),
		"unknown address":  credentials("nobody", password),
		"dummy's password": credentials("nobody", "nobody has this password"),
		"endless password": credentials("kata", strings.Repeat("x", 1000)),
		"disabled":         credentials("nora", "wrong-password"),
	} {
		costs = nil
		b.http.Post("/api/v1/auth/login", login).ExpectProblem(http.StatusUnauthorized, "auth.invalid_credentials")
		require.Equal(t, []int{b.svc.cfg.BcryptCost}, costs, name)
	}
}

// Beyond the queue a login is told to come back, at once, and homes are not kept waiting.
func TestALoginBeyondTheQueueIsToldToComeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	kata := b.register("kata")
	p := b.svc.passwords
	for range cap(p.slots) {
		require.NoError(t, p.acquire(t.Context()))
	}
	for range cap(p.waiting) {
		p.waiting <- struct{}{}
	}

	res := b.http.Post("/api/v1/auth/login", credentials("kata", password))

	res.ExpectProblem(http.StatusTooManyRequests, "auth.busy")
	require.Equal(t, "5", res.Header.Get("Retry-After"))
	b.http.As(kata.AccessToken).Get(scoped).Expect(http.StatusOK)
}

// BenchmarkRefusedLogin shows whether an address can be told from one that nobody has by how long
// its refusal takes, at the default cost. P(unknown>known) is how often the unknown one takes longer
// (0.5: it cannot be told), z how far that is from 0.5 in standard errors (beyond 3 it could).
//
//	go test ./modules/auth -run '^$' -bench RefusedLogin -benchtime 300x
func BenchmarkRefusedLogin(b *testing.B) {
	bench := setup(b, func(d *Deps) { d.Config.BcryptCost = Defaults().BcryptCost })
	bench.register("kata")
	var took [2][]float64
	names := [2]string{"kata", "nobody"}
	for i := 0; b.Loop(); i++ {
		for _, k := range []int{i % 2, 1 - i%2} { // in turns, and each first as often as the other
			began := time.Now()
			bench.http.Post("/api/v1/auth/login", credentials(names[k], "wrong-password")).Expect(http.StatusUnauthorized)
			took[k] = append(took[k], float64(time.Since(began).Microseconds())/1000)
		}
	}
	p, z := compareRanks(took[0], took[1])
	b.ReportMetric(median(took[0]), "known-ms")
	b.ReportMetric(median(took[1]), "unknown-ms")
	b.ReportMetric(p, "P(unknown>known)")
	b.ReportMetric(z, "z")
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))

	return sorted[len(sorted)/2]
}

// compareRanks is the test of Mann and Whitney, which asks nothing of how the values are spread.
func compareRanks(a, b []float64) (p, z float64) {
	var above float64
	for _, x := range a {
		for _, y := range b {
			switch {
			case y > x:
				above++
			case y == x:
				above += 0.5
			}
		}
	}
	n, m := float64(len(a)), float64(len(b))

	return above / (n * m), (above - n*m/2) / math.Sqrt(n*m*(n+m+1)/12)
}
