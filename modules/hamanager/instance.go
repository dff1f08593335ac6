package hamanager

import "time"

// Status is how an instance is; the words of the HTTP contract.
type Status string

// The statuses. What runs in containers uses all of them.
const (
	statusQueued     Status = "queued"
	statusStarting   Status = "starting"
	statusOnboarding Status = "onboarding"
	statusReady      Status = "ready"
	statusStopping   Status = "stopping"
	statusStopped    Status = "stopped"
	statusUnhealthy  Status = "unhealthy" // was ready, or should be, and cannot be used now
	statusFailed     Status = "failed"    // cannot be brought up at all
	statusRemoving   Status = "removing"
)

// desire is what an instance should be.
type desire string

// The desires. Removed is that of an instance whose data was kept: nobody sees it, and
// creating one again finds its data.
const (
	desireRunning  desire = "running"
	desireStopped  desire = "stopped"
	desireRemoving desire = "removing"
	desireRemoved  desire = "removed"
)

// instance is one household's Home Assistant, as it is stored.
type instance struct {
	ID          string
	HouseholdID string
	Kind        string
	Desired     desire
	// Generation grows with every change that what runs must notice.
	Generation int64
	Status     Status
	Message    string // for people; empty when there is nothing to say

	URL       string // of a linked one
	Token     string // sealed; empty before onboarding
	Username  string // of the user that homehub created
	Password  string // sealed, stored before it is used, so that onboarding can be repeated
	HAVersion string
	Port      *int

	KeepsData bool
	CreatedAt time.Time
	ReadyAt   *time.Time // when it first was
	UpdatedAt time.Time
}

// isSimulated reports whether no real home stands behind it.
func (i instance) isSimulated() bool { return i.Kind == kindVirtual }
