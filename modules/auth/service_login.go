package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
	"homehub/platform/kv"
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
	if err := s.countAttempt(ctx, key); err != nil {
		return nil, err
	}
	user, err := s.checkCredentials(ctx, key, password, from)
	if err != nil {
		return nil, err
	}
	l, err := s.signIn(ctx, user, householdID, from)
	if errors.Is(err, errPasswordChanged) { // by a reset, or by another login that brought its cost up to date
		if user, err = s.checkCredentials(ctx, key, password, from); err == nil {
			l, err = s.signIn(ctx, user, householdID, from)
		}
	}
	if !errors.Is(err, errInvalidCredentials) {
		s.forgetAttempts(ctx, key)
	}

	return l, err
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

// checkCredentials returns the person with that address and password.
func (s *service) checkCredentials(ctx context.Context, key, password string, from client) (*userRow, error) {
	user, err := s.store.findUserByEmail(ctx, key)
	if err != nil {
		return nil, err
	}
	if user == nil {
		user = &userRow{Email: key} // nobody, who takes the same way at the same cost
	}
	isRight, err := s.passwords.matches(ctx, user.PasswordHash, password)
	if err != nil {
		return nil, err
	}
	if !isRight {
		if err := s.recordRefusedLogin(ctx, user, from); err != nil {
			return nil, err
		}

		return nil, errInvalidCredentials
	}
	if user.DisabledAt != nil {
		return nil, errUserDisabled
	}
	s.rehash(ctx, user, password)

	return user, nil
}

// recordRefusedLogin tells the household of a person that somebody tried their address; an
// address that nobody has is the operator's business. The client may be gone by now.
func (s *service) recordRefusedLogin(ctx context.Context, user *userRow, from client) error {
	ctx = context.WithoutCancel(ctx)
	household, err := s.chooseHousehold(ctx, user, "")
	if err != nil {
		return err
	}
	e := event(actionLogin, user, household)
	e.Outcome = auditapi.Refused
	e.Actor = auditapi.Actor{Kind: string(identity.User)} // whoever it was
	e.Personal = map[string]string{"email": user.Email, "ip": from.IP}

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

// countAttempt judges a login by how many of the same address failed before. Attempts count
// before they are judged, so that many at once are not more than one after the other.
func (s *service) countAttempt(ctx context.Context, key string) error {
	if s.loginFailures.Count == 0 {
		return nil
	}
	decision, err := s.kv.Allow(ctx, attemptsKey(key), s.loginFailures)
	if err != nil { // neither open nor shut while kv is away: each replica counts for itself
		if decision, err = s.local.Allow(ctx, attemptsKey(key), s.loginFailures); err != nil {
			return err
		}
	}
	if !decision.Allowed {
		return errTooManyFailures.WithRetryAfter(decision.RetryAfter)
	}

	return nil
}

func (s *service) forgetAttempts(ctx context.Context, key string) {
	for _, store := range []kv.Store{s.kv, s.local} {
		if err := store.Delete(ctx, attemptsKey(key)); err != nil {
			log.For(ctx, s.log).Debug("failed logins stay counted", zap.Error(err))
		}
	}
}

// attemptsKey keeps the address itself out of kv.
func attemptsKey(emailKey string) string {
	sum := sha256.Sum256([]byte(emailKey))

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
