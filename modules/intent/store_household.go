package intent

import (
	"context"
	"fmt"
)

// deleteHousehold forgets what was said in a household, the claims of what was done there, and its
// timers and plans.
func (s *store) deleteHousehold(ctx context.Context, householdID string) error {
	for _, row := range []any{&historyRow{}, &claimRow{}, &timerRow{}, &plannedRow{}} {
		if err := s.db.Conn(ctx).Where("household_id = ?", householdID).Delete(row).Error; err != nil {
			return fmt.Errorf("forget household: %w", err)
		}
	}

	return nil
}
