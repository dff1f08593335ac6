package meaning

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
)

// Settle answers a question by the states: where just one candidate can change at all (of two
// television sets one is on, and it is to be switched off), that one was meant. What would
// let somebody in is asked all the same, and so is what is to be switched on: who has something
// end sees or hears it, but few know of what is off that it is the only one.
func Settle(home *hamanagerapi.Home, c Command, q *Question) (Command, *Question) {
	var able []*hamanagerapi.Entity
	for _, choice := range q.Choices {
		e := home.Entity(choice.EntityID)
		if e == nil || LetsIn(c.Intent, e) {
			return c, q
		}
		if canChange(c.Intent, e) {
			able = append(able, e)
		}
	}
	if len(able) != 1 || IsQuestion(c.Intent) || c.Intent == TurnOn {
		return c, q
	}
	settled, again := Bind(home, Utterance{}, Narrow(home, c, Choice{EntityID: able[0].ID}))
	if again != nil || settled.Reason != "" {
		return c, q
	}
	settled.Slots["name"] = able[0].Name

	return settled, nil
}

// LetsIn reports whether a command would let somebody in.
func LetsIn(intent string, e *hamanagerapi.Entity) bool {
	switch e.Domain {
	case "lock":
		return intent != TurnOn
	case "cover":
		return (e.DeviceClass == "garage" || e.DeviceClass == "gate") && intent != TurnOff
	case "alarm_control_panel":
		return true
	default:
		return false
	}
}

// canChange reports whether a command would change anything; of those that set a number or
// only ask, nothing is known.
func canChange(intent string, e *hamanagerapi.Entity) bool {
	state := e.State().Value
	switch intent {
	case TurnOn:
		if was := WasOf(e.State()); e.Domain == "cover" && was.Position != nil {
			return *was.Position < 100
		}

		return slices.Contains([]string{"off", "closed", "unlocked", "standby"}, state)
	case TurnOff:
		return !slices.Contains([]string{"off", "closed", "locked", "standby", "unavailable", "unknown"}, state)
	case MediaPause, MediaNext, MediaPrevious:
		return state == "playing"
	case MediaUnpause:
		return state == "paused"
	case SetVolumeRelative, MediaMute, SetVolume:
		return slices.Contains([]string{"playing", "on", "paused", "buffering"}, state)
	default:
		return true
	}
}
