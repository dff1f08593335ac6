package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"homehub/platform/database"
)

// What may have become of a device that asked to be paired.
const (
	grantPending  = "pending"
	grantApproved = "approved"
	grantDenied   = "denied"
	grantRedeemed = "redeemed" // the device has been given tokens
)

type grantRow struct {
	DeviceCodeHash []byte
	UserCodeHash   []byte
	DeviceName     string
	Status         string
	DeviceID       *string
	PollInterval   int // seconds
	PolledAt       *time.Time
	CreatedAt      time.Time
	ExpiresAt      time.Time
}

func (grantRow) TableName() string { return "auth_device_grants" }

// insertGrant reports whether the user code was free.
func (s *store) insertGrant(ctx context.Context, g *grantRow) (bool, error) {
	err := s.db.Conn(ctx).Create(g).Error
	if errors.Is(err, database.ErrDuplicate) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("insert device grant: %w", err)
	}

	return true, nil
}

// lockGrantByDeviceCode returns nil where there is none. Until the transaction ends nobody else
// decides about the grant.
func (s *store) lockGrantByDeviceCode(ctx context.Context, hash []byte) (*grantRow, error) {
	return s.findGrant(ctx, "device_code_hash", hash, true)
}

// lockGrantByUserCode is lockGrantByDeviceCode for the code that people type.
func (s *store) lockGrantByUserCode(ctx context.Context, hash []byte) (*grantRow, error) {
	return s.findGrant(ctx, "user_code_hash", hash, true)
}

func (s *store) findGrant(ctx context.Context, column string, hash []byte, isLocked bool) (*grantRow, error) {
	query := `SELECT * FROM auth_device_grants WHERE ` + column + ` = ?`
	if isLocked && s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		query += ` FOR UPDATE`
	}
	var found []grantRow
	if err := s.db.Conn(ctx).Raw(query, hash).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("find device grant: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // find may find nothing
	}

	return &found[0], nil
}

// updateGrant writes what may change of a grant.
func (s *store) updateGrant(ctx context.Context, g *grantRow) error {
	err := s.db.Conn(ctx).Model(&grantRow{}).Where("device_code_hash = ?", g.DeviceCodeHash).Updates(map[string]any{
		"status": g.Status, "device_id": g.DeviceID, "poll_interval": g.PollInterval, "polled_at": g.PolledAt, "expires_at": g.ExpiresAt,
	}).Error
	if err != nil {
		return fmt.Errorf("update device grant: %w", err)
	}

	return nil
}

// deleteGrants forgets at most limit of the grants that expired before a moment; it returns how
// many.
func (s *store) deleteGrants(ctx context.Context, before time.Time, limit int) (int64, error) {
	res := s.db.Conn(ctx).Exec(
		`DELETE FROM auth_device_grants WHERE device_code_hash IN
			(SELECT device_code_hash FROM auth_device_grants WHERE expires_at < ? LIMIT ?)`, before, limit)
	if res.Error != nil {
		return 0, fmt.Errorf("delete device grants: %w", res.Error)
	}

	return res.RowsAffected, nil
}
