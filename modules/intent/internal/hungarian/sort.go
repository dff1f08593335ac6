package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// sortOf finds the sort of device that a word names more closely than its kind: a csillár is a
// lamp, a roló is no redőny. It is the words that people use for it; nil for a general word.
func (l *language) sortOf(sp *span, s *sentence) []string {
	if sp == nil || sp.said != "" {
		return nil
	}
	for _, sort := range l.sorts {
		found := false
		morphology.EachStem(s.Tokens[sp.to-1].Fold, l.suffixes, func(stem string, _ morphology.Suffix) bool {
			found = slices.Contains(sort, stem)

			return !found
		})
		if found {
			return sort
		}
	}

	return nil
}

// isOfSort reports whether an entity's name or alias has a word of the sort in it.
func isOfSort(e *hamanagerapi.Entity, sort []string) bool {
	for _, text := range append([]string{e.Name}, e.Aliases...) {
		folded := morphology.Fold(text)
		if slices.ContainsFunc(sort, func(word string) bool { return strings.Contains(folded, word) }) {
			return true
		}
	}

	return false
}

// ofSort keeps of a command's targets those that are called by the word that was said, where
// some are and others are not: a nappaliban a csillárt.
func (c *clause) ofSort(targets []*hamanagerapi.Entity, sort []string) []*hamanagerapi.Entity {
	if len(targets) > 0 && targets[0].Domain == "media_player" { // a rádió is no tévé, while a roló may be called redőny
		targets = notOfOtherSort(slices.Clone(targets), sort, c.ix.lang)
	}
	if len(sort) == 0 || len(targets) < 2 {
		return targets
	}

	return meaning.Preferred(targets, func(e *hamanagerapi.Entity) bool { return isOfSort(e, sort) })
}
