package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// home makes a home of the choices and their rooms alone, so that their words are found by the same
// rules. An index of all rooms would cost more than to understand the answer.
func (c *choosing) home() *hamanagerapi.Home {
	var entities []*hamanagerapi.Entity
	var home hamanagerapi.Home
	for _, choice := range c.q.Choices {
		if a := c.areaOf(choice); a != nil && !slices.ContainsFunc(home.Areas, func(known hamanagerapi.Area) bool { return known.ID == a.ID }) {
			home.Areas = append(home.Areas, *a)
		}
		entities = append(entities, &hamanagerapi.Entity{ID: choice.Label, Name: choice.Label, Exposed: true})
		if e := c.ix.home.Entity(choice.EntityID); e != nil {
			entities = append(entities, &hamanagerapi.Entity{ID: e.ID, Name: e.Name, Aliases: e.Aliases, Exposed: true})
		}
	}

	return hamanagerapi.NewHome(home, entities)
}

// saysWordOf reports whether token i is a word of the choice's label, names or room.
func (f *spanner) saysWordOf(i int, ix *Index, choice meaning.Choice) bool {
	texts := []string{choice.Label}
	areaID := choice.AreaID
	if e := ix.home.Entity(choice.EntityID); e != nil {
		texts = append(append(texts, e.Name), e.Aliases...)
		areaID = e.AreaID
	}
	if a := ix.home.Area(areaID); a != nil {
		texts = append(append(texts, a.Name), a.Aliases...)
	}
	for _, text := range texts {
		for _, tok := range tokenize(text, neverEnding).Tokens {
			word := f.ix.wordNumber(tok.Fold)
			if word >= 0 && slices.ContainsFunc(f.readings[i], func(r reading) bool { return r.word == word }) {
				return true
			}
		}
	}

	return false
}

// ordinalIn reads "az elsőt", "a másodikat", "az utolsót".
func ordinalIn(s *sentence, n int) (int, bool) {
	for _, tok := range s.Tokens {
		at, found := -1, false
		morphology.EachStem(tok.Fold, hungarian().suffixes, func(stem string, _ morphology.Suffix) bool {
			at, found = hungarian().ordinals[stem]

			return !found
		})
		if found && at < 0 {
			at += n
		}
		if found && at >= 0 && at < n {
			return at, true
		}
	}

	return 0, false
}

// placeIn reads a lone number as a place: "2", "a kettő", "a 2-es". Names come first: they may
// have numbers of their own.
func placeIn(s *sentence, n int) (int, bool) {
	place := 0.0
	for i := range s.Tokens {
		tok := &s.Tokens[i]
		switch value, rest, ok := numberIn(tok, s.HasAccent); {
		case place == 0 && tok.IsNumber:
			place = tok.Number
		case place == 0 && ok && rest == "":
			place = value
		case tok.Fold != "a" && tok.Fold != "az":
			return 0, false
		}
	}
	at := int(place)

	return at - 1, float64(at) == place && at >= 1 && at <= n
}
