package auth

import (
	"context"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/platform/apperr"
)

const actionCreateResetToken = "auth.create_reset_token" //nolint:gosec // the name of an act

// resetPrefix lets people and secret scanners recognise a reset token.
const resetPrefix = "hhp_"

// resetTokenLife is how long the operator has to hand a token over.
const resetTokenLife = 24 * time.Hour

var errResetTokenInvalid = apperr.New(apperr.Unprocessable, "auth.reset_token_invalid", "The reset token does not exist, is used up or has ended.")

// resetToken lets whoever has it choose a person's password, once.
type resetToken struct {
	Token     string
	ExpiresAt time.Time
}

// newResetToken makes a token for the operator to hand over; one made before counts no longer.
// by is who acts, the zero value the caller in ctx; households are told.
func (s *service) newResetToken(ctx context.Context, userID string, by auditapi.Actor, households ...string) (resetToken, error) {
	now := s.moment()
	made := resetToken{Token: randomToken(resetPrefix), ExpiresAt: now.Add(resetTokenLife)}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		user, err := s.store.holdUser(ctx, userID)
		if err != nil {
			return err
		}
		row := &resetRow{TokenHash: hashToken(made.Token), UserID: user.ID, CreatedAt: now, ExpiresAt: made.ExpiresAt}
		if err := s.store.replaceResetToken(ctx, row); err != nil {
			return err
		}

		return s.recordOperator(ctx, auditapi.Event{Action: actionCreateResetToken, Actor: by, Target: user.ID}, households...)
	})
	if err != nil {
		return resetToken{}, err
	}

	return made, nil
}

// newResetTokenFor is newResetToken for the operator at the command line.
func (s *service) newResetTokenFor(ctx context.Context, email string) (resetToken, error) {
	user, err := s.store.findUserByEmail(ctx, emailKey(email))
	if err != nil {
		return resetToken{}, err
	}
	if user == nil {
		return resetToken{}, errUserNotFound
	}

	return s.newResetToken(ctx, user.ID, operator())
}

// redeemResetToken sets the password of the person whose token it is and ends all of their
// sessions. A token counts once, also when it comes twice at the same time.
func (s *service) redeemResetToken(ctx context.Context, token, password string, from client) error {
	hash := hashToken(token)
	user, err := s.store.findUserByResetToken(ctx, hash, s.moment())
	if err != nil {
		return err
	}
	if user == nil { // without hashing for nothing
		return errResetTokenInvalid
	}
	if err := checkPassword("new_password", password, user.Email, user.Name); err != nil {
		return err
	}
	passwordHash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	household, err := s.chooseHousehold(ctx, user, "")
	if err != nil {
		return err
	}

	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.replacePassword(ctx, user.ID, passwordHash); err != nil {
			return err
		}
		if err := s.store.takeResetToken(ctx, hash, s.moment()); err != nil {
			return err
		}
		e := event(actionResetPassword, user, household)
		e.Personal = map[string]string{"ip": from.IP}
		if err := s.audit.Record(ctx, e); err != nil {
			return err
		}

		return s.tellSessionEnded(ctx, user.ID, "", reasonPasswordReset)
	})
	if err != nil {
		return err
	}
	s.rights.forget(ctx, subjectMark(user.ID))

	return nil
}

// replacePassword sets a password that was given by somebody who need not know the old one:
// whoever had that is out.
func (s *service) replacePassword(ctx context.Context, userID, hash string) error {
	if err := s.store.updateUser(ctx, userID, "password_hash", hash); err != nil {
		return err
	}

	return s.store.revokeSessionsOf(ctx, userID, reasonPasswordReset, s.moment())
}
