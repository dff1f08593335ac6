package intent

import (
	"context"
	"fmt"
	"time"

	"homehub/platform/database"
)

// plannedRow is one row of intent_planned.
type plannedRow struct {
	ID             string `gorm:"primaryKey"`
	HouseholdID    string
	OwnerKind      string
	OwnerID        string
	OwnerName      string
	ConversationID string
	AreaID         string
	Text           string
	Source         string
	Given          string
	Commands       string
	DueAt          time.Time
	CreatedAt      time.Time `gorm:"autoCreateTime:false"`
}

// TableName implements gorm's Tabler.
func (plannedRow) TableName() string { return "intent_planned" }

func (s *store) listPlans(ctx context.Context, q keptQuery) ([]plannedRow, error) {
	var rows []plannedRow
	if err := s.listKept(ctx, q, &rows); err != nil {
		return nil, fmt.Errorf("list plans: %w", err)
	}

	return rows, nil
}

// addPlan keeps a plan, unless the household has too many. It joins the transaction in
// ctx, after the audit entry, whose lock keeps others from taking the last place.
func (s *store) addPlan(ctx context.Context, row plannedRow, check rowCheck) error {
	if !s.keepsWords {
		row.Text = ""
	}

	return s.db.Write(ctx, database.Write{
		SQL: `INSERT INTO intent_planned (id, household_id, owner_kind, owner_id, owner_name, conversation_id, area_id, text, source,
				given, commands, due_at, created_at)
			SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT COUNT(*) FROM intent_planned WHERE household_id = ?) < ?`,
		Args: []any{
			row.ID, row.HouseholdID, row.OwnerKind, row.OwnerID, row.OwnerName, row.ConversationID, row.AreaID, row.Text, row.Source,
			row.Given, row.Commands, row.DueAt, row.CreatedAt, row.HouseholdID, maxPlans,
		},
		Check: check,
	})
}

// deletePlan forgets a plan. It joins the transaction in ctx.
func (s *store) deletePlan(ctx context.Context, householdID, id string, check rowCheck) error {
	return s.db.Write(ctx, database.Write{
		SQL:  `DELETE FROM intent_planned WHERE household_id = ? AND id = ?`,
		Args: []any{householdID, id}, Check: check,
	})
}

// claimPlan puts a claim in the place of a plan, so that it is carried out once at most; false
// where another replica was faster, or it was cancelled.
func (s *store) claimPlan(ctx context.Context, householdID, id string, claim claimRow) (isOurs bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context) error {
		res := s.db.Conn(ctx).Where("household_id = ? AND id = ?", householdID, id).Delete(&plannedRow{})
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		isOurs, err = s.addClaim(ctx, claim)

		return err
	})
	if err != nil {
		return false, fmt.Errorf("claim plan: %w", err)
	}

	return isOurs, nil
}

// listDue returns plans whose moment has come, the longest ago first.
func (s *store) listDue(ctx context.Context, now time.Time, limit int) ([]plannedRow, error) {
	var rows []plannedRow
	if err := s.db.Conn(ctx).Where("due_at <= ?", now).Order("due_at, id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list due plans: %w", err)
	}

	return rows, nil
}

// nextDue is when the next plan after a moment is due; nil when there is none.
func (s *store) nextDue(ctx context.Context, after time.Time) (*time.Time, error) {
	var rows []plannedRow
	err := s.db.Conn(ctx).Select("due_at").Where("due_at > ?", after).Order("due_at").Limit(1).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("find next plan: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // finding nothing is an answer, too
	}

	return &rows[0].DueAt, nil
}
