package intent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"homehub/platform/database"
)

// claimRow is one row of intent_claims. StatusCode is 0 while the claim is open.
type claimRow struct {
	ID          string `gorm:"primaryKey"`
	HouseholdID string
	CallerID    string
	ClaimKey    string
	Fingerprint string
	RequestID   string
	BootID      string
	LeaseUntil  time.Time
	Request     string
	StatusCode  int
	Body        []byte
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
	ExpiresAt   time.Time
}

// TableName implements gorm's Tabler.
func (claimRow) TableName() string { return "intent_claims" }

// addClaim leaves the claim; false when there is one under its key already.
func (s *store) addClaim(ctx context.Context, row claimRow) (isAdded bool, err error) {
	err = s.db.InBatch(ctx, func(ctx context.Context) error {
		return s.db.Write(ctx, database.Write{
			SQL: `INSERT INTO intent_claims (id, household_id, caller_id, claim_key, fingerprint, request_id, boot_id, lease_until,
				request, status_code, body, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT DO NOTHING`,
			Args: []any{
				row.ID, row.HouseholdID, row.CallerID, row.ClaimKey, row.Fingerprint, row.RequestID, row.BootID, row.LeaseUntil,
				row.Request, row.StatusCode, row.Body, row.CreatedAt, row.ExpiresAt,
			},
			Check: func(rows int64) error { isAdded = rows == 1; return nil },
		})
	})
	if err != nil {
		return false, fmt.Errorf("add claim: %w", err)
	}

	return isAdded, nil
}

// claimID names a claim.
type claimID struct{ householdID, id string }

// findClaim returns the claim under a caller's key; nil when there is none in the household.
func (s *store) findClaim(ctx context.Context, householdID, callerID, key string) (*claimRow, error) {
	row := new(claimRow)
	err := s.db.Conn(ctx).
		Where("household_id = ? AND caller_id = ? AND claim_key = ?", householdID, callerID, key).Take(row).Error
	if errors.Is(database.MapError(err), database.ErrNoRow) {
		return nil, nil //nolint:nilnil // finding nothing is an answer, too
	}
	if err != nil {
		return nil, fmt.Errorf("find claim: %w", err)
	}

	return row, nil
}

// setClaimRequest adds what is about to be done to an open claim.
func (s *store) setClaimRequest(ctx context.Context, c claimID, request string) error {
	return s.db.InBatch(ctx, func(ctx context.Context) error {
		res := s.openClaim(ctx, c).Update("request", request)

		return claimed(res.RowsAffected, res.Error)
	})
}

// finishClaim keeps the answer of a claim, and of its request nothing any more; errClaimLost
// when another process has answered for it in the meantime. It joins the transaction in ctx.
func (s *store) finishClaim(ctx context.Context, c *claim) error {
	return s.db.Write(ctx, database.Write{
		SQL: `UPDATE intent_claims SET status_code = ?, body = ?, request = '{}'
			WHERE household_id = ? AND id = ? AND status_code = 0`,
		Args:  []any{c.statusCode, c.body, c.householdID, c.id},
		Check: func(rows int64) error { return claimed(rows, nil) },
	})
}

func (s *store) openClaim(ctx context.Context, c claimID) *gorm.DB {
	return s.db.Conn(ctx).Model(&claimRow{}).Where("household_id = ? AND id = ? AND status_code = 0", c.householdID, c.id)
}

func claimed(rows int64, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("update claim: %w", err)
	case rows == 0:
		return errClaimLost
	default:
		return nil
	}
}

// dropClaim forgets an open claim under which nothing was done.
func (s *store) dropClaim(ctx context.Context, c claimID) error {
	return s.db.InBatch(ctx, func(ctx context.Context) error {
		if err := s.openClaim(ctx, c).Delete(&claimRow{}).Error; err != nil {
			return fmt.Errorf("drop claim: %w", err)
		}

		return nil
	})
}

// dropExpired forgets claims that nobody may repeat any more; open ones are answered for first.
func (s *store) dropExpired(ctx context.Context, now time.Time) error {
	if err := s.db.Conn(ctx).Where("expires_at < ? AND status_code <> 0", now).Delete(&claimRow{}).Error; err != nil {
		return fmt.Errorf("drop expired claims: %w", err)
	}

	return nil
}

// listOpenClaims returns open claims, oldest first.
func (s *store) listOpenClaims(ctx context.Context, limit int) ([]claimRow, error) {
	var rows []claimRow
	if err := s.db.Conn(ctx).Where("status_code = 0").Order("id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list open claims: %w", err)
	}

	return rows, nil
}
