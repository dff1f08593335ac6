package intent

import (
	"context"
	"fmt"
	"time"
)

// listSpoken returns the households in whose history a person has spoken. Each household there is
// costs two looks into an index, however long its history.
func (s *store) listSpoken(ctx context.Context, actorID string) ([]string, error) {
	var ids []string
	err := s.db.Conn(ctx).Raw(
		`WITH RECURSIVE spoken (id) AS (
			SELECT MIN(household_id) FROM intent_history
			UNION ALL
			SELECT (SELECT MIN(household_id) FROM intent_history WHERE household_id > spoken.id) FROM spoken WHERE spoken.id IS NOT NULL
		) SELECT id FROM spoken WHERE EXISTS (SELECT 1 FROM intent_history WHERE household_id = spoken.id AND actor_id = ?)`,
		actorID).Scan(&ids).Error
	if err != nil {
		return nil, fmt.Errorf("list households that a person spoke in: %w", err)
	}

	return ids, nil
}

// listSaid returns a page of what a person said in a household, oldest first.
func (s *store) listSaid(ctx context.Context, householdID, actorID, after string, limit int) ([]historyRow, error) {
	var rows []historyRow
	err := s.db.Conn(ctx).Where("household_id = ? AND actor_id = ? AND id > ?", householdID, actorID, after).
		Order("id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list what a person said: %w", err)
	}

	return rows, nil
}

// deleteSaid forgets at most limit utterances of a person, and returns how many.
func (s *store) deleteSaid(ctx context.Context, householdID, actorID string, limit int) (int64, error) {
	res := s.db.Conn(ctx).Exec(
		`DELETE FROM intent_history WHERE id IN (SELECT id FROM intent_history WHERE household_id = ? AND actor_id = ? LIMIT ?)`,
		householdID, actorID, limit)
	if res.Error != nil {
		return 0, fmt.Errorf("forget what a person said: %w", res.Error)
	}

	return res.RowsAffected, nil
}

// deleteClaims forgets a person's claims but those that a living process may still answer for.
func (s *store) deleteClaims(ctx context.Context, callerID string, now time.Time) error {
	err := s.db.Conn(ctx).Where("caller_id = ? AND (status_code <> 0 OR lease_until < ?)", callerID, now).Delete(&claimRow{}).Error
	if err != nil {
		return fmt.Errorf("forget claims: %w", err)
	}

	return nil
}

// deleteHistoryBefore forgets at most limit utterances whose id is before one, and returns how
// many. Ids sort by the time they were made.
func (s *store) deleteHistoryBefore(ctx context.Context, id string, limit int) (int64, error) {
	res := s.db.Conn(ctx).Exec(
		`DELETE FROM intent_history WHERE id IN (SELECT id FROM intent_history WHERE id < ? ORDER BY id LIMIT ?)`, id, limit)
	if res.Error != nil {
		return 0, fmt.Errorf("forget old utterances: %w", res.Error)
	}

	return res.RowsAffected, nil
}
