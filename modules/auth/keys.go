package auth

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"homehub/platform/clock"
	"homehub/platform/secret"
)

const (
	// reloadAtMostEvery bounds what tokens with made-up key ids can cost.
	reloadAtMostEvery = 10 * time.Second
	// retireMargin is how much longer than its last token a retired key is known, for clocks
	// that differ and replicas that have not yet heard of its successor.
	retireMargin = 5 * time.Minute
)

// signingKey is a key pair for access tokens. private is nil in keys that only verify.
type signingKey struct {
	kid       string
	public    ed25519.PublicKey
	private   ed25519.PrivateKey
	sealed    string // the private key as stored
	createdAt time.Time
	retireAt  *time.Time // nil while it signs
}

// keySet is the signing keys as last read; it never changes.
type keySet struct {
	all    []*signingKey // oldest first
	newest *signingKey   // signs; nil when there is none that opens
	byKID  map[string]*signingKey
}

// keys holds the signing keys of the database in memory.
type keys struct {
	store *store
	ring  *secret.Keyring
	ttl   time.Duration // of access tokens
	now   clock.Clock
	log   *zap.Logger

	present    atomic.Pointer[keySet]
	mu         sync.Mutex // one reader of the database at a time
	reloadedAt time.Time
}

// signer returns the key to sign with, and makes the first one.
func (k *keys) signer(ctx context.Context) (*signingKey, error) {
	if set := k.present.Load(); set != nil && set.newest != nil {
		return set.newest, nil
	}
	set, err := k.reload(ctx, 0)
	if err != nil {
		return nil, err
	}
	if set.newest == nil {
		if set, err = k.add(ctx); err != nil {
			return nil, err
		}
	}

	return set.newest, nil
}

// verifier returns the public key with that id. One that is not known may be another
// replica's new one, so the database is asked, but not at every stranger's word.
func (k *keys) verifier(ctx context.Context, kid string) (ed25519.PublicKey, error) {
	if key := k.present.Load().find(kid, k.now()); key != nil {
		return key.public, nil
	}
	set, err := k.reload(ctx, reloadAtMostEvery)
	if err != nil {
		return nil, err
	}
	key := set.find(kid, k.now())
	if key == nil {
		return nil, errInvalidToken.Wrap(errors.New("unknown key id"))
	}

	return key.public, nil
}

// published returns the keys whose tokens may be valid now, oldest first.
func (k *keys) published(ctx context.Context) ([]*signingKey, error) {
	if _, err := k.signer(ctx); err != nil { // so that there is one
		return nil, err
	}
	set, err := k.reload(ctx, reloadAtMostEvery)
	if err != nil {
		return nil, err
	}

	return set.all, nil
}

// isPresent reports whether tokens of a key that is in memory may still be valid.
func (k *keys) isPresent(kid string) bool { return k.present.Load().find(kid, k.now()) != nil }

// find returns a key that has not retired. Memory is read anew once in a while only, and a stolen
// key must not outlive its end there.
func (s *keySet) find(kid string, now time.Time) *signingKey {
	if s == nil {
		return nil
	}
	key := s.byKID[kid]
	if key == nil || isPast(key.retireAt, now) {
		return nil
	}

	return key
}

// reload reads the keys again unless that was done within the last atMostEvery.
func (k *keys) reload(ctx context.Context, atMostEvery time.Duration) (*keySet, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if set := k.present.Load(); set != nil && k.now().Sub(k.reloadedAt) < atMostEvery {
		return set, nil
	}

	return k.read(ctx)
}

// read replaces what is in memory; mu is held.
func (k *keys) read(ctx context.Context) (*keySet, error) {
	all, err := k.store.listSigningKeys(ctx, k.now())
	if err != nil {
		return nil, errUnavailableSignature.Wrap(err)
	}
	set := &keySet{all: all, byKID: make(map[string]*signingKey, len(all))}
	for _, key := range all {
		set.byKID[key.kid] = key
		if key.retireAt == nil {
			set.newest = key
		}
	}
	if set.newest != nil {
		if err := k.unseal(set.newest); err != nil {
			if !errors.Is(err, secret.ErrNoKeyFits) {
				return nil, errUnavailableSignature.Wrap(err)
			}
			k.log.Error("no encryption key opens the signing key; a new one takes its place", zap.String("kid", set.newest.kid))
			set.newest = nil
		}
	}
	k.present.Store(set)
	k.reloadedAt = k.now()

	return set, nil
}

func (k *keys) unseal(key *signingKey) error {
	seed, err := k.ring.Open(key.sealed)
	if err != nil {
		return fmt.Errorf("open signing key %s: %w", key.kid, err)
	}
	if len(seed) != ed25519.SeedSize {
		return fmt.Errorf("open signing key %s: it has %d bytes", key.kid, len(seed))
	}
	key.private = ed25519.NewKeyFromSeed(seed)

	return nil
}

// add makes a new key the one that signs, unless somebody else just did.
func (k *keys) add(ctx context.Context) (*keySet, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if set, err := k.read(ctx); err != nil || set.newest != nil {
		return set, err
	}
	key, err := k.generate()
	if err != nil {
		return nil, err
	}
	err = k.store.db.InTx(ctx, func(ctx context.Context) error { return k.insert(ctx, key) })
	if err != nil {
		return nil, err
	}

	return k.read(ctx)
}

// insert stores key in the caller's transaction and retires the others: what they signed
// stays valid to its end.
func (k *keys) insert(ctx context.Context, key *signingKey) error {
	if err := k.store.retireSigningKeys(ctx, key.createdAt.Add(k.ttl+retireMargin)); err != nil {
		return err
	}

	return k.store.insertSigningKey(ctx, key)
}

func (k *keys) generate() (*signingKey, error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate signing key: %w", err)
	}
	sealed, err := k.ring.Seal(private.Seed())
	if err != nil {
		return nil, fmt.Errorf("seal signing key: %w", err)
	}
	sum := sha256.Sum256(public)

	return &signingKey{kid: hex.EncodeToString(sum[:8]), public: public, private: private, sealed: sealed, createdAt: k.now()}, nil
}

// reseal encrypts the stored private keys anew with the newest encryption key.
func (k *keys) reseal(ctx context.Context) error {
	all, err := k.store.listSigningKeys(ctx, k.now())
	if err != nil {
		return err
	}
	for _, key := range all {
		if k.ring.IsCurrent(key.sealed) {
			continue
		}
		seed, err := k.ring.Open(key.sealed)
		if errors.Is(err, secret.ErrNoKeyFits) && key.retireAt != nil {
			continue // it signs no more, and its public half is all that verifying needs
		}
		if err != nil {
			return fmt.Errorf("open signing key %s: %w", key.kid, err)
		}
		sealed, err := k.ring.Seal(seed)
		if err != nil {
			return fmt.Errorf("seal signing key %s: %w", key.kid, err)
		}
		if err := k.store.updateSealedKey(ctx, key.kid, sealed); err != nil {
			return err
		}
	}

	return nil
}
