package hungarian

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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
	list := slices.IndexFunc(c.spans, isListNamed)
	if list < 0 {
		list = slices.IndexFunc(c.spans, func(sp *span) bool { return sp.means(cAbout, "shopping") })
	}
	isBeside := func(piece []*span) bool { return c.ix.lang.isAside(c.s, piece) }
	if list < 0 || slices.ContainsFunc(piecesOf(c.s, c.spans), isBeside) { // elfogyott a tej, tedd a listára
		return nil
	}
	first, last, ok := c.itemSpans(list)
	if !ok || c.action == "" && (!c.isOnto(list) || !c.isObject(last)) { // bevásárlólistára tejet
		return nil
	}
	var drafts []draft
	for _, item := range c.items(first, last) {
		command := meaning.Command{Intent: meaning.ShoppingAddItem, Slots: meaning.Slots{"item": item}}
		if !c.spans[list].means(cAbout, "shopping") {
			command.Intent = meaning.ListAddItem
			command.Slots["name"] = of(c.spans[list].name.entities, []string{"todo"})[0].Name
		}
		drafts = append(drafts, draft{command: command})
	}

	return drafts
}

func isListNamed(sp *span) bool {
	return sp.is(cEntity) && len(of(sp.name.entities, []string{"todo"})) > 0
}

// isListToo reports whether a span only says that what is named before it is a list: a patika
// listára.
func (c *clause) isListToo(i, list int) bool {
	return i == list+1 && (c.spans[i].means(cKind, "todo") || c.spans[i].means(cAbout, "shopping"))
}

// itemSpans is everything that is neither verb nor list nor said for politeness. It must
// stand together, before the list or after it.
func (c *clause) itemSpans(list int) (first, last int, ok bool) {
	first = -1
	for i, sp := range c.spans {
		if i == list || c.isListToo(i, list) || c.isAroundItem(sp) {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
	}

	return first, last, first >= 0 && (first > list || last < list)
}

// isAroundItem reports whether a span is no part of what is put on a list: it says what to do,
// is said for politeness, calls the thing an item, or was not said at all.
func (c *clause) isAroundItem(sp *span) bool {
	return sp.said != "" || sp == c.verb || sp == c.prefix || sp.is(cFiller|cPrefix) || sp.means(cAbout, "item")
}

// items are what is to be put on the list, as it was said, but without the object's ending.
// An enumeration of objects (tejet, kenyeret és vajat) is several items; a name (kenyér és
// vaj) or what is to be done (felhívni a fogorvost) is kept as it is.
func (c *clause) items(first, last int) []string {
	whole := c.itemText(first, last)
	if c.has(cAbout, "item") || strings.HasSuffix(c.s.tokens[c.spans[first].to-1].fold, "ni") {
		return []string{whole}
	}

	var items []string
	from := first
	for i := first; i <= last; i++ {
		isNext := i == last || c.s.tokens[c.spans[i+1].from].breakBefore || c.spans[i+1].means(cConjunction, "and")
		switch {
		case i == from && c.spans[i].means(cConjunction, "and"):
			from++
		case isNext && !c.isObject(i):
			return []string{withoutObjectEnding(whole)}
		case isNext:
			items = append(items, withoutObjectEnding(c.itemText(from, i)))
			from = i + 1
		}
	}

	return items
}

// itemText is what was said from one span to another, without an article before it.
func (c *clause) itemText(from, to int) string {
	for from < to && c.spans[from].is(cFiller) {
		from++
	}
	said := c.s.text[c.s.tokens[c.spans[from].from].from:c.s.tokens[c.spans[to].to-1].to]
	if c.spans[from].from > 0 {
		return said
	}
	first, size := utf8.DecodeRuneInString(said) // the capital is the sentence's

	return string(unicode.ToLower(first)) + said[size:]
}

// isObject reports whether a span ends as an object does.
func (c *clause) isObject(at int) bool {
	return strings.HasSuffix(c.s.tokens[c.spans[at].to-1].fold, "t")
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
