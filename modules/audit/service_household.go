package audit

import "context"

// ForgetHousehold erases what a deleted household's chain says about people, in the transaction
// that deletes it. The chain stays, and can be proved as before.
func (m *Module) ForgetHousehold(ctx context.Context, householdID string) error {
	return m.svc.store.deletePersonalOf(ctx, householdID)
}
