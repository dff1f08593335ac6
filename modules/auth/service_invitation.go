package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
)

const (
	actionCreateInvitation = "auth.create_invitation"
	actionRevokeInvitation = "auth.revoke_invitation"
	actionAcceptInvitation = "auth.accept_invitation"
)

// invitationPrefix lets people and secret scanners recognise an invitation.
const invitationPrefix = "hhi_"

const (
	defaultInvitationLife = 7 * 24 * time.Hour
	maxInvitationLife     = 30 * 24 * time.Hour
)

// invitationWish is an invitation to be.
type invitationWish struct {
	HouseholdID string // empty: it founds a household, whose owner is who accepts
	Role        identity.Role
	// ExpiresAt is when a guest's stay ends, and the invitation with it; for others when the
	// invitation ends; nil is after the usual time.
	ExpiresAt *time.Time
	CreatedBy string // the id of a user
}

// newInvitation stores an invitation in the caller's transaction; the caller records it. The
// token is returned this once: what is stored is its hash.
func (s *service) newInvitation(ctx context.Context, want invitationWish) (*invitationRow, string, error) {
	now := s.moment()
	row := &invitationRow{ID: identity.NewID(), Role: want.Role, CreatedBy: want.CreatedBy, CreatedAt: now}
	usual, longest := defaultInvitationLife, maxInvitationLife
	if want.Role == identity.RoleGuest {
		usual, longest = defaultGuestStay, maxGuestStay
	}
	if want.HouseholdID == "" {
		row.Role = identity.RoleOwner
	} else {
		row.HouseholdID = &want.HouseholdID
	}
	var err error
	if row.ExpiresAt, err = endOf(want.ExpiresAt, now, usual, longest); err != nil {
		return nil, "", err
	}
	if row.Role == identity.RoleGuest {
		row.MemberUntil = &row.ExpiresAt
	}
	token := newInvitationToken()
	row.TokenHash = hashToken(token)

	return row, token, s.store.insertInvitation(ctx, row)
}

func newInvitationToken() string {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails, by its contract

	return invitationPrefix + base64.RawURLEncoding.EncodeToString(raw[:])
}

// createInvitation invites somebody into the caller's household.
func (s *service) createInvitation(
	ctx context.Context, caller identity.Principal, role identity.Role, ends *time.Time,
) (row *invitationRow, token string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		row, token, err = s.newInvitation(ctx, invitationWish{
			HouseholdID: caller.HouseholdID, Role: role, ExpiresAt: ends, CreatedBy: caller.ID,
		})
		if err != nil {
			return err
		}

		return s.audit.Record(ctx, auditapi.Event{
			HouseholdID: caller.HouseholdID, Action: actionCreateInvitation, Outcome: auditapi.OK, Target: row.ID,
			Details: map[string]any{"role": row.Role, "expires_at": row.ExpiresAt},
		})
	})

	return row, token, err
}

// listInvitations returns a page of those that can still be used, and the cursor of the next.
func (s *service) listInvitations(
	ctx context.Context, caller identity.Principal, before string, limit int,
) ([]invitationRow, string, error) {
	found, err := s.store.listInvitations(ctx, caller.HouseholdID, before, limit+1, s.moment())
	found, next := cut(found, limit, func(i invitationRow) string { return i.ID })

	return found, next, err
}

// revokeInvitation takes back one that nobody has used.
func (s *service) revokeInvitation(ctx context.Context, caller identity.Principal, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.lockHousehold(ctx, caller.HouseholdID); err != nil {
			return err
		}
		if err := s.store.deleteInvitation(ctx, caller.HouseholdID, id, s.moment()); err != nil {
			return err
		}

		return s.audit.Record(ctx, auditapi.Event{
			HouseholdID: caller.HouseholdID, Action: actionRevokeInvitation, Outcome: auditapi.OK, Target: id,
		})
	})
}

