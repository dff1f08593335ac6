package auth

import (
	"context"

	"homehub/modules/audit/auditapi"
	"homehub/platform/events"
)

// The operator's acts on households.
const (
	actionDisableHousehold = "auth.disable_household"
	actionEnableHousehold  = "auth.enable_household"
	actionSetQuota         = "auth.set_quota"
)

// quotaChange is a limit to set; a nil Limit is no limit any more.
type quotaChange struct {
	Column string // of auth_households
	Limit  *int64
}

// adminHouseholdChanges are what the operator wants of a household; nil leaves it as it is.
type adminHouseholdChanges struct {
	IsDisabled *bool
	Quotas     []quotaChange
}

// adminListHouseholds returns a page of households, and where the next one begins.
func (s *service) adminListHouseholds(ctx context.Context, q adminQuery) (items []adminHousehold, next string, err error) {
	if err := q.check(); err != nil {
		return nil, "", err
	}
	limit := q.limit
	q.limit++ // one more tells whether there is another page
	items, err = s.store.searchHouseholds(ctx, q, s.moment())
	items, next = cut(items, limit, func(h adminHousehold) string { return h.ID })

	return items, next, err
}

func (s *service) adminGetHousehold(ctx context.Context, id string) (adminHousehold, error) {
	found, err := s.store.countedHouseholds(ctx, []string{id}, s.moment())
	if err != nil {
		return adminHousehold{}, err
	}
	if len(found) == 0 {
		return adminHousehold{}, errHouseholdNotFound
	}

	return found[0], nil
}

// adminUpdateHousehold changes a household for an operator. Disabling shuts out its people and
// devices with their next request, and leaves its instance as it is: a home's heating must not
// depend on who may talk to it.
func (s *service) adminUpdateHousehold(ctx context.Context, id string, want adminHouseholdChanges) (adminHousehold, error) {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.lockHousehold(ctx, id); err != nil {
			return err
		}
		h, err := s.adminGetHousehold(ctx, id)
		if err != nil {
			return err
		}
		if want.IsDisabled != nil && *want.IsDisabled != (h.DisabledAt != nil) {
			if err := s.setHouseholdDisabled(ctx, id, *want.IsDisabled); err != nil {
				return err
			}
		}

		return s.setQuotas(ctx, id, want.Quotas)
	})
	if err != nil {
		return adminHousehold{}, err
	}
	s.rights.forget(ctx, householdMark(id))

	return s.adminGetHousehold(ctx, id)
}

func (s *service) setHouseholdDisabled(ctx context.Context, id string, isDisabled bool) error {
	action, columns := actionEnableHousehold, map[string]any{"disabled_at": nil}
	if isDisabled {
		action, columns = actionDisableHousehold, map[string]any{"disabled_at": s.moment()}
	}
	if err := s.store.updateHousehold(ctx, id, columns); err != nil {
		return err
	}

	if err := s.recordOperator(ctx, auditapi.Event{Action: action, Target: id}, id); err != nil || !isDisabled {
		return err
	}

	return s.events.Publish(ctx, events.Event{HouseholdID: id, Kind: events.HouseholdDisabled, Audience: events.Owners})
}

func (s *service) setQuotas(ctx context.Context, id string, quotas []quotaChange) error {
	if len(quotas) == 0 {
		return nil
	}
	columns := make(map[string]any, len(quotas))
	for _, q := range quotas {
		columns[q.Column] = q.Limit
	}
	if err := s.store.updateHousehold(ctx, id, columns); err != nil {
		return err
	}

	return s.recordOperator(ctx, auditapi.Event{Action: actionSetQuota, Target: id, Details: columns}, id)
}
