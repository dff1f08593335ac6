package meaning

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
)

// Memory is what was done or asked last in a conversation: what follows may lean on it.
type Memory struct {
	Commands []Command
	// Was is how the targets were before it. Those that it did not change are not in it.
	Was map[string]Was
	// Earlier are the things that the turns before that one were about, the last first.
	Earlier []*hamanagerapi.Entity
}

// maxEarlier bounds the things of earlier turns; nobody means more by "both" or "all three".
const maxEarlier = 4

// Follow makes a memory that of a turn after another one.
func (m *Memory) Follow(before *Memory) {
	if before == nil {
		return
	}
	m.Earlier = nil
	for _, e := range before.things() {
		if len(m.Earlier) < maxEarlier && !slices.Contains(m.targets(), e) {
			m.Earlier = append(m.Earlier, e)
		}
	}
}

// things are what a turn was about, and then what those before it were about.
func (m *Memory) things() []*hamanagerapi.Entity { return append(m.targets(), m.Earlier...) }

func (m *Memory) targets() []*hamanagerapi.Entity {
	var targets []*hamanagerapi.Entity
	for _, c := range m.Commands {
		for _, e := range c.Targets {
			if !slices.Contains(targets, e) {
				targets = append(targets, e)
			}
		}
	}

	return targets
}

// Lately are as many things of a domain as were spoken of last; none where they were fewer, or more at once.
func (m *Memory) Lately(count int, domain string) []*hamanagerapi.Entity {
	isOther := func(e *hamanagerapi.Entity) bool { return e.Domain != domain }
	things := slices.DeleteFunc(m.things(), isOther)
	if count < 2 || len(things) < count || len(slices.DeleteFunc(m.targets(), isOther)) > count {
		return nil
	}

	return things[:count]
}

// Was is what must be known of an entity to undo what was done to it.
type Was struct {
	State      string   `json:"state"`
	Brightness *float64 `json:"brightness,omitempty"` // per cent
	Kelvin     *float64 `json:"color_temp_kelvin,omitempty"`
	Position   *float64 `json:"current_position,omitempty"`
	Degrees    *float64 `json:"temperature,omitempty"`
	Percentage *float64 `json:"percentage,omitempty"`
	Volume     *float64 `json:"volume_level,omitempty"` // per cent
	Humidity   *float64 `json:"humidity,omitempty"`
}

// WasOf reads a state.
func WasOf(s *hamanagerapi.State) Was {
	var w Was
	// What cannot be read counts as not told; the rest is read all the same.
	_ = json.Unmarshal(s.Attributes, &w)
	w.State = s.Value
	scale(w.Brightness, 100.0/255)
	scale(w.Volume, 100)

	return w
}

func scale(n *float64, by float64) {
	if n != nil {
		*n = math.Round(*n * by)
	}
}

// Remember makes the memory of commands from the states as they are. For a process that does
// not carry anything out; who does knows better what was changed.
func Remember(commands []Command) *Memory {
	m := &Memory{Was: map[string]Was{}}
	for _, c := range commands {
		if c.Reason != "" || len(c.Targets) == 0 && !IsOfLists(c.Intent) && !IsOfTimers(c.Intent) {
			continue
		}
		m.Commands = append(m.Commands, c)
		for _, e := range c.Targets {
			m.Was[e.ID] = WasOf(e.State())
		}
	}

	return m
}

// Last is the command that was carried out last; nil where there was none.
func (m *Memory) Last() *Command {
	if m == nil || len(m.Commands) == 0 {
		return nil
	}

	return &m.Commands[len(m.Commands)-1]
}

// Undo returns the commands that make it as it was, the last deed first; none where it cannot
// be undone.
func (m *Memory) Undo() []Command {
	if m == nil {
		return nil
	}
	var undone []Command
	for _, c := range slices.Backward(m.Commands) {
		if kept, ok := inverseOfKept(c); ok {
			undone = append(undone, kept)

			continue
		}
		groups := map[string]int{}
		for _, e := range c.Targets {
			was, isChanged := m.Was[e.ID]
			if !isChanged {
				continue
			}
			intent, values := inverse(c, was)
			if intent == "" {
				return nil
			}
			key := intent + fmt.Sprint(values) // a map prints in the order of its keys
			at, ok := groups[key]
			if !ok {
				at = len(undone)
				groups[key] = at
				undone = append(undone, Command{Intent: intent, Slots: values})
			}
			undone[at].Targets = append(undone[at].Targets, e)
		}
	}
	for i := range undone {
		undone[i].nameTargets()
	}

	return undone
}

