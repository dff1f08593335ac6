package auth

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// keyBatch bounds how many rows one transaction gives their keys.
const keyBatch = 500

// BeforeSave keeps the key beside the name, whoever writes that.
func (u *userRow) BeforeSave(tx *gorm.DB) error {
	keepNameKey(tx, u.Name)

	return nil
}

// BeforeSave keeps the key beside the name, whoever writes that.
func (h *householdRow) BeforeSave(tx *gorm.DB) error {
	keepNameKey(tx, h.Name)

	return nil
}

// keepNameKey sets the key of a row that is stored, or of a name that is among the columns changed.
func keepNameKey(tx *gorm.DB, name string) {
	if columns, isChange := tx.Statement.Dest.(map[string]any); isChange {
		changed, isNamed := columns["name"].(string)
		if !isNamed {
			return
		}
		name = changed
	}
	tx.Statement.SetColumn("name_key", nameKey(name))
}

// fillNameKeys gives keys to some of the rows from before there were any; it reports whether
// there may be more.
func (s *store) fillNameKeys(ctx context.Context) (bool, error) {
	filled := 0
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		for _, table := range []string{userRow{}.TableName(), householdRow{}.TableName()} {
			var rows []struct{ ID, Name string }
			err := s.db.Conn(ctx).Table(table).Select("id, name").Where("name_key IS NULL").Limit(keyBatch).Find(&rows).Error
			if err != nil {
				return fmt.Errorf("find names without keys: %w", err)
			}
			for _, row := range rows {
				err := s.db.Conn(ctx).Table(table).Where("id = ?", row.ID).Update("name_key", nameKey(row.Name)).Error
				if err != nil {
					return fmt.Errorf("store the key of a name: %w", err)
				}
			}
			filled += len(rows)
		}

		return nil
	})

	return filled > 0, err
}
