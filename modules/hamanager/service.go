package hamanager

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/internal/address"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/events"
	"homehub/platform/identity"
	"homehub/platform/log"
	"homehub/platform/secret"
)

// The audited acts.
const (
	actionCreate  = "hamanager.create_instance"
	actionLink    = "hamanager.link_instance"
	actionStart   = "hamanager.start_instance"
	actionStop    = "hamanager.stop_instance"
	actionRestart = "hamanager.restart_instance"
	actionUpgrade = "hamanager.upgrade_instance"
	actionRemove  = "hamanager.remove_instance"
	actionOnboard = "hamanager.onboard_instance"
)

// service holds the rules about instances. It changes what is wanted; the fleet makes it so.
type service struct {
	cfg     Config
	policy  address.Policy
	db      *database.DB
	store   *store
	keyring *secret.Keyring
	audit   Recorder
	events  events.Publisher
	places  Places // nil: every household lives in the default place
	log     *zap.Logger
	now     clock.Clock
	// wake tells the fleet that a household's instance was changed, or is about to be.
	wake func(householdID string)
}

// provision gives a new household its instance, in the transaction that makes the household.
func (s *service) provision(ctx context.Context, householdID string) error {
	if s.cfg.Kind == kindNone {
		return nil
	}
	defer s.wake(householdID) // the row shows when the transaction commits; the fleet waits for it

	return s.db.InTx(ctx, func(ctx context.Context) error {
		i := s.newInstance(householdID, s.cfg.Kind)
		if err := s.store.insert(ctx, i); err != nil {
			return err
		}

		return s.record(ctx, i, actionCreate, auditapi.Actor{Kind: string(identity.System)})
	})
}

// moment is the time in UTC, as exactly as every database keeps it.
func (s *service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

func (s *service) newInstance(householdID, kind string) instance {
	now := s.moment()

	return instance{
		ID: identity.NewID(), HouseholdID: householdID, Kind: kind, Desired: desireRunning,
		Generation: 1, Status: statusQueued, CreatedAt: now, UpdatedAt: now,
	}
}

// getInstance returns the household's instance; errNotFound where there is none.
func (s *service) getInstance(ctx context.Context, householdID string) (instance, error) {
	i, err := s.store.find(ctx, householdID)
	if err != nil {
		return instance{}, err
	}
	if i == nil || i.Desired == desireRemoved {
		return instance{}, errNotFound
	}

	return *i, nil
}

// createInstance makes an instance of the kind, or of the configured one where kind is empty.
// Data that an earlier one left behind on purpose is found again.
func (s *service) createInstance(ctx context.Context, caller identity.Principal, kind string) (instance, error) {
	if kind == "" {
		kind = s.cfg.Kind
	}

	created := s.newInstance(caller.HouseholdID, kind)
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.hold(ctx, caller.HouseholdID); err != nil {
			return err
		}
		kept, err := s.store.find(ctx, caller.HouseholdID)
		if err != nil {
			return err
		}
		switch {
		case kept != nil && kept.Desired != desireRemoved:
			return errExists
		case kind != kindVirtual:
			return errKind
		case kept == nil:
			err = s.store.insert(ctx, created)
		default:
			created.ID, created.Generation = kept.ID, kept.Generation
			created.Username, created.Password, created.Token = kept.Username, kept.Password, kept.Token
			err = s.update(ctx, &created)
		}
		if err != nil {
			return err
		}

		if err := s.record(ctx, created, actionCreate, auditapi.Actor{}); err != nil {
			return err
		}

		return s.tellChange(ctx, instance{}, created)
	})
	if err != nil {
		return instance{}, err
	}
	s.wake(caller.HouseholdID)

	return created, nil
}

// hold keeps a household: it may have been deleted since the caller was let in, and nobody would
// be left to take a new instance away.
func (s *service) hold(ctx context.Context, householdID string) error {
	if s.places == nil {
		return nil
	}

	return s.places.Hold(ctx, householdID)
}

// startInstance wants it to run.
func (s *service) startInstance(ctx context.Context, caller identity.Principal) (instance, error) {
	return s.change(ctx, caller, actionStart, func(i *instance) error {
		if i.Desired != desireRunning {
			i.Desired, i.Status, i.Message = desireRunning, statusStarting, ""
		}

		return nil
	})
}

