package hungarian

import (
	"maps"
	"slices"
	"strings"

	"homehub/modules/intent/internal/meaning"
)

// listFrames put things on lists. What is put there are the words that stand before the
// list, whatever they are.
func listFrames() []frame {
	return []frame{{
		name: "add to list", actions: []string{"", "put", "set", "want", "more", "create", "on"}, allows: ^(cBlock | cNegation), make: (*clause).addToList,
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
	if item == "" || c.action == "" && (!c.isOnto(list) || !strings.HasSuffix(item, "t")) { // bevásárlólistára tejet
		return nil
	}
	item = c.plainItem(item)
	slots := meaning.Slots{"item": item}
	if c.spans[list].means(cAbout, "shopping") {
		return []draft{{command: meaning.Command{Intent: meaning.ShoppingAddItem, Slots: slots}}}
	}
	slots["name"] = of(c.spans[list].name.entities, []string{"todo"})[0].Name

	return []draft{{command: meaning.Command{Intent: meaning.ListAddItem, Slots: slots}}}
}

// item is everything that is neither verb nor list nor said for politeness, as it was said;
// the object's ending is taken off. It must stand together, before the list or after it.
func (c *clause) item(list int) string {
	named := c.has(cAbout, "item")
	isPart := func(i int) bool {
		sp := c.spans[i]
		return i != list && sp != c.verb && sp != c.prefix && !sp.is(cFiller|cPrefix) && (!named || !sp.means(cAbout, "item"))
	}
	var parts []int
	for i := range c.spans {
		if isPart(i) {
			parts = append(parts, i)
		}
	}
	if len(parts) == 0 || parts[0] < list && parts[len(parts)-1] > list {
		return ""
	}
	first, last := parts[0], parts[len(parts)-1]
	text := c.s.text[c.s.tokens[c.spans[first].from].from:c.s.tokens[c.spans[last].to-1].to]

	return text
}

// isOnto reports whether the list is what something is put on: listára, teendőkhöz.
func (c *clause) isOnto(list int) bool {
	switch c.spans[list].suffix.grammaticalCase {
	case sublative, illative, allative:
		return true
	default:
		return false
	}
}

// plainItem takes the object's ending off an item that is named; what is to be done
// (felhívni a fogorvost) is kept as it was said.
func (c *clause) plainItem(item string) string {
	first, _, _ := strings.Cut(item, " ")
	if c.has(cAbout, "item") || strings.HasSuffix(first, "ni") {
		return item
	}

	return withoutObjectEnding(item)
}

// withoutObjectEnding finds the word whose accusative was said: it makes the accusative of
// every possible word and compares. Where none fits the ending is cut off as it stands.
func withoutObjectEnding(text string) string {
	short, ok := strings.CutSuffix(text, "t")
	if !ok {
		return text
	}
	for _, candidate := range objectsIn(short) {
		if Accusative(candidate) == text {
			return candidate
		}
	}
	if head, ok := cutLinkingVowel(short); ok && hasVowel(head) {
		return head
	}

	return short
}

// objectsIn lists the words that may stand before the t of an accusative: with a shorter
// last vowel, without a linking vowel, with the stem changed back, or as they are.
func objectsIn(short string) []string {
	var found []string
	if head, ok := strings.CutSuffix(short, "á"); ok {
		found = append(found, head+"a")
	}
	if head, ok := strings.CutSuffix(short, "é"); ok {
		found = append(found, head+"e")
	}
	if head, ok := cutLinkingVowel(short); ok {
		found = append(append(found, head), unchanged(head)...)
	}

	return append(found, short)
}

func cutLinkingVowel(s string) (head string, ok bool) {
	for _, vowel := range []string{"e", "a", "o", "ö"} {
		if head, ok := strings.CutSuffix(s, vowel); ok {
			return head, true
		}
	}

	return s, false
}

// unchanged lists the words that have this stem before endings: kenyer -> kenyér.
func unchanged(stem string) []string {
	var found []string
	for _, word := range slices.Sorted(maps.Keys(words().Stems)) {
		changed := words().Stems[word]
		if front, ok := strings.CutSuffix(stem, strings.TrimSuffix(changed, "!")); ok {
			found = append(found, front+strings.TrimPrefix(word, "-"))
		}
	}

	return found
}
