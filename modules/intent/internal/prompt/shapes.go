package prompt

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/meaning"
)

// value is one argument of a command.
type value struct {
	slot       string
	isRequired bool
	// A number lies between low and high; a text is one of enum, or where there is none free, of
	// at most length characters.
	isNumber, isWhole bool
	low, high         float64
	enum              []string
	length            int
}

// shape is what commands of some intents look like: all that the model can say of them.
type shape struct {
	intents []string
	handles []string // that it may reach; nil: it reaches none
	isOne   bool     // exactly one
	values  []value
	// needsValue: one of the values at least, though none is required by itself.
	needsValue bool
	// isLater: it may be put off.
	isLater bool
}

// slotLater puts a command off, by minutes.
const (
	slotLater = "after_minutes"
	maxLater  = 24 * 60
)

func whole(slot string, low, high float64) value {
	return value{slot: slot, isNumber: true, isWhole: true, low: low, high: high}
}

func (v value) required() value {
	v.isRequired = true

	return v
}

// template is a shape before it is known what it may reach.
type template struct {
	intents []string
	isOne   bool
	// reachesNone: it is about no device.
	reachesNone bool
	// isOfPlan: it needs the right to plan.
	isOfPlan   bool
	isAsking   bool // it changes nothing
	values     []value
	needsValue bool
	// needs are the values of which a device must be able to do one, as slots in the order of values;
	// nil: what the intent itself needs.
	needs []meaning.Slots
}

// templates are all that can be said to the home, in the order of the schema.
func templates() []template {
	item := value{slot: "item", length: maxItem}.required()

	return []template{
		{intents: []string{meaning.TurnOn, meaning.TurnOff, meaning.Toggle}},
		{intents: []string{meaning.LightSet}, needsValue: true, values: []value{
			whole("brightness", 0, 100), {slot: "color", enum: known().Colors}, whole("temperature", 1500, 9000),
		}, needs: []meaning.Slots{{"brightness": 1}, {"color": ""}, {"temperature": 1}}},
		{intents: []string{meaning.SetPosition}, values: []value{whole("position", 0, 100).required()}},
		{intents: []string{meaning.StopMoving}},
		{intents: []string{meaning.ClimateSet}, isOne: true, values: []value{{slot: "temperature", isNumber: true, low: 5, high: 35, isRequired: true}}},
		{intents: []string{meaning.HumidifierSetpoint}, values: []value{whole("humidity", 0, 100).required()}},
		{intents: []string{meaning.FanSetSpeed}, values: []value{whole("percentage", 0, 100).required()}},
		{intents: []string{meaning.MediaPause, meaning.MediaUnpause, meaning.MediaNext, meaning.MediaPrevious, meaning.MediaMute, meaning.MediaUnmute}},
		{intents: []string{meaning.SetVolume}, values: []value{whole("volume_level", 0, 100).required()}},
		{intents: []string{meaning.SetVolumeRelative}, values: []value{{slot: "volume_step", enum: []string{"up", "down"}, isRequired: true}}},
		{intents: []string{meaning.VacuumStart, meaning.VacuumReturn}},
		{intents: []string{meaning.LawnMowerStart, meaning.LawnMowerDock}},
		{intents: []string{meaning.ListAddItem, meaning.ListCompleteItem, meaning.ListRemoveItem}, isOne: true, isOfPlan: true, values: []value{item}},
		{intents: []string{meaning.GetState}, isAsking: true},
		{intents: []string{meaning.ClimateGet}, isOne: true, isAsking: true},
		{intents: []string{meaning.GetWeather}, isOne: true, isAsking: true},
		{intents: []string{meaning.GetCurrentTime, meaning.GetCurrentDate}, reachesNone: true, isAsking: true},
		{intents: []string{meaning.StartTimer}, reachesNone: true, isOfPlan: true, needsValue: true, values: []value{
			whole("hours", 0, 24), whole("minutes", 0, 999), whole("seconds", 0, 999), {slot: "name", length: maxPlaced},
		}},
		{intents: []string{meaning.CancelTimer, meaning.PauseTimer, meaning.UnpauseTimer, meaning.TimerStatus}, reachesNone: true, isOfPlan: true},
	}
}

// shapesOf is what this speaker can say about these devices. Intents that reach the same and take
// the same are one shape.
func shapesOf(in Input, shown []device) []shape {
	var shapes []shape
	isLater := in.MayPlan && slices.ContainsFunc(wordsIn(in.Utterance.Text), func(word string) bool { return beginsLike(word, known().Later) })
	for _, t := range templates() {
		if t.isOfPlan && !in.MayPlan {
			continue
		}
		first := len(shapes)
		for _, intent := range t.intents {
			s := shape{
				intents: []string{intent}, isOne: t.isOne, values: t.values, needsValue: t.needsValue,
				isLater: isLater && !t.isAsking && !t.isOfPlan,
			}
			if !t.reachesNone {
				s.handles = reachable(in, t, intent, shown)
				if len(s.handles) == 0 {
					continue
				}
				s.values = t.possible(intent, s.handles, shown)
			}
			at := slices.IndexFunc(shapes[first:], func(o shape) bool { return slices.Equal(o.handles, s.handles) })
			if at >= 0 {
				shapes[first+at].intents = append(shapes[first+at].intents, intent)

				continue
			}
			shapes = append(shapes, s)
		}
	}

	return shapes
}

// possible are the values that any of the devices can take.
func (t template) possible(intent string, handles []string, shown []device) []value {
	if t.needs == nil {
		return t.values
	}
	var kept []value
	for i, v := range t.values {
		isOne := func(d device) bool { return d.able.CanDo(intent, t.needs[i]) }
		for _, d := range shown {
			if slices.Contains(handles, d.handle) && isOne(d) {
				kept = append(kept, v)

				break
			}
		}
	}

	return kept
}

// reachable are the handles of the devices that can do it and that the speaker may do it to.
func reachable(in Input, t template, intent string, shown []device) []string {
	var kept []string
	for _, d := range shown {
		if canDo(t, intent, d) && in.May(intent, d.entity) {
			kept = append(kept, d.handle)
		}
	}

	return kept
}

func canDo(t template, intent string, d device) bool {
	if t.needs == nil {
		return d.able.CanDo(intent, nil)
	}

	return slices.ContainsFunc(t.needs, func(s meaning.Slots) bool { return d.able.CanDo(intent, s) })
}

// abilities tells what a device of its kind can do beyond its kind.
func abilities(d device) string {
	var told []string
	for _, a := range []struct {
		word, intent string
		slots        meaning.Slots
	}{
		{"dim", meaning.LightSet, meaning.Slots{"brightness": 1}},
		{"color", meaning.LightSet, meaning.Slots{"color": ""}},
		{"white", meaning.LightSet, meaning.Slots{"temperature": 1}},
		{"position", meaning.SetPosition, nil},
		{"speed", meaning.FanSetSpeed, nil},
		{"volume", meaning.SetVolume, nil},
	} {
		if d.able.CanDo(a.intent, a.slots) {
			told = append(told, a.word)
		}
	}

	return strings.Join(told, " ")
}

// Expressible tells, one shape a line, all that the model can say of this utterance.
func (p *Prompt) Expressible() string {
	var b strings.Builder
	for _, s := range p.shapes {
		b.WriteString(strings.Join(s.intents, ", "))
		if s.handles != nil {
			b.WriteString(" of " + strings.Join(s.handles, " "))
		}
		for _, v := range s.values {
			b.WriteString("; " + v.slot)
		}
		b.WriteString("\n")
	}
	b.WriteString("a question, an answer in words, nothing")

	return b.String()
}
