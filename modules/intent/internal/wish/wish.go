// Package wish tells what a sentence most likely asks of a home, by weighing everything that it has: its
// words, their beginnings and endings, their order, what is named and in which case. It needs no
// rule for a verb that it knows and survives one that it does not; docs/decisions/0122 says how far it is believed.
//
// It knows no language: the words come to it taken apart (Evidence), and all that it knows of them it
// learned from examples (Train).
package wish

import (
	"slices"
	"sync"
)

// Wish is what somebody most likely wants.
type Wish struct {
	// Topic is what is spoken of: a kind of device, or weather, time, date, todo, timer, nevermind; "any"
	// for whatever can only be asked for. Empty where nothing is wanted.
	Topic string
	// Action is what is wanted of it, as the examples call it; empty where Topic has none.
	Action string
	// Sure is how likely that is, and Nothing how likely it is that nothing is wanted, from 0 to 1.
	Sure, Nothing float32
}

const (
	// None is the topic of what asks for nothing, noAction its action.
	None     = "none"
	noAction = "-"
	// Any is the topic of what can only be asked for: sensors, persons, anything's state.
	Any = "any"
	// Nevermind is the topic of taking a wish back; it has no action.
	Nevermind = "nevermind"
	// Ask is the action of a question.
	Ask = "ask"
)

// labels are all topics and actions.
type labels struct {
	// topics and actions are in the order of the learned weights: a new one goes to the end, and asks for learning
	// anew.
	topics, actions []string
	// actionsOf lists what can be wanted of a topic; possible is the same as indexes, with none.
	actionsOf map[string][]string
	possible  [][]int
	// everyTopic is the index of every topic.
	everyTopic []int
}

// lastOfDevices is the last topic of what can be a device's name.
const lastOfDevices = 13

// known is all labels, made once.
//
//nolint:gochecknoglobals // immutable
var known = sync.OnceValue(func() *labels {
	l := &labels{
		topics: []string{
			None, "light", "switch", "fan", "cover", "lock", "valve", "climate", "humidifier", "media", "vacuum", "mower",
			"scene", "script", "todo", "timer", "weather", "time", "date", Nevermind, Any,
		},
		actions: []string{
			noAction, "on", "off", "toggle", "set", "more", "less", "max", "min", "color", "white", "open", "close", "stop", "lock", "unlock",
			"play", "pause", "next", "previous", "mute", "unmute", "start", "dock", "add", "complete", "remove", "cancel", "resume", Ask,
		},
		actionsOf: map[string][]string{
			"light":      {"on", "off", "toggle", "set", "more", "less", "max", "min", "color", "white", Ask},
			"switch":     {"on", "off", "toggle", Ask},
			"fan":        {"on", "off", "set", "more", "less", Ask},
			"cover":      {"open", "close", "set", "stop", "more", "less", Ask},
			"lock":       {"lock", "unlock", Ask},
			"valve":      {"open", "close", "set", Ask},
			"climate":    {"on", "off", "set", "more", "less", Ask},
			"humidifier": {"on", "off", "set", "more", "less", Ask},
			"media":      {"on", "off", "play", "pause", "next", "previous", "mute", "unmute", "set", "more", "less", Ask},
			"vacuum":     {"start", "dock", "pause", Ask},
			"mower":      {"start", "dock", "pause", Ask},
			"scene":      {"on"},
			"script":     {"on", "off", Ask},
			"todo":       {"add", "complete", "remove", Ask},
			"timer":      {"start", "cancel", "more", "less", "pause", "resume", Ask},
			"weather":    {Ask},
			"time":       {Ask},
			"date":       {Ask},
			Any:          {Ask},
		},
	}
	for i, topic := range l.topics {
		l.everyTopic = append(l.everyTopic, i)
		can := []int{0}
		for _, action := range l.actionsOf[topic] {
			can = append(can, l.action(action))
		}
		l.possible = append(l.possible, can)
	}

	return l
})

// classes is how many classes are learned: every action, and every topic where that is asked.
func (l *labels) classes() int { return len(l.actions) + len(l.topics) }

// classOf is the class of a topic where that is asked.
func (l *labels) classOf(topic int) int { return len(l.actions) + topic }

func (l *labels) topic(name string) int  { return slices.Index(l.topics, name) }
func (l *labels) action(name string) int { return slices.Index(l.actions, name) }

// canAsk reports whether a topic can be asked for.
func (l *labels) canAsk(topic int) bool { return slices.Contains(l.actionsOf[l.topics[topic]], Ask) }

// IsLabel reports whether a topic and an action go together in an example.
func IsLabel(topic, action string) bool {
	if topic == None || topic == Nevermind {
		return action == noAction
	}

	return slices.Contains(known().actionsOf[topic], action)
}
