package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
	"homehub/platform/secret"
)

// operator is who acts on the command line.
func operator() auditapi.Actor {
	return auditapi.Actor{Kind: string(identity.System), ID: "operator"}
}

// operatorEvent is an act of the operator, for the operator's chain.
func operatorEvent(action, target string) auditapi.Event {
	return auditapi.Event{
		HouseholdID: auditapi.OperatorChain, Action: action, Outcome: auditapi.OK, Actor: operator(), Target: target,
	}
}

// createUser makes a person for the operator, whatever registration says; with a household
// of their own unless the operator wants none.
func (s *service) createUser(ctx context.Context, n newcomer, isAdmin, hasHousehold bool) (*login, error) {
	n, err := n.check()
	if err != nil {
		return nil, err
	}
	user, err := s.newUser(ctx, n)
	if err != nil {
		return nil, err
	}
	user.IsAdmin = isAdmin

	made := &login{User: user}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.insertUser(ctx, user); err != nil {
			return err
		}
		if hasHousehold {
			var err error
			if made.Household, err = s.foundHousehold(ctx, user, s.newHousehold(n.HouseholdName), operator()); err != nil {
				return err
			}
		}
		e := operatorEvent(actionCreateUser, user.ID)
		e.Details = map[string]any{"is_admin": isAdmin}
		e.Personal = map[string]string{"email": user.Email}

		return s.audit.Record(ctx, e)
	})

	return made, err
}

// setUser changes a person for the operator at the command line, who may leave no operator: a
// login that is in the wrong hands must be closed, and the next one is made here, too.
func (s *service) setUser(ctx context.Context, email string, want userChanges) error {
	return s.withUser(ctx, email, func(ctx context.Context, user *userRow) error {
		return s.applyToUser(ctx, user, want, operator())
	})
}

// resetPassword sets a password and ends all sessions: whoever had the old one is out, a reset
// token that is still about included.
func (s *service) resetPassword(ctx context.Context, email, password string) error {
	user, err := s.store.findUserByEmail(ctx, emailKey(email))
	if err != nil {
		return err
	}
	if user == nil {
		return errUserNotFound
	}
	if err := checkPassword("password", password, user.Email, user.Name); err != nil {
		return err
	}
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}

	return s.withUser(ctx, email, func(ctx context.Context, user *userRow) error {
		if err := s.replacePassword(ctx, user.ID, hash); err != nil {
			return err
		}
		if err := s.store.deleteResetTokensOf(ctx, user.ID); err != nil {
			return err
		}
		if err := s.audit.Record(ctx, operatorEvent(actionResetPassword, user.ID)); err != nil {
			return err
		}

		return s.tellSessionEnded(ctx, user.ID, "", reasonPasswordReset)
	})
}

// withUser finds a person by address and changes them in one transaction.
func (s *service) withUser(ctx context.Context, email string, change func(ctx context.Context, user *userRow) error) error {
	var user *userRow
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var err error
		if user, err = s.store.findUserByEmail(ctx, emailKey(email)); err != nil {
			return err
		}
		if user == nil {
			return errUserNotFound
		}

		return change(ctx, user)
	})
	if err != nil {
		return err
	}
	s.rights.forget(ctx, subjectMark(user.ID))
	if err := s.rights.bell.ring(); err != nil {
		s.log.Warn("a running server hears of the change late", zap.Duration("within", rightsTTL), zap.Error(err))
	}

	return nil
}

// rotateSigningKey puts a new key in use; what the old one signed stays valid to its end.
func (s *service) rotateSigningKey(ctx context.Context) error {
	key, err := s.keys.generate()
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.keys.insert(ctx, key); err != nil {
			return err
		}
		e := operatorEvent(actionRotateKeys, key.kid)
		e.Details = map[string]any{"kind": "signing"}

		return s.audit.Record(ctx, e)
	})
	if err != nil {
		return err
	}
	_, err = s.keys.reload(ctx, 0)

	return err
}

// rotateEncryptionKeys makes a new encryption key, seals every secret in the database with
// it, and then drops the old ones. Keys that the settings give are the operator's to add and
// drop; only the sealing is done for them, and isFixed says so. Interrupted, it can be run
// again: the old keys go last.
func (s *service) rotateEncryptionKeys(ctx context.Context) (isFixed bool, err error) {
	err = s.ring.Rotate() //nolint:contextcheck // waits for a file at most, and not for long
	isFixed = errors.Is(err, secret.ErrFixedKeys)
	if err != nil && !isFixed {
		return false, fmt.Errorf("rotate encryption keys: %w", err)
	}
	for _, reseal := range append([]func(context.Context) error{s.keys.reseal}, s.resealers...) {
		if err := reseal(ctx); err != nil {
			return isFixed, fmt.Errorf("seal secrets anew: %w", err)
		}
	}
	if !isFixed {
		if err := s.ring.Retire(); err != nil { //nolint:contextcheck // as above
			return false, fmt.Errorf("retire encryption keys: %w", err)
		}
	}
	e := operatorEvent(actionRotateKeys, "")
	e.Details = map[string]any{"kind": "encryption"}

	return isFixed, s.audit.Record(ctx, e)
}

// demoEmail is the address of the demonstration household's owner; .invalid is nobody's.
const demoEmail = "demo@homehub.invalid"

// ensureDemo makes the demonstration household where nobody has a login yet; nil elsewhere.
func (s *service) ensureDemo(ctx context.Context) (*DemoLogin, error) {
	hasUsers, err := s.store.hasUsers(ctx)
	if err != nil || hasUsers {
		return nil, err
	}
	password := rand.Text()
	made, err := s.createUser(ctx, newcomer{
		Email: demoEmail, Password: password, Name: "Bemutató", HouseholdName: "Bemutató otthon",
	}, false, true)
	if errors.Is(err, errEmailTaken) { // another process was faster
		return nil, nil //nolint:nilnil // documented: nil where there is nothing to tell
	}
	if err != nil {
		return nil, fmt.Errorf("make the demonstration household: %w", err)
	}
	s.log.Info("made a demonstration household", zap.String("household_id", made.Household.HouseholdID))

	return &DemoLogin{Email: demoEmail, Password: password, HouseholdID: made.Household.HouseholdID}, nil
}
