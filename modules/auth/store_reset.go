package auth

import (
	"context"
	"fmt"
	"time"
)

type resetRow struct {
	TokenHash []byte
	UserID    string
	CreatedAt time.Time
	ExpiresAt time.Time
}

func (resetRow) TableName() string { return "auth_reset_tokens" }

// replaceResetToken stores a person's new token; the ones before it count no longer.
func (s *store) replaceResetToken(ctx context.Context, t *resetRow) error {
	if err := s.deleteResetTokensOf(ctx, t.UserID); err != nil {
		return err
	}
	if err := s.db.Conn(ctx).Create(t).Error; err != nil {
		return fmt.Errorf("insert reset token: %w", err)
	}

	return nil
}

// findUserByResetToken returns whose token it is; nil when it is nobody's at the moment now.
func (s *store) findUserByResetToken(ctx context.Context, hash []byte, now time.Time) (*userRow, error) {
	var found []userRow
	err := s.db.Conn(ctx).Raw(
		`SELECT u.* FROM auth_reset_tokens t JOIN auth_users u ON u.id = t.user_id
		WHERE t.token_hash = ? AND t.expires_at > ?`, hash, now).Scan(&found).Error
	if err != nil {
		return nil, fmt.Errorf("find reset token: %w", err)
	}
	if len(found) == 0 {
		return nil, nil //nolint:nilnil // find may find nothing
	}

	return &found[0], nil
}

// takeResetToken uses a token up; of many at once only one gets it, the others errResetTokenInvalid.
func (s *store) takeResetToken(ctx context.Context, hash []byte, now time.Time) error {
	res := s.db.Conn(ctx).Where("token_hash = ? AND expires_at > ?", hash, now).Delete(&resetRow{})
	if res.Error != nil {
		return fmt.Errorf("take reset token: %w", res.Error)
	}
	if res.RowsAffected == 0 {
		return errResetTokenInvalid
	}

	return nil
}

func (s *store) deleteResetTokensOf(ctx context.Context, userID string) error {
	if err := s.db.Conn(ctx).Where("user_id = ?", userID).Delete(&resetRow{}).Error; err != nil {
		return fmt.Errorf("delete reset tokens: %w", err)
	}

	return nil
}

// deleteEndedResetTokens forgets what nobody can use any more.
func (s *store) deleteEndedResetTokens(ctx context.Context, now time.Time) error {
	if err := s.db.Conn(ctx).Where("expires_at <= ?", now).Delete(&resetRow{}).Error; err != nil {
		return fmt.Errorf("delete ended reset tokens: %w", err)
	}

	return nil
}
