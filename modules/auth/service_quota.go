package auth

import (
	"context"

	"homehub/platform/apperr"
)

var errQuotaReached = apperr.New(apperr.Conflict, "auth.quota_reached", "This household has as many as the operator lets it have.")

// quota is what the operator may limit in a household.
type quota string

// The quotas.
const (
	quotaMembers quota = "members"
	quotaDevices quota = "devices"
)

// checkQuota returns errQuotaReached where the household has no room for one more. It is called
// in the transaction that adds the member or device, before it does: until that ends, others who
// want to add one wait here, so that two cannot take the last place.
func (s *service) checkQuota(ctx context.Context, householdID string, of quota) error {
	limit, err := s.store.lockQuota(ctx, householdID, of)
	if err != nil || limit == nil {
		return err
	}
	count, err := s.store.countOf(ctx, householdID, of, s.moment())
	if err != nil {
		return err
	}
	if count >= *limit {
		return errQuotaReached.WithMessage("The operator lets this household have at most %d %s.", *limit, of)
	}

	return nil
}
