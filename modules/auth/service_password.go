package auth

import (
	"context"
	"errors"

	"homehub/modules/audit/auditapi"
	"homehub/platform/apperr"
	"homehub/platform/identity"
)

const actionChangePassword = "auth.change_password"

const reasonPasswordChanged = "password_changed"

// errWrongPassword is no 401: the caller is who they are, and refreshing would not help.
var errWrongPassword = apperr.New(apperr.Forbidden, "auth.wrong_password", "The current password is wrong.")

// changePassword sets the caller's password and ends all their other sessions.
func (s *service) changePassword(ctx context.Context, caller identity.Principal, current, renewed string, from client) error {
	err := s.tryChangePassword(ctx, caller, current, renewed, from)
	if errors.Is(err, errPasswordChanged) { // a login brought its cost up to date: look again
		err = s.tryChangePassword(ctx, caller, current, renewed, from)
	}

	return err
}

func (s *service) tryChangePassword(ctx context.Context, caller identity.Principal, current, renewed string, from client) error {
	user, err := s.confirmPassword(ctx, caller, actionChangePassword, current, from)
	if err != nil {
		return err
	}
	if err := checkPassword("new_password", renewed, user.Email, user.Name); err != nil {
		return err
	}
	hash, err := s.passwords.hash(ctx, renewed)
	if err != nil {
		return err
	}

	err = s.db.InTx(ctx, func(ctx context.Context) error {
		// First: a login that is on its way has committed its session by then, or finds another password.
		if err := s.store.replacePasswordHash(ctx, user.ID, user.PasswordHash, hash); err != nil {
			return err
		}
		if err := s.store.revokeOtherSessions(ctx, user.ID, caller.SessionID, reasonPasswordChanged, s.moment()); err != nil {
			return err
		}
		if err := s.store.deleteResetTokensOf(ctx, user.ID); err != nil {
			return err
		}

		err := s.audit.Record(ctx, auditapi.Event{
			HouseholdID: chainOf(caller.HouseholdID), Action: actionChangePassword, Outcome: auditapi.OK,
			Target: user.ID, Personal: map[string]string{"ip": from.IP},
		})
		if err != nil {
			return err
		}

		return s.tellSessionEnded(ctx, user.ID, "", reasonPasswordChanged)
	})
	if err != nil {
		return err
	}
	s.rights.forget(ctx, subjectMark(user.ID))

	return nil
}

// confirmPassword returns the caller as they are stored when the password given is theirs. A
// wrong one counts as a failed login, so that a borrowed session cannot be used for guessing.
func (s *service) confirmPassword(ctx context.Context, caller identity.Principal, action, password string, from client) (*userRow, error) {
	user, err := s.store.getUser(ctx, caller.ID)
	if err != nil {
		return nil, err
	}
	attempts := attemptsKey(user)
	if err := s.count(ctx, attempts, s.loginFailures, errTooManyFailures); err != nil {
		return nil, err
	}
	isRight, err := s.passwords.matches(ctx, user.PasswordHash, password)
	if err != nil {
		return nil, err
	}
	if isRight {
		s.forgetCount(ctx, attempts)

		return user, nil
	}
	err = s.audit.Record(context.WithoutCancel(ctx), auditapi.Event{
		HouseholdID: chainOf(caller.HouseholdID), Action: action, Outcome: auditapi.Refused,
		Target: user.ID, Personal: map[string]string{"ip": from.IP},
	})
	if err != nil {
		return nil, err
	}

	return nil, errWrongPassword
}
