package intent

import "context"

// ForgetHousehold deletes what was said in a household, in the transaction that deletes it.
func (m *Module) ForgetHousehold(ctx context.Context, householdID string) error {
	return m.svc.store.deleteHousehold(ctx, householdID)
}
