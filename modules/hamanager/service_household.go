package hamanager

import "context"

// Abandon wants the instance of a household gone, in the transaction that deletes the household.
// The fleet's next round after the commit removes it.
func (m *Module) Abandon(ctx context.Context, householdID string) error {
	return m.svc.store.abandon(ctx, householdID, m.svc.now())
}
