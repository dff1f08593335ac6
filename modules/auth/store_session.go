package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"homehub/platform/database"
	"homehub/platform/identity"
)

type sessionRow struct {
	ID            string
	Kind          string
	UserID        *string
	DeviceID      *string
	HouseholdID   string
	CreatedAt     time.Time
	LastUsedAt    time.Time
	ExpiresAt     *time.Time
	IP            string
	UserAgent     string
	RevokedAt     *time.Time
	RevokedReason string
}

func (sessionRow) TableName() string { return "auth_sessions" }

// subject is the person or device whose session it is.
func (s *sessionRow) subject() string {
	switch {
	case s.UserID != nil:
		return *s.UserID
	case s.DeviceID != nil:
		return *s.DeviceID
	default:
		return ""
	}
}

// hasEnded reports whether the session is over, by decision or by age.
func (s *sessionRow) hasEnded(now time.Time) bool {
	return s.RevokedAt != nil || isPast(s.ExpiresAt, now)
}

// isPast reports whether a moment has come; nil never does.
func isPast(at *time.Time, now time.Time) bool { return at != nil && !now.Before(*at) }

type refreshRow struct {
	Hash          []byte
	SessionID     string
	IssuedAt      time.Time
	UsedAt        *time.Time
	SuccessorHash []byte
}

func (refreshRow) TableName() string { return "auth_refresh_tokens" }

func (s *store) insertSession(ctx context.Context, session *sessionRow, first *refreshRow) error {
	if err := s.db.Conn(ctx).Create(session).Error; err != nil {
		return fmt.Errorf("insert session: %w", err)
	}

	return s.insertRefreshToken(ctx, first)
}

func (s *store) insertRefreshToken(ctx context.Context, t *refreshRow) error {
	if err := s.db.Conn(ctx).Create(t).Error; err != nil {
		return fmt.Errorf("insert refresh token: %w", err)
	}

	return nil
}

// lockRefreshToken returns the token with that hash and keeps others from using it until the
// transaction ends; nil when there is none.
func (s *store) lockRefreshToken(ctx context.Context, hash []byte) (*refreshRow, error) {
	query := `SELECT hash, session_id, issued_at, used_at, successor_hash FROM auth_refresh_tokens WHERE hash = ?`
	if s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		query += ` FOR UPDATE`
	}
	var found []refreshRow
	if err := s.db.Conn(ctx).Raw(query, hash).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("find refresh token: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // find may find nothing
	}

	return &found[0], nil
}

func (s *store) useRefreshToken(ctx context.Context, hash, successorHash []byte, at time.Time) error {
	err := s.db.Conn(ctx).Model(&refreshRow{}).Where("hash = ?", hash).
		Updates(map[string]any{"used_at": at, "successor_hash": successorHash}).Error
	if err != nil {
		return fmt.Errorf("use refresh token: %w", err)
	}

	return nil
}

// isRefreshTokenUsed reports whether the token with that hash was exchanged; one that is not there
// any more was.
func (s *store) isRefreshTokenUsed(ctx context.Context, hash []byte) (bool, error) {
	var unused []string
	err := s.db.Conn(ctx).Raw(`SELECT session_id FROM auth_refresh_tokens WHERE hash = ? AND used_at IS NULL`, hash).Scan(&unused).Error
	if err != nil {
		return false, fmt.Errorf("find successor: %w", err)
	}

	return len(unused) == 0, nil
}

// getSession returns errSessionEnded where there is none.
func (s *store) getSession(ctx context.Context, id string) (*sessionRow, error) {
	var session sessionRow
	err := s.db.Conn(ctx).Where("id = ?", id).Take(&session).Error
	if errors.Is(err, database.ErrNoRow) {
		return nil, errSessionEnded
	}
	if err != nil {
		return nil, fmt.Errorf("get session: %w", err)
	}

	return &session, nil
}

func (s *store) touchSession(ctx context.Context, id string, at time.Time, from client) error {
	err := s.db.Conn(ctx).Model(&sessionRow{}).Where("id = ?", id).
		Updates(map[string]any{"last_used_at": at, "ip": from.IP, "user_agent": from.UserAgent}).Error
	if err != nil {
		return fmt.Errorf("touch session: %w", err)
	}

	return nil
}

// limitSession makes a session end at a moment.
func (s *store) limitSession(ctx context.Context, id string, at time.Time) error {
	if err := s.db.Conn(ctx).Model(&sessionRow{}).Where("id = ?", id).Update("expires_at", at).Error; err != nil {
		return fmt.Errorf("limit session: %w", err)
	}

	return nil
}

