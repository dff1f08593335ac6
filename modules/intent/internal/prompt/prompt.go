package prompt

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/llm/llmapi"
)

// Input is what a prompt is made of.
type Input struct {
	Home      *hamanagerapi.Home
	Utterance meaning.Utterance
	// Exchanges are what was said before in the conversation, oldest first.
	Exchanges []Exchange
	// May reports whether the speaker may do an intent to a device, if need be after a question.
	May func(intent string, e *hamanagerapi.Entity) bool
	// MayPlan: timers, lists and what is for later.
	MayPlan bool
	// Tokens estimates a text's, Budget is how many all messages may have together.
	Tokens func(text string) int
	Budget int
}

// Exchange is what somebody said, and what homehub said to it.
type Exchange struct {
	Said     string `json:"said"`
	Answered string `json:"answered"`
}

// Prompt is one question to the model.
type Prompt struct {
	Messages []llmapi.Message
	Schema   json.RawMessage
	// MaxTokens bounds the answer.
	MaxTokens int
	// ShowsStates: what is understood may lean on how things are now.
	ShowsStates bool
	// Tokens is the estimate of all messages, Shared of those that all prompts begin with.
	Tokens, Shared int

	in     Input
	all    []device // that were to be shown; the first of them are
	shown  []device
	shapes []shape
}

const (
	// maxExchanges is how much of a conversation is shown.
	maxExchanges = 3
	maxSaid      = 160
	maxSentence  = 500
	// enoughCandidates are shown rather than what was said before.
	enoughCandidates = 20
	// leastCandidates are shown whatever the budget.
	leastCandidates = 6
	// messageTokens is what a message costs beside its text.
	messageTokens = 6
)

// Build makes the prompt of an utterance. Where it is longer than the budget, the least relevant
// devices go first, down to enoughCandidates, then the oldest exchanges, then more devices, down to
// leastCandidates; the instructions and the sentence stay.
func Build(in Input) *Prompt {
	if extra := len(in.Exchanges) - maxExchanges; extra > 0 {
		in.Exchanges = in.Exchanges[extra:]
	}
	p := &Prompt{in: in, ShowsStates: leansOnStates(in.Utterance.Text), Shared: in.Tokens(instructions()) + messageTokens}
	for i, e := range rank(in) {
		p.all = append(p.all, p.device(i, e))
	}
	frame := in.Tokens(p.last("")) + messageTokens
	history, exchanges := 0, make([]int, len(in.Exchanges))
	for i, x := range in.Exchanges {
		exchanges[i] = in.Tokens(clip(x.Said, maxSaid)) + in.Tokens(clip(x.Answered, maxSaid)) + 2*messageTokens
		history += exchanges[i]
	}
	lines := make([]string, len(p.all))
	costs, devices := make([]int, len(p.all)), 0
	for i, d := range p.all {
		if lines[i] = d.line; p.ShowsStates {
			lines[i] += " | " + stateOf(d.entity)
		}
		costs[i] = in.Tokens(lines[i])
		devices += costs[i]
	}
	dropDevices := func(least int) {
		for len(lines) > least && p.Shared+frame+history+devices > in.Budget {
			devices -= costs[len(lines)-1]
			lines = lines[:len(lines)-1]
		}
	}
	dropDevices(enoughCandidates)
	for len(in.Exchanges) > 0 && p.Shared+frame+history+devices > in.Budget {
		history -= exchanges[0]
		in.Exchanges, exchanges = in.Exchanges[1:], exchanges[1:]
	}
	dropDevices(leastCandidates)
	p.shown = p.all[:len(lines)]
	p.Tokens = p.Shared + frame + history + devices
	p.shapes = shapesOf(p.in, p.shown)
	p.Schema = schemaOf(p.shapes, len(p.shown))
	p.MaxTokens = 120 + 6*len(p.shown)
	p.write(in.Exchanges, lines)

	return p
}

// SharedMessages are those that every prompt begins with.
func SharedMessages() []llmapi.Message {
	return []llmapi.Message{{Role: llmapi.System, Content: instructions()}}
}

