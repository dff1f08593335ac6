package auth

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/platform/events"
	"homehub/platform/identity"
)

const (
	actionUpdateMember = "auth.update_member"
	actionRemoveMember = "auth.remove_member"
)

// How a membership changed, as listeners are told.
const (
	memberJoined  = "joined"
	memberUpdated = "updated"
	memberLeft    = "left"
)

const (
	defaultGuestStay = 7 * 24 * time.Hour
	maxGuestStay     = 366 * 24 * time.Hour
)

// memberChanges is what somebody wants a member to be; nil leaves it.
type memberChanges struct {
	Role      *identity.Role
	ExpiresAt *time.Time
}

// listMembers returns a page, and the cursor of the next.
func (s *service) listMembers(ctx context.Context, caller identity.Principal, cursor string, limit int) ([]member, string, error) {
	after, err := parseMemberCursor(cursor)
	if err != nil {
		return nil, "", err
	}
	found, err := s.store.listMembers(ctx, caller.HouseholdID, after, limit+1, s.moment())
	if err != nil {
		return nil, "", err
	}
	found, next := cut(found, limit, member.cursor)

	return found, next, nil
}

func (m member) cursor() string {
	return strconv.FormatInt(m.CreatedAt.UnixMicro(), 10) + "." + m.UserID
}

// parseMemberCursor returns nil for an empty one.
func parseMemberCursor(text string) (*memberCursor, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // the first page has none
	}
	at, id, _ := strings.Cut(text, ".")
	micros, err := strconv.ParseInt(at, 10, 64)
	if err != nil || id == "" {
		return nil, errCursor
	}

	return &memberCursor{CreatedAt: time.UnixMicro(micros).UTC(), UserID: id}, nil
}

// cut returns a page of at most limit rows, and the cursor of the next where more were found.
func cut[T any](found []T, limit int, cursor func(T) string) (page []T, next string) {
	if len(found) <= limit {
		return found, ""
	}

	return found[:limit], cursor(found[limit-1])
}

// updateMember changes what a person is in the household; it counts at their next request.
func (s *service) updateMember(ctx context.Context, caller identity.Principal, userID string, want memberChanges) (*member, error) {
	var m *member
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.lockHousehold(ctx, caller.HouseholdID); err != nil {
			return err
		}
		var err error
		if m, err = s.store.getMember(ctx, caller.HouseholdID, userID, s.moment()); err != nil {
			return err
		}
		before := *m
		if err := want.apply(m, s.moment()); err != nil || isSameMembership(before, *m) {
			return err
		}
		if m.Role != identity.RoleOwner {
			if err := s.requireOtherOwner(ctx, caller.HouseholdID, before); err != nil {
				return err
			}
		}
		if err := s.store.updateMembership(ctx, caller.HouseholdID, userID, m.Role, m.ExpiresAt); err != nil {
			return err
		}
		if err := s.endInvitationsOf(ctx, caller.HouseholdID, before, m.Role); err != nil {
			return err
		}
		err = s.audit.Record(ctx, auditapi.Event{
			HouseholdID: caller.HouseholdID, Action: actionUpdateMember, Outcome: auditapi.OK, Target: userID,
			Details: map[string]any{"from": before.Role, "role": m.Role, "expires_at": m.ExpiresAt},
		})
		if err != nil {
			return err
		}

		return s.tellOfMember(ctx, caller.HouseholdID, *m, memberUpdated)
	})
	if err != nil {
		return nil, err
	}
	s.rights.forget(ctx, subjectMark(userID))

	return m, nil
}

// apply makes m what is wanted. Only guests' memberships end by themselves, and they always do.
func (w memberChanges) apply(m *member, now time.Time) error {
	wasGuest := m.Role == identity.RoleGuest
	if w.Role != nil {
		m.Role = *w.Role
	}
	switch {
	case m.Role != identity.RoleGuest && w.ExpiresAt != nil:
		return invalid("expires_at", "is for guests only")
	case m.Role != identity.RoleGuest:
		m.ExpiresAt = nil
	case w.ExpiresAt != nil || !wasGuest:
		ends, err := endOf(w.ExpiresAt, now, defaultGuestStay, maxGuestStay)
		if err != nil {
			return err
		}
		m.ExpiresAt = &ends
	}

	return nil
}

