package auth

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/google/uuid"

	"homehub/modules/audit/auditapi"
)

// The operator's acts on people.
const (
	actionEnableUser = "auth.enable_user"
	actionDemoteUser = "auth.demote_user"
)

// adminUser is a person as the operator sees them.
type adminUser struct {
	userRow

	Households []membership
}

// userChanges are what the operator wants of a person; nil leaves it as it is.
type userChanges struct{ IsDisabled, IsAdmin *bool }

// adminListUsers returns a page of people, and where the next one begins.
func (s *service) adminListUsers(ctx context.Context, q adminQuery) (items []adminUser, next string, err error) {
	if err := q.check(); err != nil {
		return nil, "", err
	}
	limit := q.limit
	q.limit++ // one more tells whether there is another page
	users, err := s.store.searchUsers(ctx, q)
	if err != nil {
		return nil, "", err
	}
	users, next = cut(users, limit, func(u userRow) string { return u.ID })
	items, err = s.withHouseholds(ctx, users)

	return items, next, err
}

func (q adminQuery) check() error {
	if q.before != "" && uuid.Validate(q.before) != nil {
		return errAdminCursor
	}

	return nil
}

func (s *service) adminGetUser(ctx context.Context, id string) (adminUser, error) {
	user, err := s.store.getUser(ctx, id)
	if err != nil {
		return adminUser{}, err
	}
	found, err := s.withHouseholds(ctx, []userRow{*user})
	if err != nil {
		return adminUser{}, err
	}

	return found[0], nil
}

func (s *service) withHouseholds(ctx context.Context, users []userRow) ([]adminUser, error) {
	ids := make([]string, 0, len(users))
	for i := range users {
		ids = append(ids, users[i].ID)
	}
	of, err := s.store.membershipsOf(ctx, ids, s.moment())
	if err != nil {
		return nil, err
	}
	found := make([]adminUser, 0, len(users))
	for _, u := range users {
		found = append(found, adminUser{userRow: u, Households: of[u.ID]})
	}

	return found, nil
}

// adminUpdateUser changes a person for an operator at the API. The last operator who can sign in
// stays one: only the command line, which can make another, may take that away.
func (s *service) adminUpdateUser(ctx context.Context, id string, want userChanges) (adminUser, error) {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if want.takesAnAdmin() {
			if err := s.keepAnAdmin(ctx, id); err != nil {
				return err
			}
		}
		user, err := s.store.getUser(ctx, id)
		if err != nil {
			return err
		}

		return s.applyToUser(ctx, user, want, auditapi.Actor{})
	})
	if errors.Is(err, errLastAdmin) {
		refused := auditapi.Event{
			HouseholdID: auditapi.OperatorChain, Action: actionRefuse, Outcome: auditapi.Refused, Target: id,
			Details: map[string]any{"reason": errLastAdmin.Code},
		}
		if err := s.audit.Record(ctx, refused); err != nil {
			return adminUser{}, err
		}
	}
	if err != nil {
		return adminUser{}, err
	}
	s.rights.forget(ctx, subjectMark(id))

	return s.adminGetUser(ctx, id)
}

// takesAnAdmin reports whether there may be an operator less afterwards.
func (w userChanges) takesAnAdmin() bool {
	return w.IsDisabled != nil && *w.IsDisabled || w.IsAdmin != nil && !*w.IsAdmin
}

// keepAnAdmin returns errLastAdmin where nobody but this person is an operator who can sign in.
// Until the transaction ends others wait here, so that two operators cannot remove each other.
func (s *service) keepAnAdmin(ctx context.Context, id string) error {
	admins, err := s.store.lockAdmins(ctx)
	if err != nil {
		return err
	}
	if len(admins) == 1 && admins[0] == id {
		return errLastAdmin
	}

	return nil
}

// applyToUser makes what differs so, in the caller's transaction, and records it.
func (s *service) applyToUser(ctx context.Context, user *userRow, want userChanges, by auditapi.Actor) error {
	if want.IsDisabled != nil && *want.IsDisabled != (user.DisabledAt != nil) {
		if err := s.setDisabled(ctx, user, *want.IsDisabled, by); err != nil {
			return err
		}
	}
	if want.IsAdmin == nil || *want.IsAdmin == user.IsAdmin {
		return nil
	}
	if err := s.store.updateUser(ctx, user.ID, "is_admin", *want.IsAdmin); err != nil {
		return err
	}
	action := actionDemoteUser
	if *want.IsAdmin {
		action = actionPromoteUser
	}

	return s.recordOperator(ctx, auditapi.Event{Action: action, Actor: by, Target: user.ID})
}

// setDisabled ends a person's sessions and lets them start no other, or lets them again.
func (s *service) setDisabled(ctx context.Context, user *userRow, isDisabled bool, by auditapi.Actor) error {
	households, err := s.householdIDsOf(ctx, user.ID)
	if err != nil {
		return err
	}
	e := auditapi.Event{Action: actionEnableUser, Actor: by, Target: user.ID}
	if !isDisabled {
		if err := s.store.updateUser(ctx, user.ID, "disabled_at", nil); err != nil {
			return err
		}

		return s.recordOperator(ctx, e, households...)
	}
	if err := s.store.updateUser(ctx, user.ID, "disabled_at", s.moment()); err != nil {
		return err
	}
	if err := s.store.revokeSessionsOf(ctx, user.ID, reasonDisabled, s.moment()); err != nil {
		return err
	}
	e.Action = actionDisableUser
	if err := s.recordOperator(ctx, e, households...); err != nil {
		return err
	}

	return s.tellSessionEnded(ctx, user.ID, "", reasonDisabled)
}

// householdIDsOf is sorted: chains are locked in that order, the operator's last.
func (s *service) householdIDsOf(ctx context.Context, userID string) ([]string, error) {
	of, err := s.store.membershipsOf(ctx, []string{userID}, s.moment())
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, m := range of[userID] {
		ids[m.HouseholdID] = true
	}

	return slices.Sorted(maps.Keys(ids)), nil
}

// recordOperator records an act of the operator in the chains of the households that it touches,
// so that their owners see it, and in the operator's own.
func (s *service) recordOperator(ctx context.Context, e auditapi.Event, households ...string) error {
	e.Outcome = auditapi.OK

	return s.recordIn(ctx, e, append(slices.Clone(households), auditapi.OperatorChain)...)
}

// fillNameKeys makes the keys of names from before there were any.
func (s *service) fillNameKeys(ctx context.Context) error {
	for {
		hasMore, err := s.store.fillNameKeys(ctx)
		if err != nil || !hasMore {
			return err
		}
	}
}

// adminNewResetToken makes a token with which a person chooses a new password. Their households
// see that it was made: whoever has it can become that person.
func (s *service) adminNewResetToken(ctx context.Context, userID string) (resetToken, error) {
	households, err := s.householdIDsOf(ctx, userID)
	if err != nil {
		return resetToken{}, err
	}

	return s.newResetToken(ctx, userID, auditapi.Actor{}, households...)
}
