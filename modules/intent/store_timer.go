package intent

import (
	"context"
	"fmt"
	"time"

	"homehub/platform/database"
)

// timerRow is one row of intent_timers. EndsAt is nil while it is paused, and LeftMs counts.
type timerRow struct {
	ID          string `gorm:"primaryKey"`
	HouseholdID string
	OwnerKind   string
	OwnerID     string
	OwnerName   string
	AreaID      string
	Name        string
	LengthMs    int64
	LeftMs      int64
	EndsAt      *time.Time
	Version     int
	CreatedAt   time.Time `gorm:"autoCreateTime:false"`
}

// TableName implements gorm's Tabler.
func (timerRow) TableName() string { return "intent_timers" }

// left is how long the timer still has at a moment.
func (r *timerRow) left(now time.Time) time.Duration {
	if r.EndsAt == nil {
		return time.Duration(r.LeftMs) * time.Millisecond
	}

	return max(r.EndsAt.Sub(now), 0)
}

// rowCheck judges how many rows a write has found.
type rowCheck func(rows int64) error

// keptQuery is one page of a household's timers or plans, newest first.
type keptQuery struct {
	householdID string
	ownerID     string // empty: of everybody
	before      string // an id; empty: from the newest
	limit       int
}

func (s *store) listTimers(ctx context.Context, q keptQuery) ([]timerRow, error) {
	var rows []timerRow
	if err := s.listKept(ctx, q, &rows); err != nil {
		return nil, fmt.Errorf("list timers: %w", err)
	}

	return rows, nil
}

func (s *store) listKept(ctx context.Context, q keptQuery, into any) error {
	query := s.db.Conn(ctx).Where("household_id = ?", q.householdID)
	if q.ownerID != "" {
		query = query.Where("owner_id = ?", q.ownerID)
	}
	if q.before != "" {
		query = query.Where("id < ?", q.before)
	}

	return query.Order("id DESC").Limit(q.limit).Find(into).Error
}

// addTimer keeps a new timer, unless the household has too many. It joins the
// transaction in ctx, after the audit entry, whose lock keeps others from taking the last place.
func (s *store) addTimer(ctx context.Context, row timerRow, check rowCheck) error {
	return s.db.Write(ctx, database.Write{
		SQL: `INSERT INTO intent_timers (id, household_id, owner_kind, owner_id, owner_name, area_id, name, length_ms, left_ms,
				ends_at, version, created_at)
			SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT COUNT(*) FROM intent_timers WHERE household_id = ?) < ?`,
		Args: []any{
			row.ID, row.HouseholdID, row.OwnerKind, row.OwnerID, row.OwnerName, row.AreaID, row.Name, row.LengthMs, row.LeftMs,
			row.EndsAt, row.Version, row.CreatedAt, row.HouseholdID, maxTimers,
		},
		Check: check,
	})
}

// changeTimer writes when a timer ends and what is left of it, unless it is not as it was read. It joins the transaction in ctx.
func (s *store) changeTimer(ctx context.Context, row timerRow, check rowCheck) error {
	return s.db.Write(ctx, database.Write{
		SQL: `UPDATE intent_timers SET ends_at = ?, left_ms = ?, version = version + 1
			WHERE household_id = ? AND id = ? AND version = ?`,
		Args:  []any{row.EndsAt, row.LeftMs, row.HouseholdID, row.ID, row.Version},
		Check: check,
	})
}

// deleteTimer forgets a timer. It joins the transaction in ctx.
func (s *store) deleteTimer(ctx context.Context, row timerRow, check rowCheck) error {
	return s.db.Write(ctx, database.Write{
		SQL:  `DELETE FROM intent_timers WHERE household_id = ? AND id = ?`,
		Args: []any{row.HouseholdID, row.ID}, Check: check,
	})
}

// takeTimer forgets a timer that has ended; false where somebody was faster, or has changed it.
func (s *store) takeTimer(ctx context.Context, row timerRow) (isOurs bool, err error) {
	res := s.db.Conn(ctx).Where("household_id = ? AND id = ? AND version = ?", row.HouseholdID, row.ID, row.Version).Delete(&timerRow{})
	if res.Error != nil {
		return false, fmt.Errorf("take timer: %w", res.Error)
	}

	return res.RowsAffected == 1, nil
}

// listEnded returns timers that have ended, the longest ago first.
func (s *store) listEnded(ctx context.Context, now time.Time, limit int) ([]timerRow, error) {
	var rows []timerRow
	if err := s.db.Conn(ctx).Where("ends_at <= ?", now).Order("ends_at, id").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list ended timers: %w", err)
	}

	return rows, nil
}

// nextEnd is when the next timer ends; nil when none runs.
func (s *store) nextEnd(ctx context.Context) (*time.Time, error) {
	var rows []timerRow
	if err := s.db.Conn(ctx).Select("ends_at").Where("ends_at IS NOT NULL").Order("ends_at").Limit(1).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("find next timer: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil //nolint:nilnil // finding nothing is an answer, too
	}

	return rows[0].EndsAt, nil
}

// deleteKept forgets somebody's timers and plans in all households, or with a household in it alone.
func (s *store) deleteKept(ctx context.Context, householdID, ownerID string) error {
	for _, row := range []any{&timerRow{}, &plannedRow{}} {
		query := s.db.Conn(ctx).Where("owner_id = ?", ownerID)
		if householdID != "" {
			query = query.Where("household_id = ?", householdID)
		}
		if err := query.Delete(row).Error; err != nil {
			return fmt.Errorf("forget timers and plans: %w", err)
		}
	}

	return nil
}

// removeKept forgets a timer or plan, a row of the table; false where there is none.
func (s *store) removeKept(ctx context.Context, table any, q keptQuery, id string) (isThere bool, err error) {
	query := s.db.Conn(ctx).Where("household_id = ? AND id = ?", q.householdID, id)
	if q.ownerID != "" {
		query = query.Where("owner_id = ?", q.ownerID)
	}
	res := query.Delete(table)
	if res.Error != nil {
		return false, fmt.Errorf("cancel: %w", res.Error)
	}

	return res.RowsAffected > 0, nil
}

// listOwnTimers returns a person's timers in all households: a few hundred at most.
func (s *store) listOwnTimers(ctx context.Context, ownerID string) ([]timerRow, error) {
	var rows []timerRow
	if err := s.db.Conn(ctx).Where("owner_id = ?", ownerID).Order("household_id, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list own timers: %w", err)
	}

	return rows, nil
}

// listOwnPlans returns a person's plans in all households: a few hundred at most.
func (s *store) listOwnPlans(ctx context.Context, ownerID string) ([]plannedRow, error) {
	var rows []plannedRow
	if err := s.db.Conn(ctx).Where("owner_id = ?", ownerID).Order("household_id, id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list own plans: %w", err)
	}

	return rows, nil
}
