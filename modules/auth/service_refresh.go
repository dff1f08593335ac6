package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/platform/events"
	"homehub/platform/identity"
)

// refresh exchanges a refresh token of a person or a device for its successor and a new access
// token. Within the grace time, and for a device until the successor is first used, the same
// token gets the same successor, so that a lost answer costs nobody the session; after that,
// somebody else has the token, and the session ends.
func (s *service) refresh(ctx context.Context, kind identity.Kind, presented string, from client) (*issued, error) {
	if _, err := s.keys.signer(ctx); err != nil {
		return nil, err
	}
	var r refreshed
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var err error
		r, err = s.exchange(ctx, kind, presented, from)

		return err
	})
	err = s.finishReuse(ctx, r.session, from, err)
	s.metrics.refreshes.WithLabelValues(refreshOutcome(r, err)).Inc()
	if err != nil {
		return nil, err
	}

	if r.session.DeviceID != nil {
		s.sight(ctx, *r.session.DeviceID)
	}
	out := r.issued
	out.AccessToken, out.ExpiresIn, err = s.tokens.issue(ctx, claimsOf(r.session, r.role))

	return &out, err
}

// claimsOf is what a session's access tokens say.
func claimsOf(session *sessionRow, role identity.Role) claims {
	c := claims{SessionID: session.ID, HouseholdID: session.HouseholdID, Role: role}
	if session.DeviceID != nil {
		c.Subject, c.DeviceID = *session.DeviceID, *session.DeviceID
	} else if session.UserID != nil {
		c.Subject = *session.UserID
	}

	return c
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
func (s *service) exchange(ctx context.Context, kind identity.Kind, presented string, from client) (refreshed, error) {
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
	if r.session.Kind != string(kind) {
		return refreshed{}, errInvalidRefresh // each kind has a route of its own, with rules of its own
	}
	now := s.moment()
	if err := s.judgeRefresh(ctx, token, r.session, now); err != nil {
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
func (s *service) judgeRefresh(ctx context.Context, token *refreshRow, session *sessionRow, now time.Time) error {
	switch {
	case session.hasEnded(now):
		return errSessionEnded
	case session.DeviceID != nil && token.UsedAt != nil:
		return s.judgeRepeat(ctx, token)
	case session.DeviceID != nil:
		return nil // a tablet may lie in a drawer for years
	case token.UsedAt != nil && now.Sub(*token.UsedAt) > s.cfg.RefreshGrace:
		return errRefreshReused
	case token.UsedAt == nil && now.Sub(token.IssuedAt) > s.cfg.SessionIdle:
		return errSessionEnded
	}

	return nil
}

// judgeRepeat lets a device repeat a token until it has used the successor: however long it was
// without a network, the answer may never have reached it.
func (s *service) judgeRepeat(ctx context.Context, token *refreshRow) error {
	isUsed, err := s.store.isRefreshTokenUsed(ctx, token.SuccessorHash)
	if err != nil {
		return err
	}
	if isUsed {
		return errRefreshReused
	}

	return nil
}

// roleFor returns what the person of a session is in its household now; empty when they are
// no longer in it, which the next request will notice. A device that was removed has no session.
func (s *service) roleFor(ctx context.Context, session *sessionRow) (identity.Role, error) {
	if session.DeviceID != nil {
		r, err := s.store.getDeviceRights(ctx, session.ID, session.HouseholdID)
		if err != nil {
			return "", err
		}

		return r.Role, nil
	}
	r, err := s.store.getRights(ctx, session.ID, session.HouseholdID)
	switch {
	case err != nil:
		return "", err
	case r.IsDisabled:
		return "", errSessionEnded
	}

	return r.Role, nil
}

// finishReuse ends the session where err says that its token was used before, and returns err.
func (s *service) finishReuse(ctx context.Context, session *sessionRow, from client, err error) error {
	if !errors.Is(err, errRefreshReused) {
		return err
	}
	if failure := s.endReused(context.WithoutCancel(ctx), session, from); failure != nil {
		return failure // the session goes on until the next try, so this must not look like its end
	}

	return err
}

// endReused ends a session whose token came back too late, and records it. It runs after the
// refusal was rolled back, so that the end outlives it.
func (s *service) endReused(ctx context.Context, session *sessionRow, from client) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		isEnded, err := s.store.revokeSession(ctx, session.ID, reasonReused, s.moment())
		if err != nil || !isEnded {
			return err
		}

		err = s.audit.Record(ctx, auditapi.Event{
			HouseholdID: chainOf(session.HouseholdID),
			Action:      actionReuseRefresh,
			Outcome:     auditapi.Refused,
			Actor:       auditapi.Actor{Kind: session.Kind}, // whoever it was
			Target:      session.subject(),                  // so that the address can be erased with the person
			Details:     map[string]any{"session_id": session.ID},
			Personal:    map[string]string{"ip": from.IP},
		})
		switch {
		case err != nil:
			return err
		case session.UserID != nil:
			return s.tellSessionEnded(ctx, *session.UserID, session.ID, reasonReused)
		}

		return s.events.Publish(ctx, events.Event{
			HouseholdID: session.HouseholdID, Kind: events.SessionEnded, Audience: events.Adults, Data: deviceReuse(session),
		})
	})
	s.rights.forget(ctx, sessionMark(session.ID))

	return err
}

// deviceReuse is what is told of a device's session that ended because its token was used twice.
func deviceReuse(session *sessionRow) map[string]any {
	data := map[string]any{"session_id": session.ID, "reason": reasonReused}
	if session.DeviceID != nil {
		data["device_id"] = *session.DeviceID
	}

	return data
}
