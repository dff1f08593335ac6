package auth

import (
	"context"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
)

// profile is what a person sees of themselves.
type profile struct {
	User       *userRow
	Households []membership
}

func (s *service) profile(ctx context.Context, caller identity.Principal) (*profile, error) {
	user, err := s.store.getUser(ctx, caller.ID)
	if err != nil {
		return nil, err
	}
	households, err := s.store.listMemberships(ctx, user.ID, s.moment())
	if err != nil {
		return nil, err
	}

	return &profile{User: user, Households: households}, nil
}

// rename changes a person's name; nil leaves it.
func (s *service) rename(ctx context.Context, caller identity.Principal, given *string) (*profile, error) {
	if given == nil {
		return s.profile(ctx, caller)
	}
	name, err := checkName("name", *given)
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.updateUser(ctx, caller.ID, "name", name); err != nil {
			return err
		}

		return s.audit.Record(ctx, auditapi.Event{
			HouseholdID: chainOf(caller.HouseholdID),
			Action:      actionUpdateProfile,
			Outcome:     auditapi.OK,
			Target:      caller.ID,
			Personal:    map[string]string{"name": name},
		})
	})
	if err != nil {
		return nil, err
	}
	s.rights.forget(ctx, subjectMark(caller.ID))

	return s.profile(ctx, caller)
}
