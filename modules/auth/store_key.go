package auth

import (
	"context"
	"fmt"
	"time"
)

type signingKeyRow struct {
	KID        string `gorm:"column:kid"`
	PrivateKey string // sealed
	PublicKey  []byte
	CreatedAt  time.Time
	RetireAt   *time.Time
}

func (signingKeyRow) TableName() string { return "auth_signing_keys" }

// listSigningKeys returns the keys whose tokens may still be valid, oldest first.
func (s *store) listSigningKeys(ctx context.Context, now time.Time) ([]*signingKey, error) {
	var rows []signingKeyRow
	err := s.db.Conn(ctx).Where("retire_at IS NULL OR retire_at > ?", now).Order("created_at, kid").Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list signing keys: %w", err)
	}
	keys := make([]*signingKey, 0, len(rows))
	for _, r := range rows {
		keys = append(keys, &signingKey{
			kid: r.KID, public: r.PublicKey, sealed: r.PrivateKey, createdAt: r.CreatedAt, retireAt: r.RetireAt,
		})
	}

	return keys, nil
}

func (s *store) insertSigningKey(ctx context.Context, k *signingKey) error {
	row := signingKeyRow{KID: k.kid, PrivateKey: k.sealed, PublicKey: k.public, CreatedAt: k.createdAt}
	if err := s.db.Conn(ctx).Create(&row).Error; err != nil {
		return fmt.Errorf("insert signing key: %w", err)
	}

	return nil
}

// retireSigningKeys sets an end to every key that has none.
func (s *store) retireSigningKeys(ctx context.Context, at time.Time) error {
	err := s.db.Conn(ctx).Model(&signingKeyRow{}).Where("retire_at IS NULL").Update("retire_at", at).Error
	if err != nil {
		return fmt.Errorf("retire signing keys: %w", err)
	}

	return nil
}

func (s *store) updateSealedKey(ctx context.Context, kid, sealed string) error {
	err := s.db.Conn(ctx).Model(&signingKeyRow{}).Where("kid = ?", kid).Update("private_key", sealed).Error
	if err != nil {
		return fmt.Errorf("update signing key: %w", err)
	}

	return nil
}

// deleteRetiredKeys forgets keys whose tokens have all ended.
func (s *store) deleteRetiredKeys(ctx context.Context, now time.Time) error {
	if err := s.db.Conn(ctx).Where("retire_at <= ?", now).Delete(&signingKeyRow{}).Error; err != nil {
		return fmt.Errorf("delete retired keys: %w", err)
	}

	return nil
}
