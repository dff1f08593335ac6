package hamanager

import (
	"context"

	"github.com/google/uuid"

	"homehub/modules/audit/auditapi"
	"homehub/platform/apperr"
	"homehub/platform/identity"
)

var (
	errNoSuchInstance = apperr.New(apperr.NotFound, "instance.not_found", "There is no such instance.")
	errAdminCursor    = apperr.New(apperr.Invalid, "request.invalid", "The cursor is not one that this list gave out.").
				WithFields(apperr.Field{Name: "cursor", Message: "is not a cursor of this list"})
)

// adminListInstances returns a page of all households' instances, and where the next one begins.
func (s *service) adminListInstances(ctx context.Context, q adminQuery) (items []instance, next string, err error) {
	if q.before != "" && uuid.Validate(q.before) != nil {
		return nil, "", errAdminCursor
	}
	limit := q.limit
	q.limit++ // one more tells whether there is another page
	items, err = s.store.listAll(ctx, q)
	if len(items) > limit {
		items = items[:limit]
		next = items[limit-1].ID
	}

	return items, next, err
}

func (s *service) adminGetInstance(ctx context.Context, id string) (instance, error) {
	i, err := s.store.findByID(ctx, id)
	if err != nil {
		return instance{}, err
	}
	if i == nil {
		return instance{}, errNoSuchInstance
	}

	return *i, nil
}

// adminUpdateInstance starts or stops an instance as its household's owner could. The household's
// record says who did, and so does the operator's.
func (s *service) adminUpdateInstance(ctx context.Context, id string, want desire) (instance, error) {
	found, err := s.adminGetInstance(ctx, id)
	if err != nil || found.Desired == want {
		return found, err
	}
	change, action := s.startInstance, actionStart
	if want == desireStopped {
		change, action = s.stopInstance, actionStop
	}

	var changed instance
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		var err error
		if changed, err = change(ctx, identity.Principal{HouseholdID: found.HouseholdID}); err != nil {
			return err
		}

		return s.audit.Record(ctx, auditapi.Event{
			HouseholdID: auditapi.OperatorChain, Action: action, Outcome: auditapi.OK, Target: id,
			Details: map[string]any{"household_id": found.HouseholdID},
		})
	})
	if err != nil {
		return instance{}, err
	}
	s.wake(found.HouseholdID) // once more, now that it is committed

	return changed, nil
}