// write puts the messages in their order: what all share, what this conversation shares, the devices, the sentence.
func (p *Prompt) write(exchanges []Exchange, lines []string) {
	p.Messages = SharedMessages()
	for _, x := range exchanges {
		p.Messages = append(p.Messages,
			llmapi.Message{Role: llmapi.User, Content: `Said: "` + clip(x.Said, maxSaid) + `"`},
			llmapi.Message{Role: llmapi.Assistant, Content: clip(x.Answered, maxSaid)})
	}
	devices := ""
	if len(lines) > 0 {
		devices = strings.Join(lines, "\n") + "\n"
	}
	p.Messages = append(p.Messages, llmapi.Message{Role: llmapi.User, Content: p.last(devices)})
}

// last is the message that only this utterance has.
func (p *Prompt) last(devices string) string {
	var b strings.Builder
	b.WriteString(devices)
	if a := p.in.Home.Area(p.in.Utterance.AreaID); a != nil {
		b.WriteString("Room: " + clip(a.Name, maxPlaced) + "\n")
	}
	if before := p.before(); before != "" {
		b.WriteString("Done just before: " + before + "\n")
	}
	b.WriteString(`Said: "` + clip(p.in.Utterance.Text, maxSentence) + `"`)

	return b.String()
}

// before tells what was done last in the conversation.
func (p *Prompt) before() string {
	last := p.in.Utterance.Before.Last()
	if last == nil {
		return ""
	}
	names := make([]string, 0, len(last.Targets))
	for _, e := range last.Targets {
		if len(names) < 3 && p.in.May(meaning.GetState, e) {
			names = append(names, clip(e.Name, maxName))
		}
	}

	return strings.TrimSpace(last.Intent + " " + strings.Join(names, ", "))
}

// device is one as the model sees it.
type device struct {
	handle string
	entity *hamanagerapi.Entity
	able   meaning.Able
	line   string // without its state
}

func (p *Prompt) device(i int, e *hamanagerapi.Entity) device {
	d := device{handle: handleOf(i), entity: e, able: meaning.AbleOf(e)}
	place := ""
	if a := p.in.Home.Area(e.AreaID); a != nil {
		place = clip(a.Name, maxPlaced)
	}
	kind := e.Domain
	switch e.DeviceClass {
	case "garage", "gate", "door", "window", "temperature", "humidity", "motion", "battery", "power", "energy", "moisture":
		kind += " " + e.DeviceClass
	}
	if told := abilities(d); told != "" {
		kind += " " + told
	}
	name := clip(e.Name, maxName)
	if name == "" { // nothing of it can be shown
		name = e.ID
	}
	d.line = d.handle + " | " + name + " | " + place + " | " + kind

	return d
}

// stateOf tells how a device is, in few words.
func stateOf(e *hamanagerapi.Entity) string {
	var a struct {
		Unit    string   `json:"unit_of_measurement"`
		Current *float64 `json:"current_temperature"`
	}
	s := e.State()
	// What cannot be read is not told.
	_ = json.Unmarshal(s.Attributes, &a)
	told := clip(s.Value, maxState)
	if a.Unit != "" {
		told += " " + clip(a.Unit, 8)
	}
	if a.Current != nil && !math.IsNaN(*a.Current) {
		told += " " + strconv.FormatFloat(*a.Current, 'f', -1, 64) + "°C"
	}

	return told
}

// Key is what the answer depends on beside the home's structure and the sentence: the devices, what
// may be said to them, and the conversation; without states, and before anything was left out, for
// the estimate of tokens changes with every answer.
func (p *Prompt) Key() []string {
	schema := p.Schema
	if len(p.all) != len(p.shown) {
		schema = schemaOf(shapesOf(p.in, p.all), len(p.all))
	}

	key := []string{string(schema), p.before(), strconv.Itoa(len(p.all))}
	for _, d := range p.all {
		key = append(key, d.line)
	}
	for _, x := range p.in.Exchanges {
		key = append(key, x.Said, x.Answered)
	}

	return key
}

// Shown are the devices that the answer can name, in the order of their handles.
func (p *Prompt) Shown() []*hamanagerapi.Entity {
	shown := make([]*hamanagerapi.Entity, len(p.shown))
	for i, d := range p.shown {
		shown[i] = d.entity
	}

	return shown
}

// entity finds a device by its handle; nil where it was not shown.
func (p *Prompt) entity(handle string) *hamanagerapi.Entity {
	for _, d := range p.shown {
		if d.handle == handle {
			return d.entity
		}
	}

	return nil
}
