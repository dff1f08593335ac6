package hamanager

import "context"

// Abandon wants the instance of a household gone, in the transaction that deletes the household;
// the fleet removes it once that has committed.
func (m *Module) Abandon(ctx context.Context, householdID string) error {
	if err := m.svc.store.abandon(ctx, householdID, m.svc.moment()); err != nil {
		return err
	}
	m.svc.db.AfterCommit(ctx, func() { m.svc.wake(householdID) })

	return nil
}
