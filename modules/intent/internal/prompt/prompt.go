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
	// Shown are the devices that the answer can name: the first is e1.
	Shown []*hamanagerapi.Entity
	// ShowsStates: what is understood may lean on how things are now.
	ShowsStates bool
	// Tokens is the estimate of all messages, Shared of those that all prompts begin with.
	Tokens, Shared int

	in     Input
	shapes []shape
}

const (
	// maxExchanges is how much of a conversation is shown.
	maxExchanges = 3
	maxSaid      = 160
	maxSentence  = 500
	// leastCandidates are shown whatever the budget.
	leastCandidates = 6
	// messageTokens is what a message costs beside its text.
	messageTokens = 6
)

// Build makes the prompt of an utterance. Where it is longer than the budget, the oldest
// exchanges go first, then the least relevant devices; the instructions and the sentence stay.
func Build(in Input) *Prompt {
	p := &Prompt{in: in, ShowsStates: leansOnStates(in.Utterance.Text), Shared: in.Tokens(instructions()) + messageTokens}
	p.Shown = rank(in)
	if extra := len(in.Exchanges) - maxExchanges; extra > 0 {
		in.Exchanges = in.Exchanges[extra:]
	}
	frame := in.Tokens(p.last("")) + messageTokens
	history, exchanges := 0, make([]int, len(in.Exchanges))
	for i, x := range in.Exchanges {
		exchanges[i] = in.Tokens(clip(x.Said, maxSaid)) + in.Tokens(clip(x.Answered, maxSaid)) + 2*messageTokens
		history += exchanges[i]
	}
	lines := make([]string, len(p.Shown))
	costs, devices := make([]int, len(p.Shown)), 0
	for i, e := range p.Shown {
		lines[i] = p.line(i, e)
		costs[i] = in.Tokens(lines[i])
		devices += costs[i]
	}
	for len(in.Exchanges) > 0 && p.Shared+frame+history+devices > in.Budget {
		history -= exchanges[0]
		in.Exchanges, exchanges = in.Exchanges[1:], exchanges[1:]
	}
	for len(lines) > leastCandidates && p.Shared+frame+devices > in.Budget {
		devices -= costs[len(lines)-1]
		lines = lines[:len(lines)-1]
	}
	p.Shown = p.Shown[:len(lines)]
	p.Tokens = p.Shared + frame + history + devices
	p.shapes = shapesOf(p.in, p.Shown)
	p.Schema = schemaOf(p.shapes, len(p.Shown))
	p.MaxTokens = 120 + 6*len(p.Shown)
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

// line shows one device.
func (p *Prompt) line(i int, e *hamanagerapi.Entity) string {
	place := ""
	if a := p.in.Home.Area(e.AreaID); a != nil {
		place = clip(a.Name, maxPlaced)
	}
	kind := e.Domain
	switch e.DeviceClass {
	case "garage", "gate", "door", "window", "temperature", "humidity", "motion", "battery", "power", "energy", "moisture":
		kind += " " + e.DeviceClass
	}
	if told := abilities(e); told != "" {
		kind += " " + told
	}
	line := handleOf(i) + " | " + clip(e.Name, maxName) + " | " + place + " | " + kind
	if p.ShowsStates {
		line += " | " + stateOf(e)
	}

	return line
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

// Devices are the lines that show the devices, without what changes from moment to moment.
func (p *Prompt) Devices() []string {
	plain := *p
	plain.ShowsStates = false
	lines := make([]string, len(p.Shown))
	for i, e := range p.Shown {
		lines[i] = plain.line(i, e)
	}

	return lines
}

// entity finds a device by its handle; nil where it was not shown.
func (p *Prompt) entity(handle string) *hamanagerapi.Entity {
	for i, e := range p.Shown {
		if handleOf(i) == handle {
			return e
		}
	}

	return nil
}
