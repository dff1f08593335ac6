package intent

import (
	"context"
)

// ExportTimers calls add with each of a person's timers.
func (m *Module) ExportTimers(ctx context.Context, userID string, add func(item any) error) error {
	rows, err := m.svc.store.listOwnTimers(ctx, userID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := add(ownTimer{HouseholdID: row.HouseholdID, timerItem: toTimerItem(row, m.svc.now())}); err != nil {
			return err
		}
	}

	return nil
}

// ExportPlans calls add with each of a person's plans.
func (m *Module) ExportPlans(ctx context.Context, userID string, add func(item any) error) error {
	rows, err := m.svc.store.listOwnPlans(ctx, userID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := add(ownPlan{HouseholdID: row.HouseholdID, planItem: toPlanItem(row, true)}); err != nil {
			return err
		}
	}

	return nil
}

// EraseKept forgets a person's timers and plans. It may be repeated.
func (m *Module) EraseKept(ctx context.Context, userID string) error {
	return m.svc.store.deleteKept(ctx, "", userID)
}

type ownTimer struct {
	HouseholdID string `json:"household_id"`
	timerItem
}

type ownPlan struct {
	HouseholdID string `json:"household_id"`
	planItem
}
