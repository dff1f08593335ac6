package evaluation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// Verdict is how one sentence was judged.
type Verdict struct {
	IsUnderstood bool
	IsExact      bool
	IsEffect     bool
	IsWrong      bool // something would have happened that should not have
}

// judge compares what was understood with what a turn expects.
func judge(home *hamanagerapi.Home, u meaning.Utterance, turn Turn, got meaning.Understanding) Verdict {
	v := Verdict{IsUnderstood: got.IsUnderstood(), IsWrong: isWrong(home, u, turn, got)}
	switch {
	case turn.Clarify != nil && got.Question != nil:
		v.IsEffect = coversAll(home, got.Question, turn.Clarify)
		v.IsExact = v.IsEffect
	case turn.Clarify != nil && len(turn.Intents) == 0:
	case len(turn.Intents) == 0:
		v.IsEffect = !v.IsWrong
		v.IsExact = v.IsEffect && !v.IsUnderstood
	default:
		v.IsExact = isExact(u, turn.Intents, got.Commands)
		v.IsEffect = v.IsExact || sameEffects(home, u, turn.Intents, got)
	}

	return v
}

// isWrong reports whether a command would act that nobody meant.
func isWrong(home *hamanagerapi.Home, u meaning.Utterance, turn Turn, got meaning.Understanding) bool {
	isNothingMeant := len(turn.Intents) == 0
	return slices.ContainsFunc(got.Commands, func(c meaning.Command) bool {
		if len(c.Targets) == 0 && !meaning.NeedsNoEntity(c.Intent) {
			return false
		}
		if isNothingMeant {
			return c.Intent != meaning.Nevermind && c.Intent != meaning.Respond
		}
		if meaning.IsQuestion(c.Intent) {
			return false
		}

		return !slices.ContainsFunc(turn.Intents, func(e Expected) bool {
			return slices.ContainsFunc(e.readings(), func(r Expected) bool { return sameEffect(home, u, r, c) })
		})
	})
}

// readings are the expected intent and all that is accepted in its place.
func (e Expected) readings() []Expected { return append([]Expected{e}, e.Accept...) }

func isExact(u meaning.Utterance, expected []Expected, got []meaning.Command) bool {
	return slices.EqualFunc(expected, got, func(e Expected, c meaning.Command) bool {
		return slices.ContainsFunc(e.readings(), func(r Expected) bool {
			return r.Intent == c.Intent && r.isThen(u, c) && spell(exactSlots(r.Slots)) == spell(exactSlots(c.Slots))
		})
	})
}

// exactSlots drops the name that means every one.
func exactSlots(slots meaning.Slots) meaning.Slots {
	if slots.Text("name") != meaning.AllNames {
		return slots
	}
	kept := maps.Clone(slots)
	delete(kept, "name")

	return kept
}

// sameEffects compares commands in order. Commands next to each other that differ only in
// what they reach count as one, on both sides.
func sameEffects(home *hamanagerapi.Home, u meaning.Utterance, expected []Expected, got meaning.Understanding) bool {
	if slices.EqualFunc(expected, got.Commands, func(e Expected, c meaning.Command) bool {
		return slices.ContainsFunc(e.readings(), func(r Expected) bool {
			return sameEffect(home, u, r, c) || asksTheSame(home, u, r, c, got.Question)
		})
	}) {
		return true
	}
	if slices.ContainsFunc(expected, func(e Expected) bool { return e.After != "" || e.At != "" }) {
		return false // commands for different moments are never one
	}
	wanted := make([]effect, 0, len(expected))
	for _, e := range expected {
		wanted = append(wanted, effectOfExpected(home, u, e))
	}
	done := make([]effect, 0, len(got.Commands))
	for _, c := range got.Commands {
		done = append(done, effectOf(c))
	}

	return got.Question == nil && slices.Equal(spellAll(merged(wanted)), spellAll(merged(done)))
}

// asksTheSame: where the expected intent itself could mean several entities, a question
// that names them is right.
func asksTheSame(home *hamanagerapi.Home, u meaning.Utterance, e Expected, c meaning.Command, q *meaning.Question) bool {
	if q == nil || canonical(e.Intent) != canonical(c.Intent) {
		return false
	}
	_, own := meaning.Bind(home, u, meaning.Command{Intent: e.Intent, Slots: e.Slots})

	return own != nil && slices.EqualFunc(own.Choices, q.Choices, func(a, b meaning.Choice) bool { return a.EntityID == b.EntityID })
}

