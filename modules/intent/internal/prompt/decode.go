package prompt

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// SlotResponse holds the words of an answer in words, which is a HassRespond.
const SlotResponse = "response"

// Understand makes of the model's answer what the utterance means: commands bound to the home, a
// question back, an answer in words, or the zero value for nothing. An answer that the schema does
// not allow is an error: nothing of it counts.
func (p *Prompt) Understand(answer string) (meaning.Understanding, error) {
	if len(answer) > maxAnswerBytes {
		return meaning.Understanding{}, errors.New("the answer is too long")
	}
	o, err := readObject([]byte(answer), []string{"kind", "commands", "text", "choices", "intent"}, []string{"kind"})
	if err != nil {
		return meaning.Understanding{}, err
	}
	kind, err := o.oneOf("kind", []string{kindDo, kindAsk, kindAnswer, kindNothing})
	if err != nil {
		return meaning.Understanding{}, err
	}
	var meant meaning.Understanding
	switch kind {
	case kindDo:
		meant, err = p.readDo(answer)
	case kindAsk:
		meant, err = p.readAsk(answer)
	case kindAnswer:
		meant, err = p.readAnswer(answer)
	default:
		_, err = readObject([]byte(answer), []string{"kind"}, nil)
	}
	if err != nil {
		return meaning.Understanding{}, err
	}
	if meant.IsUnderstood() {
		meant.Source = meaning.LLM
	}

	return meant, nil
}

func (p *Prompt) readAnswer(answer string) (meaning.Understanding, error) {
	o, err := readObject([]byte(answer), []string{"kind", "text"}, []string{"text"})
	if err != nil {
		return meaning.Understanding{}, err
	}
	text, err := o.text("text", maxAnswer)
	if err != nil {
		return meaning.Understanding{}, err
	}
	if tellsOfDeeds(text) {
		return meaning.Understanding{}, errors.New("the answer tells of a deed, and does none")
	}
	if text = p.forSpeech(text, maxAnswer); text == "" {
		return meaning.Understanding{}, errors.New("the answer has nothing to say")
	}

	return meaning.Understanding{Commands: []meaning.Command{{Intent: meaning.Respond, Slots: meaning.Slots{SlotResponse: text}}}}, nil
}

// readAsk reads a question back. One that names devices is asked as the grammar's are, and what is
// chosen completes its command; another is answered by saying it anew.
func (p *Prompt) readAsk(answer string) (meaning.Understanding, error) {
	o, err := readObject([]byte(answer), []string{"kind", "text", "choices", "intent"}, []string{"text"})
	if err != nil {
		return meaning.Understanding{}, err
	}
	text, err := o.text("text", maxQuestion)
	if err != nil {
		return meaning.Understanding{}, err
	}
	if text = p.forSpeech(text, maxQuestion); text == "" || tellsOfDeeds(text) {
		return meaning.Understanding{}, errors.New("the question has nothing to ask, or tells of a deed")
	}
	_, hasChoices := o["choices"]
	_, hasIntent := o["intent"]
	if !hasChoices && !hasIntent {
		return meaning.Understanding{Question: &meaning.Question{Text: text}}, nil
	}
	chosen, intent, err := p.readChoices(o, hasChoices, hasIntent)
	if err != nil {
		return meaning.Understanding{}, err
	}
	if len(chosen) < 2 { // no choice that could be done: the words alone
		return meaning.Understanding{Question: &meaning.Question{Text: text}}, nil
	}

	return meaning.Understanding{
		Commands: []meaning.Command{{Intent: intent, Slots: meaning.Slots{}}}, Question: meaning.Ask(p.in.Home, chosen),
	}, nil
}

// readChoices returns the devices among which an intent's is to be chosen.
func (p *Prompt) readChoices(o object, hasChoices, hasIntent bool) (chosen []*hamanagerapi.Entity, intent string, err error) {
	intents := choosable(p.shapes)
	if hasIntent {
		if intent, err = o.oneOf("intent", intents); err != nil {
			return nil, "", err
		}
	}
	if hasChoices {
		listed, err := o.someOf("choices", allHandles(len(p.shown)), 1, maxChoices)
		if err != nil {
			return nil, "", err
		}
		for _, handle := range listed {
			if p.mayReach(intent, handle) {
				chosen = append(chosen, p.entity(handle))
			}
		}
	}

	return chosen, intent, nil
}

func (p *Prompt) mayReach(intent, handle string) bool {
	return slices.ContainsFunc(p.shapes, func(s shape) bool {
		return slices.Contains(s.intents, intent) && slices.Contains(s.handles, handle)
	})
}

func (p *Prompt) readDo(answer string) (meaning.Understanding, error) {
	o, err := readObject([]byte(answer), []string{"kind", "commands"}, []string{"commands"})
	if err != nil {
		return meaning.Understanding{}, err
	}
	var raw []json.RawMessage
	if err := strictly(o["commands"], '[', &raw); err != nil {
		return meaning.Understanding{}, fmt.Errorf("commands: %w", err)
	}
	if len(raw) == 0 || len(raw) > maxCommands {
		return meaning.Understanding{}, fmt.Errorf("%d commands, 1 to %d are allowed", len(raw), maxCommands)
	}
	var meant meaning.Understanding
	for _, r := range raw {
		d, err := p.readCommand(r)
		if err != nil {
			return meaning.Understanding{}, err
		}
		meant.Commands = append(meant.Commands, p.bind(d)...)
	}

	return meant, nil
}

