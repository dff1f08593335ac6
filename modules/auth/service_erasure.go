package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
)

const actionDeleteProfile = "auth.delete_profile"

const (
	// erasureSettles is when the last request of somebody who deleted themselves has ended for
	// certain: what that wrote is erased then.
	erasureSettles = 2 * time.Minute
	erasureEvery   = time.Minute
	// erasureTimeout bounds what a request waits for, and one round in the background.
	erasureTimeout = 10 * time.Second
)

// deleteProfile takes the caller away, with the households that nobody else lives in. All that
// names them goes at once where it is auth's; the words that others keep go right after, and once
// more when nothing that was under way can have added to them.
func (s *service) deleteProfile(ctx context.Context, caller identity.Principal, password string, from client) error {
	households, err := s.tryDeleteProfile(ctx, caller, password, from)
	if errors.Is(err, errPasswordChanged) { // a login brought its cost up to date: look again
		households, err = s.tryDeleteProfile(ctx, caller, password, from)
	}
	if err != nil {
		return err
	}
	marks := []string{subjectMark(caller.ID)}
	for _, id := range households {
		marks = append(marks, householdMark(id))
	}
	s.rights.forget(ctx, marks...)

	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), erasureTimeout)
	defer cancel()
	if err := s.erase(ctx, caller.ID); err != nil { // the person is gone all the same, and the rest follows
		s.log.Warn("an erasure goes on in the background", zap.Error(err))
	}

	return nil
}

// departure is how a person leaves a household.
type departure struct {
	membershipRow

	isEnd bool // it goes, too
}

// tryDeleteProfile returns the households that went with the caller.
func (s *service) tryDeleteProfile(ctx context.Context, caller identity.Principal, password string, from client) (gone []string, err error) {
	user, err := s.confirmPassword(ctx, caller, actionDeleteProfile, password, from)
	if err != nil {
		return nil, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		if user.IsAdmin {
			if err := s.keepAnAdmin(ctx, user.ID); err != nil {
				return err
			}
		}
		if err := s.store.lockUser(ctx, user); err != nil {
			return err
		}
		departures, err := s.departures(ctx, user)
		if err != nil {
			return err
		}
		if err := s.store.deleteUser(ctx, user, s.moment()); err != nil {
			return err
		}
		gone, err = s.depart(ctx, user, departures)

		return err
	})

	return gone, err
}

// departures locks a person's households, and says which go with them; errLastOwner where others
// would be left without an owner.
func (s *service) departures(ctx context.Context, user *userRow) ([]departure, error) {
	all, err := s.store.listAllMemberships(ctx, user.ID)
	if err != nil {
		return nil, err
	}
	departures := make([]departure, 0, len(all))
	for _, m := range all {
		if err := s.store.lockHousehold(ctx, m.HouseholdID); err != nil {
			return nil, err
		}
		isAlone, err := s.isAlone(ctx, m)
		if err != nil {
			return nil, err
		}
		departures = append(departures, departure{m, isAlone})
	}

	return departures, nil
}

// depart ends households or tells them, and returns those that are gone.
func (s *service) depart(ctx context.Context, user *userRow, departures []departure) (gone []string, err error) {
	for _, d := range departures {
		if !d.isEnd {
			continue
		}
		if err := s.clearHousehold(ctx, d.HouseholdID); err != nil {
			return nil, err
		}
		gone = append(gone, d.HouseholdID)
	}
	if err := s.recordDeparture(ctx, user, departures); err != nil {
		return nil, err
	}
	for _, d := range departures {
		if d.isEnd {
			err = s.endHousehold(ctx, d.HouseholdID)
		} else {
			err = s.tellOfMember(ctx, d.HouseholdID, member{UserID: user.ID, Role: identity.Role(d.Role)}, memberLeft)
		}
		if err != nil {
			return nil, err
		}
	}

	return gone, nil
}

// isAlone reports whether a household would be without anybody.
func (s *service) isAlone(ctx context.Context, m membershipRow) (bool, error) {
	if m.Role != string(identity.RoleOwner) {
		return false, nil
	}
	hasOwner, err := s.store.hasOtherOwner(ctx, m.HouseholdID, m.UserID)
	if err != nil || hasOwner {
		return false, err
	}
	hasMember, err := s.store.hasOtherMember(ctx, m.HouseholdID, m.UserID, s.moment())
	if err == nil && hasMember {
		err = errLastOwner
	}

	return !hasMember, err
}

// recordDeparture tells the households and the operator, without a name.
func (s *service) recordDeparture(ctx context.Context, user *userRow, departures []departure) error {
	left := auditapi.Event{
		Action: actionDeleteProfile, Outcome: auditapi.OK,
		Actor: auditapi.Actor{Kind: string(identity.User), ID: user.ID}, Target: user.ID,
	}
	for _, d := range departures {
		e := left
		if d.isEnd {
			e = householdDeletion(d.HouseholdID)
		}
		if err := s.recordIn(ctx, e, d.HouseholdID); err != nil {
			return err
		}
	}
	for _, d := range departures {
		if !d.isEnd {
			continue
		}
		if err := s.recordIn(ctx, householdDeletion(d.HouseholdID), auditapi.OperatorChain); err != nil {
			return err
		}
	}

	return s.recordIn(ctx, left, auditapi.OperatorChain)
}

// erase deletes what the other modules keep of a person who is gone.
func (s *service) erase(ctx context.Context, userID string) error {
	for _, of := range s.belongings {
		if err := of.Erase(ctx, userID); err != nil {
			return fmt.Errorf("erase %s: %w", of.Name, err)
		}
	}

	return nil
}

// finishErasures erases once more what people left who are gone for long enough, and households,
// and then cleans the database's files of it. Interrupted, it begins anew.
func (s *service) finishErasures(ctx context.Context) error {
	found, err := s.store.listErasures(ctx, s.moment().Add(-erasureSettles))
	if err != nil || len(found) == 0 {
		return err
	}
	ids := make([]string, len(found))
	for i, row := range found {
		ids[i] = row.SubjectID
		if row.Kind == erasesHousehold {
			err = s.eraseHousehold(ctx, row.SubjectID)
		} else {
			err = s.erase(ctx, row.SubjectID)
		}
		if err != nil {
			return err
		}
	}
	if err := s.db.Scrub(ctx); err != nil {
		return err
	}

	return s.store.deleteErasures(ctx, ids)
}

// eraseHousehold clears away what was written by requests that were under way when their
// household was deleted.
func (s *service) eraseHousehold(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := callAll(ctx, s.onHouseholdDeleting, id); err != nil {
			return err
		}

		return callAll(ctx, s.onHouseholdDeleted, id)
	})
}

// runErasures finishes erasures until ctx ends; first those that a stop interrupted.
func (s *service) runErasures(ctx context.Context) {
	ticker := time.NewTicker(erasureEvery)
	defer ticker.Stop()
	for {
		if err := s.finishErasures(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("erasures go on in a minute", zap.Error(err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
