package intent

import (
	"context"

	"go.uber.org/zap"

	"homehub/platform/log"
)

// ForgetHousehold deletes what was said in a household and what is planned there, in the transaction that deletes it.
func (m *Module) ForgetHousehold(ctx context.Context, householdID string) error {
	m.svc.db.AfterCommit(ctx, func() {
		if err := forgetAnswers(context.WithoutCancel(ctx), m.svc.kv, householdID); err != nil { // they end by themselves
			log.For(ctx, m.svc.log).Warn("a deleted household's answers stay for some hours", zap.Error(err))
		}
	})

	return m.svc.store.deleteHousehold(ctx, householdID)
}

// ForgetDevice deletes the timers and plans of a device, in the transaction that removes it.
func (m *Module) ForgetDevice(ctx context.Context, householdID, deviceID string) error {
	return m.svc.store.deleteKept(ctx, householdID, deviceID)
}
