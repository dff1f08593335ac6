package hungarian

import (
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
)

// addFirst adds the first word of an area's name, for where something is: a szülőiben. Where several
// begin so (Fürdő 1, Fürdő 2) it is one of them.
func (b *builder) addFirst(text, first string, a *hamanagerapi.Area) {
	if b.ownersIn(text) == nil {
		b.addPartOfRoom(first, a)
	}
}

// addLast adds the last word of an area's name likewise: a folyosón, for Emeleti folyosó.
func (b *builder) addLast(text string, a *hamanagerapi.Area) {
	tokens := b.tokens(text)
	last := len(tokens) - 1
	if last < 1 || tokens[last].IsNumber || b.ix.lang.hasWord(tokens[last].Fold) || b.plainHead(tokens[last].Fold) != tokens[last].Fold {
		return
	}
	b.addPartOfRoom(text[tokens[last].From:tokens[last].To], a)
}

// addPartOfRoom adds a part of an area's name, to those areas that have it already.
func (b *builder) addPartOfRoom(part string, a *hamanagerapi.Area) {
	at, ok := b.byText[strings.Join(replaced(withoutOrdinalEnding(tokenize(part, neverEnding).Tokens), -1), " ")]
	switch {
	case !ok:
		b.add(part, weightPart, func(n *name) { n.area, n.isPart = a, true })
	case b.ix.names[at].isPart:
		n := &b.ix.names[at]
		rooms := appendOnce(n.rooms(), a)
		n.area = nil
		n.setRooms(rooms)
	}
}
