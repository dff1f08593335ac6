package hungarian

import (
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
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
	b.addHeadOfRoom(text[tokens[last].From:tokens[last].To], a)
}

// addEndsOfRooms adds what rooms' names may end in as compounds, likewise: a fülkében, for Hálófülke.
func (b *builder) addEndsOfRooms() {
	const shortest = 5
	for i := range b.ix.home.Areas {
		a := &b.ix.home.Areas[i]
		for _, text := range append([]string{a.Name}, a.Aliases...) {
			for _, tok := range b.tokens(text) {
				for cut := shortestFront; cut <= len(tok.Fold)-shortest; cut++ {
					end := tok.Fold[cut:]
					if splitsLetter(tok.Fold, cut) || !mayBeJoined(tok.Fold[:cut], end) || !b.isTelling(end) || b.plainHead(end) != end {
						continue
					}
					b.roomEnds[end] = true
					b.ends[end] = b.ends[end] || b.ix.wordNumber(end) < 0
					b.addHeadOfRoom(end, a)
				}
			}
		}
	}
}

// addHeadOfRoom adds what an area's name ends in, which is a word for a room: something may be done to it (takarítsd ki a
// folyosót), or be its own (a fülke redőnye).
func (b *builder) addHeadOfRoom(head string, a *hamanagerapi.Area) {
	b.addPartOfRoom(head, a)
	if at, ok := b.byText[morphology.Fold(head)]; ok && b.ix.names[at].isPart {
		b.ix.names[at].isHead = true
	}
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
