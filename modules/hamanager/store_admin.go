package hamanager

import (
	"context"
	"errors"
	"fmt"

	"homehub/platform/database"
)

// adminQuery asks for a page of all households' instances: those of a status, or all where it is
// empty, older than the id that ended the page before, where there is one.
type adminQuery struct {
	status Status
	before string
	limit  int
}

// listAll looks across households, for the operator, newest first.
func (s *store) listAll(ctx context.Context, q adminQuery) ([]instance, error) {
	query := s.db.Conn(ctx).Where("desired <> ?", desireRemoved)
	if q.status != "" {
		query = query.Where("status = ?", q.status)
	}
	if q.before != "" {
		query = query.Where("id < ?", q.before)
	}
	var rows []instanceRow
	if err := query.Order("id DESC").Limit(q.limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list instances: %w", database.MapError(err))
	}

	instances := make([]instance, 0, len(rows))
	for _, row := range rows {
		instances = append(instances, instance(row))
	}

	return instances, nil
}

// findByID looks across households, for the operator; nil where there is none.
func (s *store) findByID(ctx context.Context, id string) (*instance, error) {
	var row instanceRow
	err := database.MapError(s.db.Conn(ctx).Where("id = ? AND desired <> ?", id, desireRemoved).Take(&row).Error)
	if errors.Is(err, database.ErrNoRow) {
		return nil, nil //nolint:nilnil // nothing found is no error here
	}
	if err != nil {
		return nil, fmt.Errorf("find instance: %w", err)
	}

	return (*instance)(&row), nil
}
