package meaning

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
)

// judge decides whether the entities found can do what is asked, and with these numbers.
func (b *binder) judge(c Command, found []*hamanagerapi.Entity) Command {
	able := make([]*hamanagerapi.Entity, 0, len(found))
	needs := b.needs(c.Slots)
	for _, e := range found {
		if !slices.ContainsFunc(needs, func(a ability) bool { return !a.has(e) }) {
			able = append(able, e)
		}
	}
	switch {
	case len(able) == 0:
		c.Reason = ReasonNotSupported
	case b.isOutOfRange(c.Slots, able):
		c.Reason = ReasonOutOfRange
	default:
		c.Targets = able
	}

	return c
}

// needs lists the abilities that the slots ask for.
func (b *binder) needs(s Slots) []ability {
	if b.intent != LightSet {
		if b.rule.need == anyone {
			return nil
		}

		return []ability{b.rule.need}
	}

	var needed []ability
	if _, ok := s["brightness"]; ok {
		needed = append(needed, canDim)
	}
	if _, ok := s["color"]; ok {
		needed = append(needed, canColor)
	}
	if _, ok := s["temperature"]; ok {
		needed = append(needed, canTemperature)
	}

	return needed
}

// isOutOfRange checks the intent's own range, and for thermostats each one's limits.
func (b *binder) isOutOfRange(s Slots, targets []*hamanagerapi.Entity) bool {
	if b.rule.limit != "" {
		n, ok := s.Number(b.rule.limit)

		return ok && (n < b.rule.low || n > b.rule.high)
	}
	if b.intent != ClimateSet {
		return false
	}
	n, ok := s.Number("temperature")

	return ok && slices.ContainsFunc(targets, func(e *hamanagerapi.Entity) bool {
		lowest, highest := n, n
		readAttribute(e, "min_temp", &lowest)
		readAttribute(e, "max_temp", &highest)

		return n < lowest || n > highest
	})
}