// revokeSession ends a session; one that has ended already keeps its reason. It reports
// whether it was this call that ended it.
func (s *store) revokeSession(ctx context.Context, id, reason string, at time.Time) (bool, error) {
	res := s.db.Conn(ctx).Model(&sessionRow{}).Where("id = ? AND revoked_at IS NULL", id).
		Updates(map[string]any{"revoked_at": at, "revoked_reason": reason})
	if res.Error != nil {
		return false, fmt.Errorf("revoke session: %w", res.Error)
	}

	return res.RowsAffected > 0, nil
}

// revokeSessionsOf ends all sessions of a person.
func (s *store) revokeSessionsOf(ctx context.Context, userID, reason string, at time.Time) error {
	return s.revokeOtherSessions(ctx, userID, "", reason, at)
}

// revokeOtherSessions ends all sessions of a person but one.
func (s *store) revokeOtherSessions(ctx context.Context, userID, keptID, reason string, at time.Time) error {
	err := s.db.Conn(ctx).Model(&sessionRow{}).Where("user_id = ? AND id <> ? AND revoked_at IS NULL", userID, keptID).
		Updates(map[string]any{"revoked_at": at, "revoked_reason": reason}).Error
	if err != nil {
		return fmt.Errorf("revoke sessions: %w", err)
	}

	return nil
}

// sessionQuery is one page of a person's sessions that have not ended, newest first.
type sessionQuery struct {
	userID    string
	now       time.Time
	usedAfter time.Time // what was last used before has ended by itself
	before    string    // an id; empty: from the newest
	limit     int
}

func (s *store) listSessions(ctx context.Context, q sessionQuery) ([]sessionRow, error) {
	query := s.db.Conn(ctx).
		Where("user_id = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) AND last_used_at > ?",
			q.userID, q.now, q.usedAfter)
	if q.before != "" {
		query = query.Where("id < ?", q.before)
	}
	var found []sessionRow
	if err := query.Order("id DESC").Limit(q.limit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}

	return found, nil
}

// revokeOwnSession ends a session of a person's; errSessionNotFound where it is somebody
// else's, has ended, or never was.
func (s *store) revokeOwnSession(ctx context.Context, userID, id, reason string, at time.Time) error {
	res := s.db.Conn(ctx).Model(&sessionRow{}).Where("user_id = ? AND id = ? AND revoked_at IS NULL", userID, id).
		Updates(map[string]any{"revoked_at": at, "revoked_reason": reason})
	if res.Error != nil {
		return fmt.Errorf("revoke session: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return errSessionNotFound
	}

	return nil
}

// deleteSessions removes sessions. Their tokens go first, the order in which a refresh locks them.
func (s *store) deleteSessions(ctx context.Context, where, id string) error {
	for _, statement := range []string{
		`DELETE FROM auth_refresh_tokens WHERE session_id IN (SELECT id FROM auth_sessions WHERE ` + where + `)`,
		`DELETE FROM auth_sessions WHERE ` + where,
	} {
		if err := s.db.Conn(ctx).Exec(statement, id).Error; err != nil {
			return fmt.Errorf("delete sessions: %w", err)
		}
	}

	return nil
}

// deleteEnded forgets what can no longer matter, at most limit rows of each kind: sessions
// that were over before a moment, and tokens that were used before it, unless a
// device may still repeat them. It returns how many.
func (s *store) deleteEnded(ctx context.Context, before time.Time, limit int) (int64, error) {
	tokens := s.db.Conn(ctx).Exec(
		`DELETE FROM auth_refresh_tokens WHERE hash IN (SELECT t.hash FROM auth_refresh_tokens t WHERE t.used_at < ?
			AND NOT EXISTS (SELECT 1 FROM auth_refresh_tokens n JOIN auth_sessions s ON s.id = n.session_id
				WHERE n.hash = t.successor_hash AND n.used_at IS NULL AND s.kind = ?) LIMIT ?)`,
		before, string(identity.Device), limit)
	if tokens.Error != nil {
		return 0, fmt.Errorf("delete used refresh tokens: %w", tokens.Error)
	}
	sessions := s.db.Conn(ctx).Exec(
		`DELETE FROM auth_sessions WHERE id IN (SELECT id FROM auth_sessions
			WHERE last_used_at < ? AND (revoked_at < ? OR expires_at < ?) LIMIT ?)`,
		before, before, before, limit)
	if sessions.Error != nil {
		return 0, fmt.Errorf("delete ended sessions: %w", sessions.Error)
	}

	return tokens.RowsAffected + sessions.RowsAffected, nil
}