// endOf returns the given end, or one after the usual time; within longest.
func endOf(given *time.Time, now time.Time, usual, longest time.Duration) (time.Time, error) {
	if given == nil {
		return now.Add(usual), nil
	}
	ends := given.UTC().Truncate(time.Microsecond)
	if !ends.After(now) || ends.After(now.Add(longest)) {
		return time.Time{}, invalid("expires_at", fmt.Sprintf("must be in the future, and within %d days", int(longest.Hours()/24)))
	}

	return ends, nil
}

func isSameMembership(a, b member) bool {
	isSameEnd := a.ExpiresAt == b.ExpiresAt || a.ExpiresAt != nil && b.ExpiresAt != nil && a.ExpiresAt.Equal(*b.ExpiresAt)

	return a.Role == b.Role && isSameEnd
}

// removeMember ends a membership: an owner anybody's, everybody their own.
func (s *service) removeMember(ctx context.Context, caller identity.Principal, userID string) error {
	if caller.May(identity.EndMembership) == identity.Own && userID != caller.ID {
		if err := s.recordRefusal(ctx, identity.EndMembership, "removeMember"); err != nil {
			return err
		}

		return errNotOwnMembership
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.lockHousehold(ctx, caller.HouseholdID); err != nil {
			return err
		}
		m, err := s.store.getMember(ctx, caller.HouseholdID, userID, s.moment())
		if err != nil {
			return err
		}
		if err := s.requireOtherOwner(ctx, caller.HouseholdID, *m); err != nil {
			return err
		}
		if err := s.store.moveSessions(ctx, caller.HouseholdID, userID, s.moment()); err != nil {
			return err
		}
		if err := s.store.deleteMembership(ctx, caller.HouseholdID, userID); err != nil {
			return err
		}
		if err := s.endInvitationsOf(ctx, caller.HouseholdID, *m, ""); err != nil {
			return err
		}
		err = s.audit.Record(ctx, auditapi.Event{
			HouseholdID: caller.HouseholdID, Action: actionRemoveMember, Outcome: auditapi.OK, Target: userID,
			Details: map[string]any{"role": m.Role, "is_own": userID == caller.ID},
		})
		if err != nil {
			return err
		}

		return s.tellOfMember(ctx, caller.HouseholdID, *m, memberLeft)
	})
	if err != nil {
		return err
	}
	s.rights.forget(ctx, subjectMark(userID))

	return nil
}

// endInvitationsOf takes back what an owner gave out, where they are to be one no longer: nobody
// lets people in, or themselves back, after their right to has ended.
func (s *service) endInvitationsOf(ctx context.Context, householdID string, before member, role identity.Role) error {
	if before.Role != identity.RoleOwner || role == identity.RoleOwner {
		return nil
	}

	return s.store.deleteInvitationsOf(ctx, householdID, before.UserID, s.moment())
}

// requireOtherOwner returns errLastOwner where the household would be left without anybody to
// manage it if m ceased to be its owner. It is called under lockHousehold: of two owners who
// leave at once, one stays.
func (s *service) requireOtherOwner(ctx context.Context, householdID string, m member) error {
	if m.Role != identity.RoleOwner {
		return nil
	}
	hasOther, err := s.store.hasOtherOwner(ctx, householdID, m.UserID)
	if err == nil && !hasOther {
		return errLastOwner
	}

	return err
}

// tellOfMember tells the owners, and the person where they are neither owner nor gone.
func (s *service) tellOfMember(ctx context.Context, householdID string, m member, change string) error {
	audiences := []string{events.Owners}
	if m.Role != identity.RoleOwner && change != memberLeft {
		audiences = append(audiences, m.UserID)
	}
	for _, audience := range audiences {
		err := s.events.Publish(ctx, events.Event{
			HouseholdID: householdID, Kind: events.MemberChanged, Audience: audience,
			Data: map[string]any{"user_id": m.UserID, "change": change, "role": string(m.Role)},
		})
		if err != nil {
			return fmt.Errorf("tell of member: %w", err)
		}
	}

	return nil
}
