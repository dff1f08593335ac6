package audit

import (
	"context"
	"fmt"
)

// deletePersonalOf erases what a whole chain says about people.
func (s *store) deletePersonalOf(ctx context.Context, householdID string) error {
	err := s.db.Conn(ctx).Exec(`DELETE FROM audit_personal WHERE household_id = ?`, householdID).Error
	if err != nil {
		return fmt.Errorf("erase personal values: %w", err)
	}

	return nil
}
