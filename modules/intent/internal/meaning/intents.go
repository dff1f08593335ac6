package meaning

import (
	"slices"
	"sync"
)

// Names of the intents that homehub knows; Home Assistant's own.
const (
	TurnOn             = "HassTurnOn"
	TurnOff            = "HassTurnOff"
	Toggle             = "HassToggle"
	LightSet           = "HassLightSet"
	SetPosition        = "HassSetPosition"
	StopMoving         = "HassStopMoving"
	GetState           = "HassGetState"
	GetCurrentDate     = "HassGetCurrentDate"
	GetCurrentTime     = "HassGetCurrentTime"
	GetWeather         = "HassGetWeather"
	Nevermind          = "HassNevermind"
	Respond            = "HassRespond"
	ClimateSet         = "HassClimateSetTemperature"
	ClimateGet         = "HassClimateGetTemperature"
	HumidifierSetpoint = "HassHumidifierSetpoint"
	FanSetSpeed        = "HassFanSetSpeed"
	MediaPause         = "HassMediaPause"
	MediaUnpause       = "HassMediaUnpause"
	MediaNext          = "HassMediaNext"
	MediaPrevious      = "HassMediaPrevious"
	MediaMute          = "HassMediaPlayerMute"
	MediaUnmute        = "HassMediaPlayerUnmute"
	SetVolume          = "HassSetVolume"
	SetVolumeRelative  = "HassSetVolumeRelative"
	VacuumStart        = "HassVacuumStart"
	VacuumReturn       = "HassVacuumReturnToBase"
	LawnMowerStart     = "HassLawnMowerStartMowing"
	LawnMowerDock      = "HassLawnMowerDock"
	ListAddItem        = "HassListAddItem"
	ShoppingAddItem    = "HassShoppingListAddItem"
	ListCompleteItem   = "HassListCompleteItem"
	ListRemoveItem     = "HassListRemoveItem"
	StartTimer         = "HassStartTimer"
	CancelTimer        = "HassCancelTimer"
	CancelAllTimers    = "HassCancelAllTimers"
	IncreaseTimer      = "HassIncreaseTimer"
	DecreaseTimer      = "HassDecreaseTimer"
	PauseTimer         = "HassPauseTimer"
	UnpauseTimer       = "HassUnpauseTimer"
	TimerStatus        = "HassTimerStatus"
)

// reach says what an intent needs to be carried out.
type reach uint8

const (
	reachesEntities reach = iota // any number of them
	reachesOne                   // exactly one
	reachesNone                  // it is answered without any entity
	reachesUnknown               // homehub cannot carry it out
)

// rule is what binding must know of an intent.
type rule struct {
	reach   reach
	domains []string // that it can act on; nil means all
	// limit is the slot that must lie between low and high; empty means none.
	limit     string
	low, high float64
	// need is the ability that an entity must have, see ability.go.
	need ability
	// inState: without a name it means the players that are in this state, where some are.
	inState string
	// onePlace: where neither a name nor a place was said, only one can be meant.
	onePlace bool
}

// ruleOf returns the rule of an intent.
func ruleOf(intent string) rule {
	if IsOfTimers(intent) || IsOfPlans(intent) {
		return rule{reach: reachesNone} // of the home
	}
	switch intent {
	case TurnOn, TurnOff, Toggle:
		return rule{domains: switchable()}
	case GetState:
		return rule{}
	case LightSet:
		return rule{domains: []string{"light"}, limit: "brightness", high: 100}
	case SetPosition:
		return rule{domains: []string{"cover", "valve"}, limit: "position", high: 100, need: canSetPosition}
	case StopMoving:
		return rule{domains: []string{"cover", "valve"}, need: canStop}
	case ClimateSet:
		return rule{reach: reachesOne, domains: []string{"climate"}, need: canSetTemperature}
	case ClimateGet:
		return rule{domains: []string{"climate"}}
	case GetCurrentDate, GetCurrentTime, Nevermind, Respond:
		return rule{reach: reachesNone}
	default:
		return applianceRuleOf(intent)
	}
}

// applianceRuleOf is ruleOf for intents of one domain each.
func applianceRuleOf(intent string) rule {
	switch intent {
	case HumidifierSetpoint:
		return rule{domains: []string{"humidifier"}, limit: "humidity", high: 100}
	case FanSetSpeed:
		return rule{domains: []string{"fan"}, limit: "percentage", high: 100, need: canSetSpeed}
	case VacuumStart, VacuumReturn:
		return rule{domains: []string{"vacuum"}}
	case LawnMowerStart, LawnMowerDock:
		return rule{domains: []string{"lawn_mower"}}
	case ListAddItem, ShoppingAddItem, ListCompleteItem, ListRemoveItem:
		return rule{reach: reachesOne, domains: []string{"todo"}}
	case GetWeather:
		return rule{domains: []string{"weather"}}
	default:
		return mediaRuleOf(intent)
	}
}

func mediaRuleOf(intent string) rule {
	r := rule{domains: []string{"media_player"}, inState: "playing"}
	switch intent {
	case MediaPause:
		r.need = canPause
	case MediaUnpause:
		r.need, r.inState, r.onePlace = canPlay, "paused", true
	case MediaNext:
		r.need, r.onePlace = canSkip, true
	case MediaPrevious:
		r.need, r.onePlace = canGoBack, true
	case MediaMute, MediaUnmute:
		r.need = canMute
	case SetVolume:
		r.limit, r.high, r.need, r.onePlace = "volume_level", 100, canSetVolume, true
	case SetVolumeRelative:
		r.onePlace = true
	default:
		return rule{reach: reachesUnknown}
	}

	return r
}

// switchable are the domains that HassTurnOn and HassTurnOff can act on, made once.
var switchable = sync.OnceValue(func() []string {
	return []string{
		"automation", "button", "climate", "cover", "fan", "group", "humidifier", "input_boolean", "input_button",
		"light", "lock", "media_player", "remote", "scene", "script", "siren", "switch", "valve", "water_heater",
	}
})

// IsOfLists reports whether an intent is about what is on a list.
func IsOfLists(intent string) bool {
	switch intent {
	case ListAddItem, ShoppingAddItem, ListCompleteItem, ListRemoveItem:
		return true
	default:
		return false
	}
}

// IsQuestion reports whether an intent only asks, and so can change nothing.
func IsQuestion(intent string) bool {
	switch intent {
	case GetState, GetCurrentDate, GetCurrentTime, GetWeather, ClimateGet, TimerStatus, ListPlans, Nevermind, Respond:
		return true
	default:
		return false
	}
}

// acts reports whether the rule's intent can act on a domain at all.
func (r rule) acts(domain string) bool { return r.domains == nil || slices.Contains(r.domains, domain) }

// IsImplied reports whether an intent acts on one domain only, so that no slot names it.
func IsImplied(intent string) bool {
	r := ruleOf(intent)

	return len(r.domains) == 1
}

// NeedsNoEntity reports whether an intent is carried out, or answered, without any entity.
func NeedsNoEntity(intent string) bool {
	switch ruleOf(intent).reach {
	case reachesNone, reachesUnknown:
		return true
	default:
		return false
	}
}
