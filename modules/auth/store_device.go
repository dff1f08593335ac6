package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"homehub/platform/database"
)

type deviceRow struct {
	ID             string
	HouseholdID    string
	Name           string
	Area           string // an id or name of the home's; empty: nowhere in particular
	AllowedDomains *string
	AllowedAreas   *string
	CreatedAt      time.Time
	LastSeenAt     *time.Time
}

func (deviceRow) TableName() string { return "auth_devices" }

// listJSON is how a list is stored that may be null, which is not empty.
func listJSON(list []string) (*string, error) {
	if list == nil {
		return nil, nil //nolint:nilnil // null is a value here
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("encode list: %w", err)
	}
	text := string(encoded)

	return &text, nil
}

func parseList(stored *string) ([]string, error) {
	if stored == nil {
		return nil, nil
	}
	list := []string{}
	if err := json.Unmarshal([]byte(*stored), &list); err != nil {
		return nil, fmt.Errorf("decode list: %w", err)
	}

	return list, nil
}

func (s *store) insertDevice(ctx context.Context, d *deviceRow) error {
	if err := s.db.Conn(ctx).Create(d).Error; err != nil {
		return fmt.Errorf("insert device: %w", err)
	}

	return nil
}

// getDevice returns errDeviceNotFound for a device of another household, too.
func (s *store) getDevice(ctx context.Context, householdID, id string) (*deviceRow, error) {
	var d deviceRow
	err := s.db.Conn(ctx).Where("household_id = ? AND id = ?", householdID, id).Take(&d).Error
	if errors.Is(err, database.ErrNoRow) {
		return nil, errDeviceNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("get device: %w", err)
	}

	return &d, nil
}

// holdDevice returns a device that nobody removes until the transaction ends; nil where there is
// none any more. It is for the device itself, whose code or token names no household.
func (s *store) holdDevice(ctx context.Context, id string) (*deviceRow, error) {
	return s.findDevice(ctx, `d.id = ?`, ` FOR KEY SHARE OF h FOR KEY SHARE OF d`, id)
}

// lockDevice returns a device that nobody else changes until the transaction ends;
// errDeviceNotFound for a device of another household, too.
func (s *store) lockDevice(ctx context.Context, householdID, id string) (*deviceRow, error) {
	d, err := s.findDevice(ctx, `d.household_id = ? AND d.id = ?`, ` FOR KEY SHARE OF h FOR UPDATE OF d`, householdID, id)
	if err == nil && d == nil {
		err = errDeviceNotFound
	}

	return d, err
}

// findDevice locks the household before the device, and both before the household's record: who
// deletes a household takes them in this order.
func (s *store) findDevice(ctx context.Context, where, lock string, args ...any) (*deviceRow, error) {
	query := `SELECT d.* FROM auth_households h JOIN auth_devices d ON d.household_id = h.id WHERE ` + where
	if s.db.Dialect() == database.Postgres { // on SQLite, the transaction itself is the lock
		query += lock
	}
	var found []deviceRow
	if err := s.db.Conn(ctx).Raw(query, args...).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("find device: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // find may find nothing
	}

	return &found[0], nil
}

// listDevices returns at most limit devices of a household, newest first: those whose id is below
// the cursor, and only the one with the id only, where these are given.
func (s *store) listDevices(ctx context.Context, householdID, only, below string, limit int) ([]deviceRow, error) {
	query := s.db.Conn(ctx).Where("household_id = ?", householdID)
	if only != "" {
		query = query.Where("id = ?", only)
	}
	if below != "" {
		query = query.Where("id < ?", below)
	}
	var found []deviceRow
	if err := query.Order("id DESC").Limit(limit).Find(&found).Error; err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}

	return found, nil
}

// updateDevice writes what people may change of a locked device.
func (s *store) updateDevice(ctx context.Context, d *deviceRow) error {
	err := s.db.Conn(ctx).Model(&deviceRow{}).Where("household_id = ? AND id = ?", d.HouseholdID, d.ID).Updates(map[string]any{
		"name": d.Name, "area": d.Area, "allowed_domains": d.AllowedDomains, "allowed_areas": d.AllowedAreas,
	}).Error
	if err != nil {
		return fmt.Errorf("update device: %w", err)
	}

	return nil
}

// touchDevice notes when a device was last here.
func (s *store) touchDevice(ctx context.Context, id string, at time.Time) error {
	err := s.db.Conn(ctx).Exec(
		`UPDATE auth_devices SET last_seen_at = ? WHERE id = ? AND (last_seen_at IS NULL OR last_seen_at < ?)`, at, id, at).Error
	if err != nil {
		return fmt.Errorf("touch device: %w", err)
	}

	return nil
}

// deleteDevice removes a locked device with its sessions: whoever gives it tokens holds it, so
// these are all.
func (s *store) deleteDevice(ctx context.Context, d *deviceRow) error {
	if err := s.deleteSessions(ctx, `device_id = ?`, d.ID); err != nil {
		return err
	}
	if err := s.db.Conn(ctx).Exec(`DELETE FROM auth_devices WHERE id = ?`, d.ID).Error; err != nil {
		return fmt.Errorf("delete device: %w", err)
	}

	return nil
}