// draft is a command as the model said it.
type draft struct {
	intent  string
	targets []*hamanagerapi.Entity
	slots   meaning.Slots
	at      time.Time
}

// readCommand reads a command of the one shape that its intent and its targets have.
func (p *Prompt) readCommand(raw json.RawMessage) (draft, error) {
	o, err := readObject(raw, p.allKeys(), []string{"intent"})
	if err != nil {
		return draft{}, err
	}
	var failures []error
	for _, s := range p.shapes {
		intent, err := o.oneOf("intent", s.intents)
		if err != nil {
			continue
		}
		d, err := p.readShaped(raw, s)
		if err == nil {
			d.intent = intent

			return d, nil
		}
		failures = append(failures, err)
	}
	if len(failures) == 0 {
		return draft{}, errors.New("no intent of this utterance")
	}

	return draft{}, errors.Join(failures...)
}

func (p *Prompt) allKeys() []string {
	keys := []string{"intent", "targets", slotLater}
	for _, s := range p.shapes {
		for _, v := range s.values {
			keys = append(keys, v.slot)
		}
	}

	return keys
}

func (p *Prompt) readShaped(raw json.RawMessage, s shape) (draft, error) {
	allowed, required := s.keys()
	o, err := readObject(raw, allowed, required)
	if err != nil {
		return draft{}, err
	}
	d := draft{slots: meaning.Slots{}}
	if d.targets, err = p.readTargets(o, s); err != nil {
		return draft{}, err
	}
	for _, v := range s.values {
		if _, isThere := o[v.slot]; !isThere {
			continue
		}
		if d.slots[v.slot], err = o.value(v); err != nil {
			return draft{}, err
		}
	}
	if s.needsValue && len(d.slots) == 0 {
		return draft{}, errors.New("no value is given")
	}
	if _, isLater := o[slotLater]; isLater {
		minutes, err := o.number(later())
		if err != nil {
			return draft{}, err
		}
		n, _ := meaning.Slots{"n": minutes}.Number("n")
		d.at = p.in.Utterance.Now.Add(time.Duration(n) * time.Minute)
	}

	return d, nil
}

// readTargets returns the devices that a command of the shape names; nil where it reaches none.
func (p *Prompt) readTargets(o object, s shape) ([]*hamanagerapi.Entity, error) {
	if s.handles == nil {
		return nil, nil
	}
	most := len(s.handles)
	if s.isOne {
		most = 1
	}
	listed, err := o.someOf("targets", s.handles, 1, most)
	if err != nil {
		return nil, err
	}
	targets := make([]*hamanagerapi.Entity, len(listed))
	for i, handle := range listed {
		targets[i] = p.entity(handle)
	}

	return targets, nil
}

// keys are those that a command of the shape may have, and those that it must have.
func (s shape) keys() (allowed, required []string) {
	allowed, required = []string{"intent"}, []string{"intent"}
	if s.handles != nil {
		allowed, required = append(allowed, "targets"), append(required, "targets")
	}
	for _, v := range s.values {
		allowed = append(allowed, v.slot)
		if v.isRequired {
			required = append(required, v.slot)
		}
	}
	if s.isLater {
		allowed = append(allowed, slotLater)
	}

	return allowed, required
}

// value reads a value as the table has it.
func (o object) value(v value) (any, error) {
	switch {
	case v.isNumber:
		return o.number(v)
	case v.enum != nil:
		return o.oneOf(v.slot, v.enum)
	}
	text, err := o.text(v.slot, v.length)
	if err != nil {
		return nil, err
	}
	if text = clip(text, v.length); text == "" {
		return nil, fmt.Errorf("%s says nothing", v.slot)
	}

	return text, nil
}

// bind finds by the grammar's own rules what a command comes to: its targets one by one, those
// that can do it together, the others as what they fail for.
func (p *Prompt) bind(d draft) []meaning.Command {
	if d.targets == nil {
		bound, _ := meaning.Bind(p.in.Home, p.in.Utterance, meaning.Command{Intent: d.intent, Slots: d.slots})

		return []meaning.Command{bound}
	}
	together := meaning.Command{Intent: d.intent, Slots: d.slots, At: d.at}
	var failed []meaning.Command
	for _, e := range d.targets {
		slots := maps.Clone(d.slots)
		slots["name"] = e.ID
		bound, question := meaning.Bind(p.in.Home, p.in.Utterance, meaning.Command{Intent: d.intent, Slots: slots})
		if question != nil || bound.Reason != "" {
			bound.Slots["name"], bound.Targets = e.Name, nil
			failed = append(failed, bound)

			continue
		}
		together.Targets = append(together.Targets, bound.Targets...)
	}
	if len(together.Targets) == 0 {
		return failed
	}
	slices.SortFunc(together.Targets, func(a, b *hamanagerapi.Entity) int { return strings.Compare(a.ID, b.ID) })
	together.Slots["name"] = namesOf(together.Targets)

	return append([]meaning.Command{together}, failed...)
}

// namesOf is the name of one device, or those of several.
func namesOf(entities []*hamanagerapi.Entity) any {
	if len(entities) == 1 {
		return entities[0].Name
	}
	names := make([]string, len(entities))
	for i, e := range entities {
		names[i] = e.Name
	}

	return names
}