func sameEffect(home *hamanagerapi.Home, u meaning.Utterance, e Expected, c meaning.Command) bool {
	if e.isPutOff(home, u, c) {
		return true
	}
	want, done := effectOfExpected(home, u, e), effectOf(c)
	if !e.isThen(u, c) {
		return false
	}
	if !e.Relative {
		return want.spell() == done.spell()
	}

	return want.intent == done.intent && slices.Equal(want.targets, done.targets) && sameDirection(want, done, c.Targets)
}

// effect is what a command does, free of how it was put.
type effect struct {
	intent  string
	targets []string
	values  meaning.Slots
}

func effectOf(c meaning.Command) effect {
	e := effect{intent: canonical(c.Intent), values: valuesOf(c.Intent, c.Slots)}
	for _, target := range c.Targets {
		e.targets = append(e.targets, target.ID)
	}
	e.targets = append(e.targets, timerIDs(c.Timers)...)
	if len(c.Timers) > 0 {
		for _, slot := range []string{"name", "area", "start_hours", "start_minutes", "start_seconds"} {
			delete(e.values, slot)
		}
	}

	return e
}

// effectOfExpected binds an expected intent by the rules that serve requests.
func effectOfExpected(home *hamanagerapi.Home, u meaning.Utterance, e Expected) effect {
	c, _ := meaning.Bind(home, u, meaning.Command{Intent: e.Intent, Slots: e.Slots})
	commands := []meaning.Command{c}
	bindTimers(home, u, e.timers, commands)
	want := effectOf(commands[0])
	if e.Entities != nil {
		want.targets = slices.Sorted(slices.Values(e.Entities))
	}

	return want
}

func (e effect) spell() string {
	return e.intent + " " + spell(e.values) + " " + strings.Join(e.targets, ",")
}

func spellAll(effects []effect) []string {
	spelt := make([]string, 0, len(effects))
	for _, e := range effects {
		spelt = append(spelt, e.spell())
	}

	return spelt
}

// merged joins neighbours that do the same to different entities.
func merged(effects []effect) []effect {
	var kept []effect
	for _, e := range effects {
		if last := len(kept) - 1; last >= 0 && kept[last].intent == e.intent && spell(kept[last].values) == spell(e.values) {
			all := append(slices.Clone(kept[last].targets), e.targets...)
			slices.Sort(all)
			kept[last].targets = slices.Compact(all)

			continue
		}
		kept = append(kept, e)
	}

	return kept
}

// canonical gives intents that do the same one name.
func canonical(intent string) string {
	switch intent {
	case "HassOpenCover":
		return meaning.TurnOn
	case "HassCloseCover":
		return meaning.TurnOff
	case meaning.ShoppingAddItem:
		return meaning.ListAddItem
	default:
		return intent
	}
}

// valuesOf keeps the slots that say what to do; those that say to what are in the targets.
func valuesOf(intent string, slots meaning.Slots) meaning.Slots {
	values := meaning.Slots{}
	for slot, value := range slots {
		switch slot {
		case "response", "preferred_area_id", "preferred_floor_id":
		case "name", "area", "floor", "domain", "device_class":
			if meaning.NeedsNoEntity(intent) {
				values[slot] = slots.Text(slot)
			}
		default:
			values[slot] = value
		}
	}

	return values
}

// spell writes slots so that equal ones are equal texts.
func spell(slots meaning.Slots) string {
	var b strings.Builder
	for _, slot := range slices.Sorted(maps.Keys(slots)) {
		if n, ok := slots.Number(slot); ok {
			fmt.Fprintf(&b, "%s=%g ", slot, n)

			continue
		}
		list := slices.Clone(slots.List(slot))
		slices.Sort(list)
		fmt.Fprintf(&b, "%s=%s ", slot, strings.ToLower(strings.Join(list, "|")))
	}

	return strings.TrimSpace(b.String())
}

// coversAll reports whether a question names all candidates, by entity, area or label.
func coversAll(home *hamanagerapi.Home, q *meaning.Question, candidates []string) bool {
	return !slices.ContainsFunc(candidates, func(candidate string) bool {
		return !slices.ContainsFunc(q.Choices, func(c meaning.Choice) bool { return isCalled(home, c, candidate) })
	})
}

func isCalled(home *hamanagerapi.Home, c meaning.Choice, candidate string) bool {
	names := []string{c.Label, c.EntityID, c.AreaID}
	if e := home.Entity(c.EntityID); e != nil {
		names = append(append(names, e.Name), e.Aliases...)
	}
	if a := home.Area(c.AreaID); a != nil {
		names = append(append(names, a.Name), a.Aliases...)
	}

	return slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, candidate) })
}
