package auth

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/text/unicode/norm"

	"homehub/platform/apperr"
	"homehub/platform/clock"
	"homehub/platform/hashing"
)

const (
	minPasswordCharacters = 10
	maxPasswordBytes      = 72 // all that bcrypt reads
)

// The bounds of the queue before bcrypt. Beyond them a login is told to come back rather than
// kept waiting: its client would have given up anyway.
const (
	maxPasswordWait       = 5 * time.Second
	maxWaitingForEachSlot = 64
)

// hasher is the part of hashing.Pool that passwords need.
type hasher interface {
	Hash(ctx context.Context, password []byte, cost int) ([]byte, error)
	Compare(ctx context.Context, hash, password []byte) error
	Close()
}

// passwords hashes and verifies with bcrypt, on half the cores at most and in time that nobody else
// wants, so that a storm of logins cannot slow down what homes are told to do.
type passwords struct {
	cost    int
	slots   chan struct{} // holds a token for each bcrypt that runs
	waiting chan struct{} // and one for each that waits
	dummy   []byte        // stands in for the hash of a user who does not exist
	wait    prometheus.Observer
	now     clock.Clock // for measuring only
	hasher  hasher
}

func newPasswords(cost int, hasher hasher, wait prometheus.Observer, now clock.Clock) (*passwords, error) {
	slots := hashing.Slots()
	dummy, err := bcrypt.GenerateFromPassword([]byte("nobody has this password"), bcrypt.MinCost)
	if err != nil {
		return nil, fmt.Errorf("make dummy hash: %w", err)
	}
	// Only the cost in the hash decides how long a comparison takes; the sum need not fit.
	copy(dummy, fmt.Sprintf("$2a$%02d$", cost))

	return &passwords{
		cost:    cost,
		slots:   make(chan struct{}, slots),
		waiting: make(chan struct{}, slots*maxWaitingForEachSlot),
		dummy:   dummy,
		wait:    wait,
		now:     now,
		hasher:  hasher,
	}, nil
}

// hash returns the bcrypt hash of a password that checkPassword let through.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	if err := p.acquire(ctx); err != nil {
		return "", err
	}
	defer p.release()
	hash, err := p.hasher.Hash(ctx, normalizePassword(password), p.cost)
	if errors.Is(err, hashing.ErrBusy) {
		return "", errPasswordsBusy.WithRetryAfter(maxPasswordWait)
	}
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}

	return string(hash), nil
}

// matches reports whether password is the one that was hashed. An empty hash is a user who
// does not exist: never a match, at the same cost.
func (p *passwords) matches(ctx context.Context, hash, password string) (bool, error) {
	if err := p.acquire(ctx); err != nil {
		return false, err
	}
	defer p.release()
	stored, given := []byte(hash), normalizePassword(password)
	isPossible := hash != "" && len(given) <= maxPasswordBytes
	if !isPossible {
		stored, given = p.dummy, given[:min(len(given), maxPasswordBytes)]
	}
	err := p.hasher.Compare(ctx, stored, given)
	if errors.Is(err, hashing.ErrBusy) {
		return false, errPasswordsBusy.WithRetryAfter(maxPasswordWait)
	}
	if err != nil && !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		return false, fmt.Errorf("compare password: %w", err)
	}

	return isPossible && err == nil, nil
}

// isOutdated reports whether hash was made at another cost than the configured one.
func (p *passwords) isOutdated(hash string) bool {
	cost, err := bcrypt.Cost([]byte(hash))

	return err != nil || cost != p.cost
}

// acquire waits for a turn, within bounds.
func (p *passwords) acquire(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		p.wait.Observe(0)
		return nil
	default:
	}
	select {
	case p.waiting <- struct{}{}:
		defer func() { <-p.waiting }()
	default:
		return errPasswordsBusy.WithRetryAfter(maxPasswordWait)
	}

	began := p.now()
	timer := time.NewTimer(maxPasswordWait)
	defer timer.Stop()
	select {
	case p.slots <- struct{}{}:
		p.wait.Observe(p.now().Sub(began).Seconds())
		return nil
	case <-timer.C:
		return errPasswordsBusy.WithRetryAfter(maxPasswordWait)
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) release() { <-p.slots }

// checkPassword judges a new password. own is what everybody knows of the person: their address
// and name.
func checkPassword(field, password string, own ...string) error {
	normal := normalizePassword(password)
	switch {
	case utf8.RuneCount(normal) < minPasswordCharacters:
		return errInvalidInput.WithFields(apperr.Field{
			Name: field, Message: fmt.Sprintf("must have at least %d characters", minPasswordCharacters),
		})
	case len(normal) > maxPasswordBytes:
		return errInvalidInput.WithFields(apperr.Field{
			Name: field, Message: fmt.Sprintf("must have at most %d bytes in UTF-8", maxPasswordBytes),
		})
	case isCommonPassword(password, own...):
		return errInvalidInput.WithFields(apperr.Field{
			Name: field, Message: "must be harder to guess: this one, or one much like it, is among the first that are tried",
		})
	}

	return nil
}

// normalizePassword makes the same typed characters the same bytes on every keyboard.
func normalizePassword(password string) []byte { return norm.NFC.Bytes([]byte(password)) }
