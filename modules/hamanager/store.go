package hamanager

import (
	"context"
	"errors"
	"fmt"
	"time"

	"homehub/platform/database"
)

// store holds instances. It is this module's only way to the database.
type store struct{ db *database.DB }

// instanceRow is an instance under gorm's eyes.
type instanceRow instance

func (instanceRow) TableName() string { return "hamanager_instances" }

// insert adds a household's instance; errExists where there is one.
func (s *store) insert(ctx context.Context, i instance) error {
	row := instanceRow(i)
	err := database.MapError(s.db.Conn(ctx).Create(&row).Error)
	if errors.Is(err, database.ErrDuplicate) {
		return errExists
	}
	if err != nil {
		return fmt.Errorf("insert instance: %w", err)
	}

	return nil
}

// find returns nil where the household has none.
func (s *store) find(ctx context.Context, householdID string) (*instance, error) {
	var row instanceRow
	err := database.MapError(s.db.Conn(ctx).Where("household_id = ?", householdID).Take(&row).Error)
	if errors.Is(err, database.ErrNoRow) {
		return nil, nil //nolint:nilnil // nothing found is no error here
	}
	if err != nil {
		return nil, fmt.Errorf("find instance: %w", err)
	}

	return (*instance)(&row), nil
}

// list returns the instances of the given households, or of all where none are given. Only
// the reconciler and the rotation of keys look across households.
func (s *store) list(ctx context.Context, householdIDs ...string) ([]instance, error) {
	query := s.db.Conn(ctx).Order("created_at, id")
	if len(householdIDs) > 0 {
		query = query.Where("household_id IN ?", householdIDs)
	}

	var rows []instanceRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list instances: %w", database.MapError(err))
	}

	instances := make([]instance, 0, len(rows))
	for _, row := range rows {
		instances = append(instances, instance(row))
	}

	return instances, nil
}

// update writes an instance that was changed, one generation on; errChanged where somebody
// else was faster.
func (s *store) update(ctx context.Context, i instance) error {
	row := instanceRow(i)
	row.Generation++
	result := s.db.Conn(ctx).Model(&instanceRow{}).Select("*").Omit("id", "household_id", "created_at").
		Where("household_id = ? AND id = ? AND generation = ?", i.HouseholdID, i.ID, i.Generation).Updates(&row)

	return oneRow("update instance", result.RowsAffected, result.Error)
}

// progress is what a running instance learns about itself.
type progress struct {
	Status    Status
	Message   string
	HAVersion string
	ReadyAt   *time.Time
}

// saveProgress stores it, unless the instance was changed since: then it no longer matters.
func (s *store) saveProgress(ctx context.Context, i instance, p progress, at time.Time) error {
	changes := map[string]any{"status": p.Status, "message": p.Message, "updated_at": at}
	if p.HAVersion != "" {
		changes["ha_version"] = p.HAVersion
	}
	if p.ReadyAt != nil {
		changes["ready_at"] = *p.ReadyAt
	}

	return s.change(ctx, "save progress", i, changes)
}

// saveCredentials stores what onboarding made. Both values are sealed.
func (s *store) saveCredentials(ctx context.Context, i instance) error {
	return s.change(ctx, "save credentials", i, map[string]any{
		"username": i.Username, "password": i.Password, "token": i.Token,
	})
}

// change writes some columns of the instance's present generation; errChanged where there is
// a newer one.
func (s *store) change(ctx context.Context, what string, i instance, columns map[string]any) error {
	result := s.db.Conn(ctx).Model(&instanceRow{}).
		Where("household_id = ? AND id = ? AND generation = ?", i.HouseholdID, i.ID, i.Generation).Updates(columns)

	return oneRow(what, result.RowsAffected, result.Error)
}

// reseal replaces sealed values that are still the ones read.
func (s *store) reseal(ctx context.Context, before, after instance) error {
	err := s.db.Conn(ctx).Model(&instanceRow{}).
		Where("household_id = ? AND token = ? AND password = ?", before.HouseholdID, before.Token, before.Password).
		Updates(map[string]any{"token": after.Token, "password": after.Password}).Error
	if err != nil {
		return fmt.Errorf("reseal instance: %w", database.MapError(err))
	}

	return nil
}

// remove deletes the row of an instance that is gone.
func (s *store) remove(ctx context.Context, i instance) error {
	err := s.db.Conn(ctx).
		Where("household_id = ? AND id = ? AND generation = ?", i.HouseholdID, i.ID, i.Generation).
		Delete(&instanceRow{}).Error
	if err != nil {
		return fmt.Errorf("remove instance: %w", database.MapError(err))
	}

	return nil
}

func oneRow(what string, affected int64, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, database.MapError(err))
	}
	if affected == 0 {
		return errChanged
	}

	return nil
}
