package hamanager

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"homehub/platform/database"
)

// abandon wants a household's instance gone with its data, whatever was wanted before; there may
// be none.
func (s *store) abandon(ctx context.Context, householdID string, at time.Time) error {
	err := s.db.Conn(ctx).Model(&instanceRow{}).Where("household_id = ?", householdID).Updates(map[string]any{
		"desired": desireRemoving, "status": statusRemoving, "message": "", "keeps_data": false,
		"generation": gorm.Expr("generation + 1"), "updated_at": at,
	}).Error
	if err != nil {
		return fmt.Errorf("abandon instance: %w", database.MapError(err))
	}

	return nil
}
