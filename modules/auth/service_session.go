package auth

import (
	"context"
	"time"

	"github.com/google/uuid"

	"homehub/modules/audit/auditapi"
	"homehub/platform/apperr"
	"homehub/platform/identity"
)

const actionEndSession = "auth.end_session"

var errSessionNotFound = apperr.New(apperr.NotFound, "auth.session_not_found", "There is no such session.")

// startSession stores a new session with its first refresh token, in the caller's transaction.
func (s *service) startSession(ctx context.Context, user *userRow, household *membership, from client) (*login, error) {
	now := s.moment()
	ends := now.Add(s.cfg.SessionMaxAge)
	session := &sessionRow{
		ID: identity.NewID(), Kind: string(identity.User), UserID: &user.ID,
		CreatedAt: now, LastUsedAt: now, ExpiresAt: &ends, IP: from.IP, UserAgent: from.UserAgent,
	}
	if household != nil {
		session.HouseholdID = household.HouseholdID
	}
	token := newRefreshToken()
	first := &refreshRow{Hash: hashToken(token), SessionID: session.ID, IssuedAt: now}
	if err := s.store.insertSession(ctx, session, first); err != nil {
		return nil, err
	}

	return &login{
		issued:    issued{RefreshToken: token, RefreshExpiresIn: s.refreshExpiresIn(session, now), session: session},
		User:      user,
		Household: household,
	}, nil
}

// addAccessToken completes a login.
func (s *service) addAccessToken(ctx context.Context, l *login) error {
	c := claims{Subject: l.User.ID, SessionID: l.session.ID, HouseholdID: l.session.HouseholdID}
	if l.Household != nil {
		c.Role = l.Household.Role
	}
	var err error
	l.AccessToken, l.ExpiresIn, err = s.tokens.issue(ctx, c)

	return err
}

// endless is what a device is told of the end of its refresh token, which has none.
const endless = 10 * 365 * 24 * time.Hour

// refreshExpiresIn is how long a token issued now can be used: the idle time, unless the
// session ends before; a device's for as long as anybody cares to count.
func (s *service) refreshExpiresIn(session *sessionRow, now time.Time) time.Duration {
	if session.DeviceID != nil {
		return endless
	}
	idle := s.cfg.SessionIdle
	if session.ExpiresAt == nil {
		return idle
	}

	return min(idle, session.ExpiresAt.Sub(now))
}

// chainOf is a household's chain, or the operator's where there is no household.
func chainOf(householdID string) string {
	if householdID == "" {
		return auditapi.OperatorChain
	}

	return householdID
}

// logout ends the caller's session, or all of the person's.
func (s *service) logout(ctx context.Context, caller identity.Principal, everywhere bool) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var err error
		if everywhere {
			err = s.store.revokeSessionsOf(ctx, caller.ID, reasonLogout, s.moment())
		} else {
			_, err = s.store.revokeSession(ctx, caller.SessionID, reasonLogout, s.moment())
		}
		if err != nil {
			return err
		}

		err = s.audit.Record(ctx, auditapi.Event{
			HouseholdID: chainOf(caller.HouseholdID),
			Action:      actionLogout,
			Outcome:     auditapi.OK,
			Target:      caller.SessionID,
			Details:     map[string]any{"everywhere": everywhere},
		})
		if err != nil {
			return err
		}
		ended := caller.SessionID
		if everywhere {
			ended = ""
		}

		return s.tellSessionEnded(ctx, caller.ID, ended, reasonLogout)
	})
	if err != nil {
		return err
	}
	mark := sessionMark(caller.SessionID)
	if everywhere {
		mark = subjectMark(caller.ID)
	}
	s.rights.forget(ctx, mark)

	return nil
}

// listSessions returns a page of the caller's sessions that have not ended. cursor is the last
// id of the page before.
func (s *service) listSessions(ctx context.Context, caller identity.Principal, limit int, cursor string) (page []sessionRow, next string, err error) {
	if cursor != "" && uuid.Validate(cursor) != nil {
		return nil, "", errInvalidInput.WithFields(apperr.Field{Name: "cursor", Message: "must come from next_cursor"})
	}
	now := s.moment()
	page, err = s.store.listSessions(ctx, sessionQuery{
		userID: caller.ID, now: now, usedAfter: now.Add(-s.cfg.SessionIdle), before: cursor, limit: limit + 1,
	})
	if err != nil {
		return nil, "", err
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].ID
	}

	return page, next, nil
}

// endSession ends one of the caller's sessions, their present one if they like.
func (s *service) endSession(ctx context.Context, caller identity.Principal, id string) error {
	if uuid.Validate(id) != nil {
		return errSessionNotFound
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.revokeOwnSession(ctx, caller.ID, id, reasonLogout, s.moment()); err != nil {
			return err
		}

		err := s.audit.Record(ctx, auditapi.Event{
			HouseholdID: chainOf(caller.HouseholdID), Action: actionEndSession, Outcome: auditapi.OK, Target: id,
		})
		if err != nil {
			return err
		}

		return s.tellSessionEnded(ctx, caller.ID, id, reasonLogout)
	})
	if err != nil {
		return err
	}
	s.rights.forget(ctx, sessionMark(id))

	return nil
}
