package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/meaning"
)

// listFrames put things on lists. What is put there are the words that stand before the
// list, whatever they are.
func listFrames() []frame {
	return []frame{{
		name: "add to list", actions: []string{"put", "set", "more", "create", "on"}, allows: ^(cBlock | cNegation), make: (*clause).addToList,
	}}
}

func (c *clause) addToList() []draft {
	list := slices.IndexFunc(c.spans, func(sp *span) bool {
		return sp.means(cAbout, "shopping") || sp.is(cEntity) && len(of(sp.name.entities, []string{"todo"})) > 0
	})
	if list < 0 {
		return nil
	}
	item := c.item(list)
	if item == "" {
		return nil
	}
	slots := meaning.Slots{"item": item}
	if c.spans[list].means(cAbout, "shopping") {
		return []draft{{command: meaning.Command{Intent: meaning.ShoppingAddItem, Slots: slots}}}
	}
	slots["name"] = of(c.spans[list].name.entities, []string{"todo"})[0].Name

	return []draft{{command: meaning.Command{Intent: meaning.ListAddItem, Slots: slots}}}
}

// item is everything that is neither verb nor list nor said for politeness, as it was said;
// the object's ending is taken off.
func (c *clause) item(list int) string {
	var from, to int
	found := false
	named := c.find(cAbout, "item") != nil
	for i, sp := range c.spans {
		if i == list || sp == c.verb || sp == c.prefix || sp.is(cFiller|cPrefix) || named && sp.means(cAbout, "item") {
			continue
		}
		if found && i > list && from < c.spans[list].from { // words on both sides of the list
			return ""
		}
		if !found {
			from, found = sp.from, true
		}
		to = sp.to
	}
	if !found {
		return ""
	}
	text := c.s.text[c.s.tokens[from].from:c.s.tokens[to-1].to]
	if named {
		return text
	}

	return withoutObjectEnding(text)
}

// withoutObjectEnding finds the word whose accusative was said: it makes the accusative of
// every possible word and compares. Where none fits the ending is cut off as it stands.
func withoutObjectEnding(text string) string {
	if !strings.HasSuffix(text, "t") {
		return text
	}
	short := strings.TrimSuffix(text, "t")
	var candidates []string
	for _, long := range []string{"á", "é"} {
		if head, ok := strings.CutSuffix(short, long); ok {
			candidates = append(candidates, head+map[string]string{"á": "a", "é": "e"}[long])
		}
	}
	for _, vowel := range []string{"e", "a", "o", "ö"} {
		head, ok := strings.CutSuffix(short, vowel)
		if !ok {
			continue
		}
		candidates = append(candidates, head)
		for word, stem := range words().Stems {
			if front, ok := strings.CutSuffix(head, strings.TrimSuffix(stem, "!")); ok {
				candidates = append(candidates, front+strings.TrimPrefix(word, "-"))
			}
		}
	}
	for _, candidate := range append(candidates, short) {
		if Accusative(candidate) == text {
			return candidate
		}
	}

	for _, ending := range []string{"et", "at", "ot", "öt"} {
		if head, ok := strings.CutSuffix(text, ending); ok && hasVowel(head) {
			return head
		}
	}

	return short
}
