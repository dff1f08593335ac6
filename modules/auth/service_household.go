package auth

import (
	"context"
	"fmt"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
)

const (
	actionUpdateHousehold = "auth.update_household"
	actionDeleteHousehold = "auth.delete_household"
)

// maxOwned bounds what one login can make homehub run; nobody has so many homes.
const maxOwned = 200

// Place is where a household is, and how it counts and speaks.
type Place struct {
	Name       string
	Language   string
	TimeZone   string
	Country    string
	UnitSystem string
	Latitude   float64
	Longitude  float64
}

// Place tells what a new instance of the household is to go by.
func (m *Module) Place(ctx context.Context, householdID string) (Place, error) {
	found, err := m.svc.store.getHousehold(ctx, householdID)
	if err != nil {
		return Place{}, err
	}
	h := found.Row

	return Place{
		Name: h.Name, Language: h.Language, TimeZone: h.TimeZone, Country: h.Country,
		UnitSystem: h.UnitSystem, Latitude: h.Latitude, Longitude: h.Longitude,
	}, nil
}

// Hold keeps a household from being deleted until the transaction in ctx ends;
// errHouseholdNotFound where it was deleted already.
func (m *Module) Hold(ctx context.Context, householdID string) error {
	return m.svc.store.holdHousehold(ctx, householdID)
}

// household is the one that the request is about.
func (s *service) household(ctx context.Context, caller identity.Principal) (*household, error) {
	h, err := s.store.getHousehold(ctx, caller.HouseholdID)
	if err != nil {
		return nil, err
	}
	h.Role = caller.Role

	return h, nil
}

// listHouseholds returns a page of the caller's, and the cursor of the next.
func (s *service) listHouseholds(
	ctx context.Context, caller identity.Principal, before string, limit int,
) ([]household, string, error) {
	found, err := s.store.listHouseholds(ctx, caller.ID, before, limit+1, s.moment())
	found, next := cut(found, limit, func(h household) string { return h.Row.ID })

	return found, next, err
}

// createHousehold makes one more household, with the caller as its owner.
func (s *service) createHousehold(ctx context.Context, caller identity.Principal, want householdChanges) (*household, error) {
	row := s.newHousehold("")
	if _, err := want.apply(row); err != nil {
		return nil, err
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.mayFound(ctx, caller); err != nil {
			return err
		}
		owner, err := s.store.holdUser(ctx, caller.ID)
		if err != nil {
			return err
		}
		_, err = s.foundHousehold(ctx, owner, row, actorOf(owner))

		return err
	})

	return &household{Row: *row, Role: identity.RoleOwner}, err
}

// mayFound says whether a person may found a household without an invitation: anybody where
// anybody may register, else whoever was let found one before. Several requests at once may
// exceed the bound by a few.
func (s *service) mayFound(ctx context.Context, caller identity.Principal) error {
	owned, err := s.store.countOwned(ctx, caller.ID)
	switch {
	case err != nil:
		return err
	case owned >= maxOwned:
		return errTooManyHouseholds
	case s.registration == RegistrationOpen, caller.IsAdmin, owned > 0:
		return nil
	default:
		return errInvitationRequired.WithMessage("Founding a household needs an invitation of the operator here.")
	}
}

// updateHousehold changes attributes. An instance that is there already keeps its own.
func (s *service) updateHousehold(ctx context.Context, caller identity.Principal, want householdChanges) (*household, error) {
	var h *household
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.lockHousehold(ctx, caller.HouseholdID); err != nil {
			return err
		}
		var err error
		if h, err = s.household(ctx, caller); err != nil {
			return err
		}
		row := &h.Row
		changed, err := want.apply(row)
		if err != nil || len(changed) == 0 {
			return err
		}
		err = s.store.updateHousehold(ctx, row.ID, map[string]any{
			"name": row.Name, "language": row.Language, "time_zone": row.TimeZone, "country": row.Country,
			"latitude": row.Latitude, "longitude": row.Longitude, "unit_system": row.UnitSystem,
		})
		if err != nil {
			return err
		}

		return s.audit.Record(ctx, auditapi.Event{
			HouseholdID: row.ID, Action: actionUpdateHousehold, Outcome: auditapi.OK, Target: row.ID,
			Details: map[string]any{"changed": changed},
		})
	})

	return h, err
}

// deleteHousehold takes the caller's household away.
func (s *service) deleteHousehold(ctx context.Context, caller identity.Principal) error {
	id := caller.HouseholdID
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.lockHousehold(ctx, id); err != nil {
			return err
		}
		if err := s.clearHousehold(ctx, id); err != nil {
			return err
		}
		if err := s.recordIn(ctx, householdDeletion(id), id, auditapi.OperatorChain); err != nil {
			return err
		}

		return s.endHousehold(ctx, id)
	})
	if err != nil {
		return err
	}
	s.rights.forget(ctx, householdMark(caller.HouseholdID))

	return nil
}

// householdDeletion is told to the household's chain, which stays, and to the operator's.
func householdDeletion(id string) auditapi.Event {
	return auditapi.Event{HouseholdID: id, Action: actionDeleteHousehold, Outcome: auditapi.OK, Target: id}
}

// clearHousehold takes away what belongs to a locked household. Its end is recorded next, and then
// endHousehold is called, in one transaction; once that has committed, the mark is forgotten.
func (s *service) clearHousehold(ctx context.Context, id string) error {
	if err := s.store.moveSessions(ctx, id, "", s.moment()); err != nil {
		return err
	}
	if err := s.store.deleteDeviceSessions(ctx, id); err != nil {
		return err
	}

	return callAll(ctx, s.onHouseholdDeleting, id)
}

// endHousehold takes the household itself away. Its record stays, without what it says about
// people; what is being written yet is erased later.
func (s *service) endHousehold(ctx context.Context, id string) error {
	if err := callAll(ctx, s.onHouseholdDeleted, id); err != nil {
		return err
	}
	if err := s.store.addErasure(ctx, erasureRow{SubjectID: id, Kind: erasesHousehold, RequestedAt: s.moment()}); err != nil {
		return err
	}

	return s.store.deleteHousehold(ctx, id)
}

func callAll(ctx context.Context, hooks []func(ctx context.Context, householdID string) error, id string) error {
	for _, hook := range hooks {
		if err := hook(ctx, id); err != nil {
			return fmt.Errorf("clear household: %w", err)
		}
	}

	return nil
}
