package intent

import (
	"context"
	"fmt"
)

// deleteHousehold forgets what was said in a household, and the claims of what was done there.
func (s *store) deleteHousehold(ctx context.Context, householdID string) error {
	for _, row := range []any{&historyRow{}, &claimRow{}} {
		if err := s.db.Conn(ctx).Where("household_id = ?", householdID).Delete(row).Error; err != nil {
			return fmt.Errorf("forget household: %w", err)
		}
	}

	return nil
}