// acceptInvitation brings the caller where an invitation leads.
func (s *service) acceptInvitation(ctx context.Context, caller identity.Principal, token string) (*household, error) {
	var h *household
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		user, err := s.store.holdUser(ctx, caller.ID)
		if err != nil {
			return err
		}
		m, err := s.useInvitation(ctx, token, user, defaultHouseholdName(user.Name))
		if err != nil {
			return err
		}
		if h, err = s.store.getHousehold(ctx, m.HouseholdID); err == nil {
			h.Role = m.Role
		}

		return err
	})
	if err != nil {
		return nil, s.refuseInvitation(ctx, err, auditapi.Event{HouseholdID: chainOf(caller.HouseholdID)})
	}
	s.rights.forget(ctx, subjectMark(caller.ID))

	return h, nil
}

// refuseInvitation returns cause, and records it where a token led nowhere: somebody may be
// guessing. e says whom the record tells.
func (s *service) refuseInvitation(ctx context.Context, cause error, e auditapi.Event) error {
	if !errors.Is(cause, errInvitationInvalid) {
		return cause
	}
	e.Action, e.Outcome = actionAcceptInvitation, auditapi.Refused
	if err := s.audit.Record(context.WithoutCancel(ctx), e); err != nil {
		return err
	}

	return cause
}

// getInvitation returns the one of that token; errInvitationInvalid where it is unknown, used up
// or has ended.
func (s *service) getInvitation(ctx context.Context, token string) (*invitationRow, error) {
	i, err := s.store.findInvitation(ctx, hashToken(token), s.moment())
	if err == nil && i == nil {
		return nil, errInvitationInvalid
	}

	return i, err
}

// useInvitation uses an invitation up in the caller's transaction: the person joins its
// household, or founds one of that name.
func (s *service) useInvitation(ctx context.Context, token string, user *userRow, name string) (*membership, error) {
	i, err := s.getInvitation(ctx, token)
	if err != nil {
		return nil, err
	}
	if i.HouseholdID != nil {
		if err := s.store.lockHousehold(ctx, *i.HouseholdID); errors.Is(err, errHouseholdNotFound) { // deleted this moment
			return nil, errInvitationInvalid
		} else if err != nil {
			return nil, err
		}
	}
	isOurs, err := s.store.useInvitation(ctx, i.ID, user.ID, s.moment())
	if err != nil {
		return nil, err
	}
	if !isOurs {
		return nil, errInvitationInvalid
	}
	if i.HouseholdID == nil {
		return s.foundHousehold(ctx, user, s.newHousehold(name), actorOf(user))
	}

	return s.join(ctx, user, i)
}

// join makes a person a member, under lockHousehold.
func (s *service) join(ctx context.Context, user *userRow, i *invitationRow) (*membership, error) {
	householdID, now := *i.HouseholdID, s.moment()
	present, err := s.store.findMember(ctx, householdID, user.ID, now)
	if err != nil {
		return nil, err
	}
	if present != nil {
		return nil, errAlreadyMember
	}
	if err := s.checkQuota(ctx, householdID, quotaMembers); err != nil {
		return nil, err
	}
	h, err := s.store.getHousehold(ctx, householdID)
	if err != nil {
		return nil, err
	}
	row := &membershipRow{
		HouseholdID: householdID, UserID: user.ID, Role: string(i.Role), CreatedAt: now, ExpiresAt: i.MemberUntil,
	}
	if err := s.store.replaceMembership(ctx, row); err != nil {
		return nil, err
	}

	m := &membership{HouseholdID: householdID, Name: h.Row.Name, Role: i.Role}
	e := event(actionAcceptInvitation, user, m)
	e.Target = i.ID
	e.Details = map[string]any{"role": i.Role}
	if err := s.audit.Record(ctx, e); err != nil {
		return nil, err
	}

	return m, s.tellOfMember(ctx, householdID, member{UserID: user.ID, Role: i.Role}, memberJoined)
}
