package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
)

// refresh exchanges a refresh token for its successor and a new access token. Within the
// grace time the same token gets the same successor, so that a lost answer costs nobody the
// session; after it, somebody else has the token, and the session ends.
func (s *service) refresh(ctx context.Context, presented string, from client) (*issued, error) {
	if _, err := s.keys.signer(ctx); err != nil {
		return nil, err
	}
	var r refreshed
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var err error
		r, err = s.exchange(ctx, presented, from)

		return err
	})
	if errors.Is(err, errRefreshReused) {
		if failure := s.endReused(context.WithoutCancel(ctx), r.session, from); failure != nil {
			err = failure // the session goes on until the next try, so this must not look like its end
		}
	}
	s.metrics.refreshes.WithLabelValues(refreshOutcome(r, err)).Inc()
	if err != nil {
		return nil, err
	}

	out := r.issued
	c := claims{Subject: *r.session.UserID, SessionID: r.session.ID, HouseholdID: r.session.HouseholdID, Role: r.role}
	out.AccessToken, out.ExpiresIn, err = s.tokens.issue(ctx, c)

	return &out, err
}

// refreshed is what exchanging a refresh token came to.
type refreshed struct {
	issued

	role       identity.Role
	isRepeated bool
}

func refreshOutcome(r refreshed, err error) string {
	switch {
	case err == nil && r.isRepeated:
		return refreshRepeated
	case err == nil:
		return refreshRotated
	case errors.Is(err, errRefreshReused):
		return refreshReused
	case errors.Is(err, errInvalidRefresh), errors.Is(err, errSessionEnded):
		return refreshInvalid
	default:
		return refreshError
	}
}

// exchange judges the token and, the first time, stores its successor's hash. The row is
// locked, so of many at once one stores and the others repeat.
func (s *service) exchange(ctx context.Context, presented string, from client) (refreshed, error) {
	hash := hashToken(presented)
	token, err := s.store.lockRefreshToken(ctx, hash)
	if err != nil {
		return refreshed{}, err
	}
	if token == nil {
		return refreshed{}, errInvalidRefresh
	}
	r := refreshed{isRepeated: token.UsedAt != nil}
	if r.session, err = s.store.getSession(ctx, token.SessionID); err != nil {
		return r, err
	}
	now := s.moment()
	if err := s.judgeRefresh(token, r.session, now); err != nil {
		return r, err
	}
	if r.role, err = s.roleFor(ctx, r.session); err != nil {
		return r, err
	}

	successor := successorOf(s.refreshKey, presented)
	r.RefreshToken, r.RefreshExpiresIn = successor, s.refreshExpiresIn(r.session, now)
	if r.isRepeated {
		if subtle.ConstantTimeCompare(token.SuccessorHash, hashToken(successor)) != 1 {
			return r, errInvalidRefresh // the refresh key was changed in between
		}

		return r, nil
	}
	if err := s.store.useRefreshToken(ctx, hash, hashToken(successor), now); err != nil {
		return r, err
	}
	err = s.store.insertRefreshToken(ctx, &refreshRow{Hash: hashToken(successor), SessionID: r.session.ID, IssuedAt: now})
	if err != nil {
		return r, err
	}

	return r, s.store.touchSession(ctx, r.session.ID, now, from)
}

// judgeRefresh says whether a token may be exchanged now.
func (s *service) judgeRefresh(token *refreshRow, session *sessionRow, now time.Time) error {
	switch {
	case session.hasEnded(now), session.UserID == nil:
		return errSessionEnded
	case token.UsedAt != nil && now.Sub(*token.UsedAt) > s.cfg.RefreshGrace:
		return errRefreshReused
	case token.UsedAt == nil && now.Sub(token.IssuedAt) > s.cfg.SessionIdle:
		return errSessionEnded
	}

	return nil
}

// roleFor returns what the person of a session is in its household now; empty when they are
// no longer in it, which the next request will notice.
func (s *service) roleFor(ctx context.Context, session *sessionRow) (identity.Role, error) {
	r, err := s.store.getRights(ctx, session.ID, session.HouseholdID)
	switch {
	case err != nil:
		return "", err
	case r.IsDisabled:
		return "", errSessionEnded
	}

	return r.Role, nil
}

// endReused ends a session whose token came back too late, and records it. It runs after the
// refusal was rolled back, so that the end outlives it.
func (s *service) endReused(ctx context.Context, session *sessionRow, from client) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		isEnded, err := s.store.revokeSession(ctx, session.ID, reasonReused, s.moment())
		if err != nil || !isEnded {
			return err
		}

		return s.audit.Record(ctx, auditapi.Event{
			HouseholdID: chainOf(session.HouseholdID),
			Action:      actionReuseRefresh,
			Outcome:     auditapi.Refused,
			Actor:       auditapi.Actor{Kind: session.Kind}, // whoever it was
			Target:      session.ID,
			Personal:    map[string]string{"ip": from.IP},
		})
	})
	s.rights.forget(ctx, sessionMark(session.ID))

	return err
}
