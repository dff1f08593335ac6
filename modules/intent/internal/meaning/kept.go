package meaning

import (
	"math"
	"slices"
	"strings"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
)

// The intents about planned commands. Home Assistant has none for them.
const (
	ListPlans      = "HomehubListPlans"
	CancelPlan     = "HomehubCancelPlan"
	CancelAllPlans = "HomehubCancelAllPlans"
)

// Timer is one that runs in the household, or is paused.
type Timer struct {
	ID, OwnerID string
	Name        string        // as it was said; mostly empty
	AreaID      string        // where it was set, as far as known
	Length      time.Duration // it was started with
	Left        time.Duration
	IsPaused    bool
}

// Plan is what is to be done at a later moment.
type Plan struct {
	ID, OwnerID string
	Commands    []Command // bound to the home as it is now
	At          time.Time
}

// PlanFilter says which plans are meant. The zero value: any.
type PlanFilter struct {
	// Commands are what the plan would do; nil: anything.
	Commands []Command
	// From and To bound its moment, where From is set.
	From, To time.Time
}

// IsOfTimers reports whether an intent is about timers.
func IsOfTimers(intent string) bool {
	switch intent {
	case StartTimer, CancelTimer, CancelAllTimers, IncreaseTimer, DecreaseTimer, PauseTimer, UnpauseTimer, TimerStatus:
		return true
	default:
		return false
	}
}

// IsOfPlans reports whether an intent is about planned commands.
func IsOfPlans(intent string) bool {
	return intent == ListPlans || intent == CancelPlan || intent == CancelAllPlans
}

// ReachesMany reports whether an intent about timers or plans is about any number of them.
func ReachesMany(intent string) bool {
	switch intent {
	case TimerStatus, CancelAllTimers, ListPlans, CancelAllPlans:
		return true
	default:
		return false
	}
}

// DurationOf reads the slots hours, minutes and seconds; prefix "start_" reads those that a timer
// was started with. ok is false where none is there.
func DurationOf(s Slots, prefix string) (d time.Duration, ok bool) {
	const longest = 100 * 365 * 24 // hours; a duration holds no more than three times that
	for slot, unit := range map[string]time.Duration{"hours": time.Hour, "minutes": time.Minute, "seconds": time.Second} {
		if n, isThere := s.Number(prefix + slot); isThere {
			n = min(math.Max(n, 0), longest*float64(time.Hour/unit))
			d += time.Duration(n * float64(unit))
			ok = true
		}
	}

	return d, ok
}

// FindTimers returns those of the timers that a command means: by name, by the room, by how long
// they were started for. Where it can mean one only, the speaker's own come first, and then those
// of the room the speaker is in.
func FindTimers(home *hamanagerapi.Home, u Utterance, speakerID string, all []*Timer, c Command) []*Timer {
	found := slices.Clone(all)
	keep := func(fits func(*Timer) bool) {
		found = slices.DeleteFunc(found, func(t *Timer) bool { return !fits(t) })
	}
	if name := c.Slots.Name(); name != "" {
		keep(func(t *Timer) bool { return strings.EqualFold(t.Name, name) })
	}
	if name := c.Slots.Text("area"); name != "" {
		area := FindArea(home, name)
		keep(func(t *Timer) bool { return area != nil && t.AreaID == area.ID })
	}
	if length, ok := DurationOf(c.Slots, "start_"); ok {
		keep(func(t *Timer) bool { return t.Length == length })
	}
	if ReachesMany(c.Intent) {
		return found
	}
	found = oneOf(found, c.Intent)
	found = preferredTimers(found, func(t *Timer) bool { return t.OwnerID == speakerID })

	return preferredTimers(found, func(t *Timer) bool { return u.AreaID != "" && t.AreaID == u.AreaID })
}

// oneOf leaves out the timers that an intent would not change, where it would change others: one
// that runs is not resumed.
func oneOf(found []*Timer, intent string) []*Timer {
	switch intent {
	case PauseTimer:
		return preferredTimers(found, func(t *Timer) bool { return !t.IsPaused })
	case UnpauseTimer:
		return preferredTimers(found, func(t *Timer) bool { return t.IsPaused })
	default:
		return found
	}
}

func preferredTimers(found []*Timer, fits func(*Timer) bool) []*Timer {
	kept := slices.DeleteFunc(slices.Clone(found), func(t *Timer) bool { return !fits(t) })
	if len(kept) == 0 {
		return found
	}

	return kept
}

// FindPlans returns those of the plans that a filter means.
func FindPlans(all []*Plan, f *PlanFilter) []*Plan {
	if f == nil {
		return all
	}

	return slices.DeleteFunc(slices.Clone(all), func(p *Plan) bool {
		isThen := f.From.IsZero() || !p.At.Before(f.From) && !p.At.After(f.To)

		return !isThen || !f.isAbout(p)
	})
}

// isAbout reports whether the plan would do any of what the filter names.
func (f *PlanFilter) isAbout(p *Plan) bool {
	if len(f.Commands) == 0 {
		return true
	}

	return slices.ContainsFunc(f.Commands, func(named Command) bool {
		return slices.ContainsFunc(p.Commands, func(c Command) bool {
			return c.Intent == named.Intent && (len(named.Targets) == 0 || slices.ContainsFunc(c.Targets, func(e *hamanagerapi.Entity) bool {
				return slices.ContainsFunc(named.Targets, func(n *hamanagerapi.Entity) bool { return n.ID == e.ID })
			}))
		})
	})
}
