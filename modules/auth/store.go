package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"homehub/platform/database"
	"homehub/platform/identity"
)

// store holds people, households and sessions. It is auth's only way to the database.
type store struct{ db *database.DB }

type userRow struct {
	ID           string
	Email        string
	EmailKey     string
	Name         string
	NameKey      *string // see keepNameKey
	PasswordHash string
	IsAdmin      bool
	CreatedAt    time.Time
	DisabledAt   *time.Time
}

func (userRow) TableName() string { return "auth_users" }

type householdRow struct {
	ID         string
	Name       string
	Language   string
	TimeZone   string
	Country    string
	Latitude   float64
	Longitude  float64
	UnitSystem string
	CreatedAt  time.Time
	DisabledAt *time.Time
	NameKey    *string // see keepNameKey
	MaxMembers *int64  // nil: no limit, as with MaxDevices
	MaxDevices *int64
}

func (householdRow) TableName() string { return "auth_households" }

type membershipRow struct {
	HouseholdID string
	UserID      string
	Role        string
	CreatedAt   time.Time
	ExpiresAt   *time.Time
}

func (membershipRow) TableName() string { return "auth_memberships" }

// membership is a household as one of its people sees it.
type membership struct {
	HouseholdID string
	Name        string
	Role        identity.Role
	DisabledAt  *time.Time // of the household
}

func (s *store) insertUser(ctx context.Context, u *userRow) error {
	err := s.db.Conn(ctx).Create(u).Error
	if errors.Is(err, database.ErrDuplicate) {
		return errEmailTaken
	}
	if err != nil {
		return fmt.Errorf("insert user: %w", err)
	}

	return nil
}

// findUserByEmail returns nil when nobody has that address.
func (s *store) findUserByEmail(ctx context.Context, key string) (*userRow, error) {
	return s.findUser(ctx, "email_key = ?", key)
}

func (s *store) getUser(ctx context.Context, id string) (*userRow, error) {
	user, err := s.findUser(ctx, "id = ?", id)
	if err == nil && user == nil {
		return nil, errUserNotFound
	}

	return user, err
}

// holdUser is getUser; nobody takes the person away until the transaction ends.
func (s *store) holdUser(ctx context.Context, id string) (*userRow, error) {
	if s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		if err := s.db.Conn(ctx).Exec(`SELECT id FROM auth_users WHERE id = ? FOR KEY SHARE`, id).Error; err != nil {
			return nil, fmt.Errorf("hold user: %w", err)
		}
	}

	return s.getUser(ctx, id)
}

func (s *store) findUser(ctx context.Context, where string, value string) (*userRow, error) {
	var u userRow
	err := s.db.Conn(ctx).Where(where, value).Take(&u).Error
	if errors.Is(err, database.ErrNoRow) {
		return nil, nil //nolint:nilnil // find may find nothing
	}
	if err != nil {
		return nil, fmt.Errorf("find user: %w", err)
	}

	return &u, nil
}

func (s *store) hasUsers(ctx context.Context) (bool, error) {
	var ids []string
	if err := s.db.Conn(ctx).Model(&userRow{}).Limit(1).Pluck("id", &ids).Error; err != nil {
		return false, fmt.Errorf("look for users: %w", err)
	}

	return len(ids) > 0, nil
}

// updateUser sets one column of a user.
func (s *store) updateUser(ctx context.Context, id, column string, value any) error {
	res := s.db.Conn(ctx).Model(&userRow{}).Where("id = ?", id).Update(column, value)
	if res.Error != nil {
		return fmt.Errorf("update user: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return errUserNotFound
	}

	return nil
}

// replacePasswordHash writes the same password anew; errPasswordChanged where it is not the
// person's any more.
func (s *store) replacePasswordHash(ctx context.Context, id, old, hash string) error {
	res := s.db.Conn(ctx).Model(&userRow{}).Where("id = ? AND password_hash = ?", id, old).Update("password_hash", hash)
	if res.Error != nil {
		return fmt.Errorf("replace password hash: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return errInvalidCredentials.Wrap(errPasswordChanged)
	}

	return nil
}

// lockPassword makes sure that a person may still sign in with the password of that hash, and
// may until the transaction ends; errPasswordChanged where it is another, or nobody's.
func (s *store) lockPassword(ctx context.Context, id, hash string) error {
	query := `SELECT id FROM auth_users WHERE id = ? AND password_hash = ? AND disabled_at IS NULL`
	if s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		query += ` FOR SHARE`
	}
	var found []string
	if err := s.db.Conn(ctx).Raw(query, id, hash).Scan(&found).Error; err != nil {
		return fmt.Errorf("lock password: %w", err)
	}
	if len(found) == 0 {
		return errInvalidCredentials.Wrap(errPasswordChanged)
	}

	return nil
}

func (s *store) insertHousehold(ctx context.Context, h *householdRow, owner *membershipRow) error {
	if err := s.db.Conn(ctx).Create(h).Error; err != nil {
		return fmt.Errorf("insert household: %w", err)
	}
	if err := s.db.Conn(ctx).Create(owner).Error; err != nil {
		return fmt.Errorf("insert membership: %w", err)
	}

	return nil
}

// listMemberships returns a person's households that still count at the moment now, oldest
// membership first.
func (s *store) listMemberships(ctx context.Context, userID string, now time.Time) ([]membership, error) {
	var found []membership
	err := s.db.Conn(ctx).Raw(
		`SELECT m.household_id, h.name, m.role, h.disabled_at
		FROM auth_memberships m JOIN auth_households h ON h.id = m.household_id
		WHERE m.user_id = ? AND (m.expires_at IS NULL OR m.expires_at > ?)
		ORDER BY m.created_at, m.household_id`, userID, now).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list memberships: %w", err)
	}

	return found, nil
}
