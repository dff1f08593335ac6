package intent

import (
	"context"

	"github.com/google/uuid"

	"homehub/modules/audit/auditapi"
	"homehub/platform/apperr"
	"homehub/platform/identity"
)

const (
	actionCancelTimer = "intent.cancel_timer"
	actionCancelPlan  = "intent.cancel_plan"
)

var (
	errNoTimer = apperr.New(apperr.NotFound, "intent.timer_not_found", "There is no such timer.")
	errNoPlan  = apperr.New(apperr.NotFound, "intent.plan_not_found", "There is no such plan.")
)

// listTimerItems returns a page of the timers that the caller may see.
func (s *service) listTimerItems(ctx context.Context, caller identity.Principal, limit int, cursor string) ([]timerItem, *string, error) {
	q, err := keptPage(caller, limit, cursor)
	if err != nil {
		return nil, nil, err
	}
	rows, err := s.store.listTimers(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	rows, next := cutPage(rows, limit, func(row timerRow) string { return row.ID })
	items := make([]timerItem, len(rows))
	for i, row := range rows {
		items[i] = toTimerItem(row, s.now())
	}

	return items, next, nil
}

// listPlanItems returns a page of the plans that the caller may see.
func (s *service) listPlanItems(ctx context.Context, caller identity.Principal, limit int, cursor string) ([]planItem, *string, error) {
	q, err := keptPage(caller, limit, cursor)
	if err != nil {
		return nil, nil, err
	}
	rows, err := s.store.listPlans(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	rows, next := cutPage(rows, limit, func(row plannedRow) string { return row.ID })
	items := make([]planItem, len(rows))
	for i, row := range rows {
		items[i] = toPlanItem(row, row.OwnerID == caller.ID)
	}

	return items, next, nil
}

func keptPage(caller identity.Principal, limit int, cursor string) (keptQuery, error) {
	if cursor != "" && uuid.Validate(cursor) != nil {
		return keptQuery{}, errInvalidCursor
	}

	return keptQuery{householdID: caller.HouseholdID, ownerID: ownOnly(caller), before: cursor, limit: limit + 1}, nil
}

// cutPage leaves of one row too many the cursor of the next page.
func cutPage[T any](rows []T, limit int, id func(T) string) ([]T, *string) {
	if len(rows) <= limit {
		return rows, nil
	}
	next := id(rows[limit-1])

	return rows[:limit], &next
}

// cancelTimer ends a timer without a sound; errNoTimer also where it is not the caller's to end.
func (s *service) cancelTimer(ctx context.Context, caller identity.Principal, id string) error {
	return s.cancelKept(ctx, caller, id, cancelling{table: &timerRow{}, action: actionCancelTimer, missing: errNoTimer})
}

// cancelPlan forgets a plan; errNoPlan also where it is not the caller's to cancel.
func (s *service) cancelPlan(ctx context.Context, caller identity.Principal, id string) error {
	return s.cancelKept(ctx, caller, id, cancelling{table: &plannedRow{}, action: actionCancelPlan, missing: errNoPlan})
}

// cancelling is what tells the end of a timer from that of a plan.
type cancelling struct {
	table   any
	action  string
	missing error
}

func (s *service) cancelKept(ctx context.Context, caller identity.Principal, id string, what cancelling) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		// The audit entry first: all that is written about a household queues for its chain.
		err := s.audit.Record(ctx, auditapi.Event{
			HouseholdID: caller.HouseholdID, Action: what.action, Outcome: auditapi.OK, Target: id,
		})
		if err != nil {
			return err
		}
		isThere, err := s.store.removeKept(ctx, what.table, keptQuery{householdID: caller.HouseholdID, ownerID: ownOnly(caller)}, id)
		if err == nil && !isThere {
			err = what.missing
		}

		return err
	})
}
