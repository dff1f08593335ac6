package auth

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"homehub/platform/database"
)

// adminQuery asks for a page of a list: what is searched for and the id that ended the page
// before, each empty where there is none.
type adminQuery struct {
	search, before string
	limit          int
}

// adminHousehold is a household as the operator sees it.
type adminHousehold struct {
	ID, Name                 string
	CreatedAt                time.Time
	DisabledAt               *time.Time
	MaxMembers, MaxDevices   *int64
	MemberCount, DeviceCount int64
}

// searchUsers returns the people in whose name or address the search occurs, newest first.
func (s *store) searchUsers(ctx context.Context, q adminQuery) ([]userRow, error) {
	query := s.db.Conn(ctx).Model(&userRow{})
	if q.search != "" {
		query = query.Where("("+s.position("email_key")+" > 0 OR "+s.position("name_key")+" > 0)", emailKey(q.search), nameKey(q.search))
	}
	ids, err := q.ids(query)
	if err != nil {
		return nil, fmt.Errorf("search users: %w", err)
	}
	var users []userRow
	if err := s.db.Conn(ctx).Where("id IN ?", ids).Order("id DESC").Find(&users).Error; err != nil {
		return nil, fmt.Errorf("search users: %w", err)
	}

	return users, nil
}

// position is the expression of where a text begins in a column, 0 for nowhere. Unlike LIKE it has
// no characters of special meaning, and on SQLite takes half the time.
func (s *store) position(column string) string {
	if s.db.Dialect() == database.Postgres {
		return "strpos(" + column + ", ?)"
	}

	return "instr(" + column + ", ?)"
}

// ids returns the page's ids. They come from an index alone: a search that finds little would
// otherwise read every row.
func (q adminQuery) ids(query *gorm.DB) ([]string, error) {
	if q.before != "" {
		query = query.Where("id < ?", q.before)
	}
	var ids []string
	err := query.Order("id DESC").Limit(q.limit).Pluck("id", &ids).Error

	return ids, err
}

// membershipsOf returns the households of several people that count at the moment now.
func (s *store) membershipsOf(ctx context.Context, userIDs []string, now time.Time) (map[string][]membership, error) {
	var found []struct {
		UserID     string
		Membership membership `gorm:"embedded"`
	}
	err := s.db.Conn(ctx).Raw(
		`SELECT m.user_id, m.household_id, h.name, m.role, h.disabled_at
		FROM auth_memberships m JOIN auth_households h ON h.id = m.household_id
		WHERE m.user_id IN ? AND (m.expires_at IS NULL OR m.expires_at > ?)
		ORDER BY m.created_at, m.household_id`, userIDs, now).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("list memberships: %w", err)
	}
	of := make(map[string][]membership, len(userIDs))
	for _, m := range found {
		of[m.UserID] = append(of[m.UserID], m.Membership)
	}

	return of, nil
}

// lockAdmins returns who is an operator and can sign in, and keeps them so until the transaction ends.
func (s *store) lockAdmins(ctx context.Context) ([]string, error) {
	query := `SELECT id FROM auth_users WHERE is_admin AND disabled_at IS NULL ORDER BY id`
	if s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		query += ` FOR UPDATE`
	}
	var ids []string
	if err := s.db.Conn(ctx).Raw(query).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("lock admins: %w", err)
	}

	return ids, nil
}

// searchHouseholds returns the households in whose name the search occurs, newest first.
func (s *store) searchHouseholds(ctx context.Context, q adminQuery, now time.Time) ([]adminHousehold, error) {
	query := s.db.Conn(ctx).Model(&householdRow{})
	if q.search != "" {
		query = query.Where(s.position("name_key")+" > 0", nameKey(q.search))
	}
	ids, err := q.ids(query)
	if err != nil {
		return nil, fmt.Errorf("search households: %w", err)
	}

	return s.countedHouseholds(ctx, ids, now)
}

// countedHouseholds returns households with what their quotas count, newest first.
func (s *store) countedHouseholds(ctx context.Context, ids []string, now time.Time) ([]adminHousehold, error) {
	var found []adminHousehold
	err := s.db.Conn(ctx).Raw(
		`SELECT h.id, h.name, h.created_at, h.disabled_at, h.max_members, h.max_devices,
			(SELECT count(*) FROM auth_memberships m
				WHERE m.household_id = h.id AND (m.expires_at IS NULL OR m.expires_at > ?)) AS member_count,
			(SELECT count(*) FROM auth_devices d WHERE d.household_id = h.id) AS device_count
		FROM auth_households h WHERE h.id IN ? ORDER BY h.id DESC`, now, ids).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("count members and devices: %w", err)
	}

	return found, nil
}

// listFoundingInvitations returns the operator's invitations that can still be used, newest first.
func (s *store) listFoundingInvitations(ctx context.Context, q adminQuery, now time.Time) ([]invitationRow, error) {
	query := s.db.Conn(ctx).Omit("token_hash").Where("household_id IS NULL AND used_at IS NULL AND expires_at > ?", now)
	if q.before != "" {
		query = query.Where("id < ?", q.before)
	}
	var found []invitationRow
	if err := query.Order("id DESC").Limit(q.limit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}

	return found, nil
}

// deleteFoundingInvitation takes back one that can still be used; errInvitationNotFound for any
// other, and for every household's.
func (s *store) deleteFoundingInvitation(ctx context.Context, id string, now time.Time) error {
	res := s.db.Conn(ctx).
		Where("household_id IS NULL AND id = ? AND used_at IS NULL AND expires_at > ?", id, now).Delete(&invitationRow{})
	if res.Error != nil {
		return fmt.Errorf("delete invitation: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return errInvitationNotFound
	}

	return nil
}
