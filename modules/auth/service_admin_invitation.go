package auth

import (
	"context"
	"time"

	"homehub/modules/audit/auditapi"
	"homehub/platform/identity"
)

// adminCreateInvitation lets whoever has the token found a household.
func (s *service) adminCreateInvitation(
	ctx context.Context, caller identity.Principal, ends *time.Time,
) (row *invitationRow, token string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		row, token, err = s.newInvitation(ctx, invitationWish{ExpiresAt: ends, CreatedBy: caller.ID})
		if err != nil {
			return err
		}

		return s.recordOperator(ctx, auditapi.Event{
			Action: actionCreateInvitation, Target: row.ID, Details: map[string]any{"expires_at": row.ExpiresAt},
		})
	})

	return row, token, err
}

// adminListInvitations returns a page of those that can still be used, and where the next begins.
func (s *service) adminListInvitations(ctx context.Context, q adminQuery) (items []invitationRow, next string, err error) {
	if err := q.check(); err != nil {
		return nil, "", err
	}
	limit := q.limit
	q.limit++ // one more tells whether there is another page
	items, err = s.store.listFoundingInvitations(ctx, q, s.moment())
	items, next = cut(items, limit, func(i invitationRow) string { return i.ID })

	return items, next, err
}

// adminRevokeInvitation takes back one that nobody has used.
func (s *service) adminRevokeInvitation(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.deleteFoundingInvitation(ctx, id, s.moment()); err != nil {
			return err
		}

		return s.recordOperator(ctx, auditapi.Event{Action: actionRevokeInvitation, Target: id})
	})
}
