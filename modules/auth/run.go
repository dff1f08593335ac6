package auth

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"
)

const (
	// reloadKeysEvery bounds how long a replica signs with a key that another one retired.
	reloadKeysEvery = time.Minute
	cleanEvery      = time.Hour
	cleanBatch      = 500
)

// DemoLogin is how to sign in to the demonstration household.
type DemoLogin struct {
	Email, Password string
	HouseholdID     string
}

// EnsureDemo makes a demonstration household with a random password, only in a database
// without any user; nil elsewhere.
func (m *Module) EnsureDemo(ctx context.Context) (*DemoLogin, error) { return m.svc.ensureDemo(ctx) }

// Run keeps the signing keys fresh and forgets what has ended, until ctx ends.
func (m *Module) Run(ctx context.Context) error {
	if err := m.svc.fillNameKeys(ctx); err != nil && ctx.Err() == nil {
		m.svc.log.Warn("some names cannot be searched for", zap.Error(err))
	}
	reload, clean, sightings := time.NewTicker(reloadKeysEvery), time.NewTicker(cleanEvery), time.NewTicker(keepSightingsEvery)
	defer reload.Stop()
	defer clean.Stop()
	defer sightings.Stop()
	var apart sync.WaitGroup // what may take long, or may not wait for it
	apart.Go(func() { m.svc.runErasures(ctx) })
	apart.Go(func() { m.svc.rights.run(ctx) })
	defer apart.Wait()
	defer m.svc.passwords.hasher.Close()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-reload.C:
			if _, err := m.svc.keys.reload(ctx, 0); err != nil && ctx.Err() == nil {
				m.svc.log.Warn("signing keys were not read anew", zap.Error(err))
			}
		case <-sightings.C:
			m.svc.keepSightings(ctx)
		case <-clean.C:
			if err := m.svc.clean(ctx); err != nil && ctx.Err() == nil {
				m.svc.log.Warn("ended sessions were not cleaned up", zap.Error(err))
			}
		}
	}
}

// clean forgets sessions, tokens, invitations and memberships some time after their end, in batches that nobody waits
// long for. A used refresh token is remembered for as long as an unused one could live.
func (s *service) clean(ctx context.Context) error {
	before := s.moment().Add(-s.cfg.SessionIdle)
	for _, forget := range []func(ctx context.Context, before time.Time, limit int) (int64, error){
		s.store.deleteEnded, s.store.deleteEndedInvitations,
	} {
		for {
			n, err := forget(ctx, before, cleanBatch)
			if err != nil {
				return err
			}
			if n == 0 {
				break
			}
		}
	}

	return errors.Join(s.cleanGrants(ctx), s.store.deleteRetiredKeys(ctx, s.now()), s.store.deleteEndedResetTokens(ctx, s.moment()), ctx.Err())
}
