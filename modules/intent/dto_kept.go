package intent

import (
	"time"

	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
)

// timerItem is one timer as clients see it.
type timerItem struct {
	ID               string     `json:"id"`
	Name             string     `json:"name"`
	AreaID           string     `json:"area_id"`
	LengthSeconds    int64      `json:"length_seconds"`
	RemainingSeconds int64      `json:"remaining_seconds"`
	IsPaused         bool       `json:"is_paused"`
	EndsAt           *time.Time `json:"ends_at"`
	CreatedAt        time.Time  `json:"created_at"`
	Owner            actor      `json:"owner"`
}

func toTimerItem(row timerRow, now time.Time) timerItem {
	item := timerItem{
		ID: row.ID, Name: row.Name, AreaID: row.AreaID, LengthSeconds: row.LengthMs / 1000,
		RemainingSeconds: int64(row.left(now).Round(time.Second) / time.Second), IsPaused: row.EndsAt == nil,
		CreatedAt: row.CreatedAt.UTC(), Owner: actor{Kind: identity.Kind(row.OwnerKind), ID: row.OwnerID, Name: row.OwnerName},
	}
	if row.EndsAt != nil {
		end := row.EndsAt.UTC()
		item.EndsAt = &end
	}

	return item
}

// planItem is one plan as clients see it. Text is null where it is somebody else's words, or words
// are not kept.
type planItem struct {
	ID        string        `json:"id"`
	DueAt     time.Time     `json:"due_at"`
	Text      *string       `json:"text"`
	Commands  []planCommand `json:"commands"`
	CreatedAt time.Time     `json:"created_at"`
	Owner     actor         `json:"owner"`
}

type planCommand struct {
	Intent  string        `json:"intent"`
	Slots   meaning.Slots `json:"slots"`
	Targets []string      `json:"targets"`
}

func toPlanItem(row plannedRow, isOwn bool) planItem {
	item := planItem{
		ID: row.ID, DueAt: row.DueAt.UTC(), Commands: []planCommand{}, CreatedAt: row.CreatedAt.UTC(),
		Owner: actor{Kind: identity.Kind(row.OwnerKind), ID: row.OwnerID, Name: row.OwnerName},
	}
	if isOwn && row.Text != "" {
		item.Text = &row.Text
	}
	for _, p := range row.decode() {
		c := planCommand{Intent: p.Intent, Slots: p.Slots, Targets: p.Targets}
		if !isOwn {
			c.Slots = plainSlots(commandAnswer{Slots: p.Slots, Targets: p.Targets})
		}
		if c.Slots == nil {
			c.Slots = meaning.Slots{}
		}
		item.Commands = append(item.Commands, c)
	}

	return item
}