// stopInstance wants it to rest; what it knows stays.
func (s *service) stopInstance(ctx context.Context, caller identity.Principal) (instance, error) {
	return s.change(ctx, caller, actionStop, func(i *instance) error {
		if i.Desired != desireStopped {
			i.Desired, i.Status, i.Message = desireStopped, statusStopping, ""
		}

		return nil
	})
}

// restartInstance stops and starts it: a linked one is connected to anew.
func (s *service) restartInstance(ctx context.Context, caller identity.Principal) (instance, error) {
	return s.change(ctx, caller, actionRestart, func(i *instance) error {
		i.Desired, i.Status, i.Message = desireRunning, statusStarting, ""

		return nil
	})
}

// upgradeInstance is for instances that homehub installs by itself.
func (s *service) upgradeInstance(ctx context.Context, caller identity.Principal) (instance, error) {
	return s.change(ctx, caller, actionUpgrade, func(*instance) error { return errNotThis })
}

// removeInstance takes it away; keepData leaves what a new one could go on with.
func (s *service) removeInstance(ctx context.Context, caller identity.Principal, keepData bool) (instance, error) {
	return s.change(ctx, caller, actionRemove, func(i *instance) error {
		i.Desired, i.Status, i.Message = desireRemoving, statusRemoving, ""
		i.KeepsData = keepData && i.Kind != kindLinked // nothing of a linked one is kept here

		return nil
	})
}

// change edits the household's instance in one transaction with its audit entry.
func (s *service) change(
	ctx context.Context, caller identity.Principal, action string, edit func(*instance) error,
) (instance, error) {
	var changed instance
	err := s.db.InTx(ctx, func(ctx context.Context) (err error) {
		if changed, err = s.getInstance(ctx, caller.HouseholdID); err != nil {
			return err
		}
		if changed.Desired == desireRemoving {
			return errRemoving
		}
		before := changed
		if err := edit(&changed); err != nil {
			return err
		}
		if err := s.update(ctx, &changed); err != nil {
			return err
		}
		if err := s.record(ctx, changed, action, auditapi.Actor{}); err != nil {
			return err
		}

		return s.tellChange(ctx, before, changed)
	})
	if err != nil {
		return instance{}, err
	}
	s.wake(caller.HouseholdID)

	return changed, nil
}

// update stores a changed instance as its next generation.
func (s *service) update(ctx context.Context, i *instance) error {
	i.UpdatedAt = s.moment()
	if err := s.store.update(ctx, *i); err != nil {
		return err
	}
	i.Generation++

	return nil
}

func (s *service) record(ctx context.Context, i instance, action string, by auditapi.Actor) error {
	err := s.audit.Record(ctx, auditapi.Event{
		HouseholdID: i.HouseholdID, Action: action, Outcome: auditapi.OK, Actor: by, Target: i.ID,
		Details: map[string]any{"kind": i.Kind},
	})
	if err != nil {
		return fmt.Errorf("record %s: %w", action, err)
	}

	return nil
}

// tellChange tells the household where its instance has changed as far as a person sees it. What
// is about to go says so last when it is removing.
func (s *service) tellChange(ctx context.Context, before, after instance) error {
	if before.Kind == after.Kind && before.Status == after.Status && before.Message == after.Message {
		return nil
	}

	return s.events.Publish(ctx, events.Event{
		HouseholdID: after.HouseholdID, Kind: events.InstanceChanged, Audience: events.Everybody,
		Data: map[string]any{
			"kind": after.Kind, "status": after.Status, "message": after.Message, "is_simulated": after.isSimulated(),
		},
	})
}

// resealTokens seals every secret anew that an older key has sealed.
func (s *service) resealTokens(ctx context.Context) error {
	instances, err := s.store.list(ctx)
	if err != nil {
		return err
	}

	for _, before := range instances {
		after := before
		if after.Token, err = s.resealed(before.Token); err == nil {
			after.Password, err = s.resealed(before.Password)
		}
		if err != nil {
			return fmt.Errorf("reseal secrets of instance %s: %w", before.ID, err)
		}
		if after == before {
			continue
		}
		if err := s.store.reseal(ctx, before, after); err != nil {
			return err
		}
	}
	log.For(ctx, s.log).Info("instance secrets are sealed with the newest key", zap.Int("instances", len(instances)))

	return nil
}

func (s *service) resealed(sealed string) (string, error) {
	if sealed == "" || s.keyring.IsCurrent(sealed) {
		return sealed, nil
	}
	plain, err := s.keyring.Open(sealed)
	if err != nil {
		return "", err
	}

	return s.keyring.Seal(plain)
}