// inverseOfKept undoes what is kept elsewhere than in the states of devices: timers, and what is on lists.
func inverseOfKept(c Command) (Command, bool) {
	undone := Command{Slots: Slots{}, Targets: c.Targets}
	switch c.Intent {
	case StartTimer:
		undone.Intent = CancelTimer
		if name := c.Slots.Name(); name != "" {
			undone.Slots["name"] = name

			return undone, true
		}
		for _, slot := range []string{"hours", "minutes", "seconds"} {
			if n, ok := c.Slots[slot]; ok {
				undone.Slots["start_"+slot] = n
			}
		}

		return undone, true
	case IncreaseTimer, DecreaseTimer, PauseTimer, UnpauseTimer:
		undone.Intent, undone.Slots = oppositeOfTimers(c.Intent), maps.Clone(c.Slots)
	case ListAddItem, ShoppingAddItem:
		undone.Intent, undone.Slots = ListRemoveItem, maps.Clone(c.Slots)
	case ListRemoveItem:
		undone.Intent, undone.Slots = ListAddItem, maps.Clone(c.Slots)
	default:
		return Command{}, false
	}

	return undone, true
}

func oppositeOfTimers(intent string) string {
	switch intent {
	case IncreaseTimer:
		return DecreaseTimer
	case DecreaseTimer:
		return IncreaseTimer
	case PauseTimer:
		return UnpauseTimer
	default:
		return PauseTimer
	}
}

// nameTargets names a single target, so that the command can be told.
func (c *Command) nameTargets() {
	if len(c.Targets) == 1 {
		c.Slots["name"] = c.Targets[0].Name
	}
}

// inverse is what undoes a command for an entity; empty where nothing does.
func inverse(c Command, was Was) (intent string, values Slots) {
	if intent = opposite(c.Intent); intent != "" {
		return intent, Slots{}
	}
	switch c.Intent {
	case LightSet:
		return inverseOfLight(c, was)
	case SetPosition:
		return setBack(SetPosition, "position", was.Position)
	case ClimateSet:
		return setBack(ClimateSet, "temperature", was.Degrees)
	case FanSetSpeed:
		if was.State == "off" {
			return TurnOff, Slots{}
		}

		return setBack(FanSetSpeed, "percentage", was.Percentage)
	case SetVolume:
		return setBack(SetVolume, "volume_level", was.Volume)
	case HumidifierSetpoint:
		return setBack(HumidifierSetpoint, "humidity", was.Humidity)
	case SetVolumeRelative:
		step := "up"
		if c.Slots.Text("volume_step") == "up" {
			step = "down"
		}

		return SetVolumeRelative, Slots{"volume_step": step}
	default:
		return "", nil
	}
}

// opposite is the intent that undoes another whatever was before.
func opposite(intent string) string {
	for _, pair := range [][2]string{
		{TurnOn, TurnOff},
		{Toggle, Toggle},
		{MediaPause, MediaUnpause},
		{MediaMute, MediaUnmute},
		{MediaNext, MediaPrevious},
		{VacuumStart, VacuumReturn},
		{LawnMowerStart, LawnMowerDock},
	} {
		switch intent {
		case pair[0]:
			return pair[1]
		case pair[1]:
			return pair[0]
		}
	}

	return ""
}

// inverseOfLight switches off what was off, and else sets what was set before.
func inverseOfLight(c Command, was Was) (intent string, values Slots) {
	values = Slots{}
	if was.State == "off" {
		return TurnOff, values
	}
	if _, ok := c.Slots["brightness"]; ok && was.Brightness != nil {
		values["brightness"] = int(*was.Brightness)
	}
	if was.Kelvin != nil && (c.Slots.Text("color") != "" || c.Slots["temperature"] != nil) {
		values["temperature"] = int(*was.Kelvin)
	}
	if len(values) == 0 {
		return "", nil
	}

	return LightSet, values
}

func setBack(intent, slot string, before *float64) (string, Slots) {
	if before == nil {
		return "", nil
	}
	if *before == math.Trunc(*before) {
		return intent, Slots{slot: int(*before)}
	}

	return intent, Slots{slot: *before}
}

// Direction is the way in which the last command changed a number: +1, -1, or 0.
func (m *Memory) Direction() int {
	c := m.Last()
	if c == nil {
		return 0
	}
	if c.Intent == SetVolumeRelative {
		if c.Slots.Text("volume_step") == "down" {
			return -1
		}

		return +1
	}
	for _, e := range c.Targets {
		if was, ok := m.Was[e.ID]; ok {
			if way := c.directionFrom(was); way != 0 {
				return way
			}
		}
	}

	return 0
}

// directionFrom is the way from how an entity was to what the command sets.
func (c *Command) directionFrom(was Was) int {
	if _, ok := c.Slots["brightness"]; ok && was.Brightness == nil {
		return +1 // it was off
	}
	for slot, before := range map[string]*float64{
		"brightness": was.Brightness, "position": was.Position, "temperature": was.Degrees,
		"percentage": was.Percentage, "volume_level": was.Volume, "humidity": was.Humidity,
	} {
		now, isSet := c.Slots.Number(slot)
		if !isSet || before == nil || c.Intent == LightSet && slot == "temperature" {
			continue
		}
		if way := cmp.Compare(now, *before); way != 0 {
			return way
		}
	}

	return 0
}
