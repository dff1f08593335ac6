package hungarian

import (
	"maps"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// draftsFor makes one command of an intent for each target.
func draftsFor(intent string, values meaning.Slots, targets []target) []draft {
	drafts := make([]draft, 0, len(targets))
	for _, t := range targets {
		slots := make(meaning.Slots, len(values)+len(t.slots))
		maps.Copy(slots, t.slots)
		maps.Copy(slots, values)
		drafts = append(drafts, draft{command: meaning.Command{Intent: intent, Slots: slots}, target: t})
	}

	return drafts
}

// draft is a command that is not bound yet.
type draft struct {
	command meaning.Command
	target  target
	change  *step // where the value depends on the present state
}

// of keeps the entities of some domains; without any all of them. What all or none of them is in, as often, costs nothing.
func of(entities []*hamanagerapi.Entity, domains []string) []*hamanagerapi.Entity {
	if len(domains) == 0 {
		return entities
	}
	isOther := func(e *hamanagerapi.Entity) bool { return !slices.Contains(domains, e.Domain) }
	at := slices.IndexFunc(entities, isOther)
	switch {
	case at < 0:
		return slices.Clip(entities)
	case at == 0 && !slices.ContainsFunc(entities, func(e *hamanagerapi.Entity) bool { return !isOther(e) }):
		return nil
	default:
		return slices.DeleteFunc(slices.Clone(entities), isOther)
	}
}

func haveOneName(entities []*hamanagerapi.Entity) bool {
	return !slices.ContainsFunc(entities, func(e *hamanagerapi.Entity) bool { return e.Name != entities[0].Name })
}
