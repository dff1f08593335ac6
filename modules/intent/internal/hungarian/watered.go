package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// waterLawn waters the lawn by the valves that are called after it: locsold meg a füvet, where there is a
// Gyepöntöző. nil where nothing is called so, or something else is watered.
func (c *clause) waterLawn(action string) []target {
	lawn := c.find(cAbout, "cleaning")
	if action != "water" || lawn == nil || lawn.is(cEntity|cKind) {
		return nil
	}
	var found []target
	for _, e := range c.ix.home.Entities {
		if e.Exposed && e.Domain == "valve" && isOfLawn(e) {
			found = append(found, target{slots: meaning.Slots{"name": e.Name}, said: c.text(lawn)})
		}
	}

	if len(found) > 0 { // a gyepet és a rózsát
		found = append(found, c.named([]string{"valve"}, places{})...)
	}

	return found
}

// isOfLawn reports whether a device is called after the lawn.
func isOfLawn(e *hamanagerapi.Entity) bool {
	return slices.ContainsFunc(append([]string{e.Name}, e.Aliases...), func(text string) bool {
		return slices.ContainsFunc(placesSaid().Lawn, func(word string) bool { return strings.HasPrefix(morphology.Fold(text), word) })
	})
}
