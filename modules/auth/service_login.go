package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
	"homehub/platform/log"
)

// login signs a person in. Which of address and password was wrong shows neither in the
// answer nor in how long it takes.
func (s *service) login(ctx context.Context, email, password, householdID string, from client) (*login, error) {
	l, err := s.tryLogin(ctx, email, password, householdID, from)
	s.metrics.logins.WithLabelValues(loginOutcome(err)).Inc()

	return l, err
}

func loginOutcome(err error) string {
	switch {
	case err == nil:
		return loginOK
	case errors.Is(err, errInvalidCredentials), errors.Is(err, errHouseholdNotFound):
		return loginInvalid
	case errors.Is(err, errTooManyFailures):
		return loginLimited
	case errors.Is(err, errPasswordsBusy):
		return loginBusy
	case errors.Is(err, errUserDisabled), errors.Is(err, errHouseholdDisabled):
		return loginDisabled
	default:
		return loginError
	}
}

func (s *service) tryLogin(ctx context.Context, email, password, householdID string, from client) (*login, error) {
	key := emailKey(email)
	user, err := s.findLogin(ctx, key)
	if err != nil {
		return nil, err
	}
	attempts := attemptsKey(user)
	if err := s.count(ctx, attempts, s.loginFailures, errTooManyFailures); err != nil {
		return nil, err
	}
	if err := s.checkCredentials(ctx, user, password, from); err != nil {
		return nil, err
	}
	l, err := s.signIn(ctx, user, householdID, from)
	if errors.Is(err, errPasswordChanged) { // by a reset, or by another login that brought its cost up to date
		if user, err = s.findLogin(ctx, key); err == nil {
			err = s.checkCredentials(ctx, user, password, from)
		}
		if err == nil {
			l, err = s.signIn(ctx, user, householdID, from)
		}
	}
	if !errors.Is(err, errInvalidCredentials) {
		s.forgetCount(ctx, attempts)
	}

	return l, err
}

// findLogin returns the person with that address: where there is none nobody, who takes the
// same way at the same cost.
func (s *service) findLogin(ctx context.Context, key string) (*userRow, error) {
	user, err := s.store.findUserByEmail(ctx, key)
	if err == nil && user == nil {
		user = &userRow{Email: key, EmailKey: key}
	}

	return user, err
}

// signIn starts a session for a person whose password was right. Checking it took its time:
// a password that was reset meanwhile, to lock somebody out, starts no session any more.
func (s *service) signIn(ctx context.Context, user *userRow, householdID string, from client) (*login, error) {
	household, err := s.chooseHousehold(ctx, user, householdID)
	if err != nil {
		return nil, err
	}
	if _, err := s.keys.signer(ctx); err != nil {
		return nil, err
	}

	var l *login
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.lockPassword(ctx, user.ID, user.PasswordHash); err != nil {
			return err
		}
		e := event(actionLogin, user, household)
		e.Personal = map[string]string{"ip": from.IP}
		if err := s.audit.Record(ctx, e); err != nil {
			return err
		}
		l, err = s.startSession(ctx, user, household, from)

		return err
	})
	if err != nil {
		return nil, err
	}

	return l, s.addAccessToken(ctx, l)
}

// checkCredentials judges the password of a person, or of nobody.
func (s *service) checkCredentials(ctx context.Context, user *userRow, password string, from client) error {
	isRight, err := s.passwords.matches(ctx, user.PasswordHash, password)
	if err != nil {
		return err
	}
	if !isRight {
		if err := s.recordRefusedLogin(ctx, user, from); err != nil {
			return err
		}

		return errInvalidCredentials
	}
	if user.DisabledAt != nil {
		return errUserDisabled
	}
	s.rehash(ctx, user, password)

	return nil
}

// recordRefusedLogin tells the household of a person that somebody tried their address; an
// address that nobody has is the operator's business. The address itself is not kept: nobody
// could have it erased, and some type their password there. The client may be gone by now.
func (s *service) recordRefusedLogin(ctx context.Context, user *userRow, from client) error {
	ctx = context.WithoutCancel(ctx)
	household, err := s.chooseHousehold(ctx, user, "")
	if err != nil {
		return err
	}
	e := event(actionLogin, user, household)
	e.Outcome = auditapi.Refused
	e.Actor = auditapi.Actor{Kind: string(identity.User)} // whoever it was
	e.Personal = map[string]string{"ip": from.IP}

	return s.audit.Record(ctx, e)
}

// rehash brings the hash to the configured cost while the password is at hand.
func (s *service) rehash(ctx context.Context, user *userRow, password string) {
	if !s.passwords.isOutdated(user.PasswordHash) {
		return
	}
	hash, err := s.passwords.hash(ctx, password)
	if err == nil {
		err = s.store.replacePasswordHash(ctx, user.ID, user.PasswordHash, hash)
	}
	if err != nil { // the next login tries again
		log.For(ctx, s.log).Warn("a password keeps its old cost", zap.Error(err))

		return
	}
	user.PasswordHash = hash
}

// attemptsKey is where the failures of an account are counted, without its address. They are
// failures to guess one password: whoever gets another, from whichever process, starts anew.
func attemptsKey(user *userRow) string {
	sum := sha256.Sum256([]byte(user.EmailKey + "\x00" + user.PasswordHash))

	return "auth:attempts:" + hex.EncodeToString(sum[:16])
}

// chooseHousehold returns the person's household with that id, or else the first that is not
// disabled; nil for a person without any.
func (s *service) chooseHousehold(ctx context.Context, user *userRow, householdID string) (*membership, error) {
	all, err := s.store.listMemberships(ctx, user.ID, s.moment())
	if err != nil {
		return nil, err
	}
	for i, m := range all {
		isWanted := householdID == m.HouseholdID
		switch {
		case isWanted && m.DisabledAt != nil:
			return nil, errHouseholdDisabled
		case isWanted, householdID == "" && m.DisabledAt == nil:
			return &all[i], nil
		}
	}
	if householdID != "" {
		return nil, errHouseholdNotFound
	}

	return nil, nil //nolint:nilnil // a person may have none
}
