package intent

import "context"

// ForgetHousehold deletes what was said in a household and what is planned there, in the transaction that deletes it.
func (m *Module) ForgetHousehold(ctx context.Context, householdID string) error {
	return m.svc.store.deleteHousehold(ctx, householdID)
}

// ForgetDevice deletes the timers and plans of a device, in the transaction that removes it.
func (m *Module) ForgetDevice(ctx context.Context, householdID, deviceID string) error {
	return m.svc.store.deleteKept(ctx, householdID, deviceID)
}
