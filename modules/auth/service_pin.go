package auth

import (
	"context"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
	"homehub/platform/kv"
)

const (
	actionSetPIN    = "auth.set_pin"
	actionRemovePIN = "auth.remove_pin"
	actionCheckPIN  = "auth.check_pin"
)

// householdPINs is how many times a caller's guesses all callers of a household have together.
const householdPINs = 2

// setPIN gives the household a PIN in the place of the one it may have. Its form is the
// contract's to check.
func (s *service) setPIN(ctx context.Context, caller identity.Principal, pin string) error {
	hash, err := s.passwords.hash(ctx, pin)
	if err != nil {
		return err
	}

	return s.changePIN(ctx, caller, actionSetPIN, hash)
}

// removePIN leaves devices without the right to what is risky.
func (s *service) removePIN(ctx context.Context, caller identity.Principal) error {
	return s.changePIN(ctx, caller, actionRemovePIN, "")
}

func (s *service) changePIN(ctx context.Context, caller identity.Principal, action, hash string) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.updateHousehold(ctx, caller.HouseholdID, map[string]any{"pin_hash": hash}); err != nil {
			return err
		}

		return s.audit.Record(ctx, auditapi.Event{
			HouseholdID: caller.HouseholdID, Action: action, Outcome: auditapi.OK, Target: caller.HouseholdID,
		})
	})
	if err != nil {
		return err
	}
	s.rights.forget(ctx, householdMark(caller.HouseholdID))

	return nil
}

// CheckPIN reports whether pin is the PIN of the caller's household; never where that has none.
// Wrong ones are recorded, and limited for the caller and for the household: beyond that the
// error is a apperr.RateLimited that says when again. A right one frees both.
func (m *Module) CheckPIN(ctx context.Context, caller identity.Principal, pin string) (bool, error) {
	return m.svc.checkPIN(ctx, caller, pin)
}

func (s *service) checkPIN(ctx context.Context, caller identity.Principal, pin string) (bool, error) {
	hash, err := s.store.getPINHash(ctx, caller.HouseholdID)
	if err != nil || hash == "" {
		return false, err
	}
	ofHousehold := kv.Limit{
		Count: householdPINs * s.pinFailures.Count, Period: s.pinFailures.Period, Burst: householdPINs * s.pinFailures.Burst,
	}
	byCaller, byHousehold := "auth:pins:caller:"+caller.ID, "auth:pins:household:"+caller.HouseholdID
	if err := s.count(ctx, byCaller, s.pinFailures, errTooManyPINs); err != nil {
		return false, err
	}
	if err := s.count(ctx, byHousehold, ofHousehold, errTooManyPINs); err != nil {
		return false, err
	}
	isRight, err := s.passwords.matches(ctx, hash, pin)
	if err != nil {
		return false, err
	}
	if isRight {
		s.forgetCount(ctx, byCaller, byHousehold)

		return true, nil
	}

	return false, s.audit.Record(context.WithoutCancel(ctx), auditapi.Event{
		HouseholdID: caller.HouseholdID, Action: actionCheckPIN, Outcome: auditapi.Refused, Target: caller.HouseholdID,
		Actor: auditapi.Actor{Kind: string(caller.Kind), ID: caller.ID, Name: caller.Name},
	})
}
