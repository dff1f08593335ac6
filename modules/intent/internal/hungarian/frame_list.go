package hungarian

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"homehub/modules/intent/internal/hungarian/inflect"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/numerals"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// listFrames put things on lists, tick them off and take them away. What is meant are the words
// that stand before the list or after it, whatever they are.
func listFrames() []frame {
	const allows = ^cBlock
	return []frame{
		{name: "add to list", actions: []string{"", "put", "note", "set", "want", "more", "create", "on"}, allows: allows, make: (*clause).addToList},
		{name: "tick off a list", actions: []string{"open", "done"}, allows: allows, make: (*clause).tickOff},
		{name: "remove from list", actions: []string{"less", "take", "cancel", "down", "off"}, allows: allows, make: (*clause).removeFromList},
	}
}

func (c *clause) addToList() []draft {
	lists := c.lists()
	switch {
	case len(lists) == 0 && c.action != "note" && !c.wantsGoods() || c.negates():
		return nil
	case len(lists) == 0:
		return c.onList(-1, c.spans, meaning.ShoppingAddItem, meaning.ListAddItem)
	}
	var drafts []draft
	for _, piece := range c.piecesByList(lists) { // a tejet a listára, a teendőkhöz a számlát
		list := slices.IndexFunc(piece, func(sp *span) bool { return slices.Contains(lists, sp) })
		added := c.onList(list, piece, meaning.ShoppingAddItem, meaning.ListAddItem)
		if len(added) == 0 || c.isFrom(piece[list]) {
			return nil
		}
		drafts = append(drafts, added...)
	}

	return drafts
}

// tickOff reads "húzd ki a tejet a listáról"; to tick off is said of nothing but lists.
func (c *clause) tickOff() []draft {
	lists := c.lists()
	isGot := slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.means(cNeeds, "got") })
	if c.negates() || len(lists) > 1 || len(lists) == 0 && c.action != "done" && !isGot || len(lists) == 1 && !c.isFrom(lists[0]) && c.action != "done" {
		return nil
	}

	return c.onList(c.indexOf(lists), c.spans, meaning.ListCompleteItem, meaning.ListCompleteItem)
}

func (c *clause) removeFromList() []draft {
	lists := c.lists()
	if c.negates() || len(lists) != 1 || !c.isFrom(lists[0]) {
		return nil
	}

	return c.onList(c.indexOf(lists), c.spans, meaning.ListRemoveItem, meaning.ListRemoveItem)
}

func (c *clause) indexOf(lists []*span) int {
	if len(lists) == 0 {
		return -1
	}

	return slices.Index(c.spans, lists[0])
}

// lists are the spans that name a list, or the shopping list.
func (c *clause) lists() []*span {
	var found []*span
	for i, sp := range c.spans {
		isOfName := len(found) > 0 && c.spans[i-1] == found[len(found)-1] && !isListNamed(sp) // patika listára
		if isListNamed(sp) || sp.means(cAbout, "shopping") && !isOfName {
			found = append(found, sp)
		}
	}

	return found
}

// negates reports whether anything is denied, other than that there is enough of something.
func (c *clause) negates() bool {
	return slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.is(cNegation) && !sp.is(cNeeds) || sp.is(cBlock) && sp.is(cMeant) || c.s.Tokens[sp.from].Fold == "vagy" // on one or the other: which?
	})
}

// isFrom reports whether a list is what something is taken from, or ticked off on: listáról, listán.
func (c *clause) isFrom(list *span) bool {
	switch list.suffix.Case {
	case morphology.Delative, morphology.Elative, morphology.Ablative, morphology.Superessive, morphology.Inessive, morphology.Adessive:
		return true
	default:
		return c.has(cAbout, "among") // a teendők közül
	}
}

// onList makes a command for each item that some spans speak of. list is the place of the list
// among them, -1 for the one for shopping.
func (c *clause) onList(list int, spans []*span, ofShopping, ofList string) []draft {
	part := *c
	part.spans = spans
	items := part.itemsFor(list)
	if len(items) == 0 || c.isOfUnknownList(list, spans) {
		return nil
	}
	var drafts []draft
	for _, item := range items {
		command := meaning.Command{Intent: ofShopping, Slots: meaning.Slots{"item": item}}
		if list >= 0 && !spans[list].means(cAbout, "shopping") {
			command.Intent = ofList
			command.Slots["name"] = of(spans[list].name.entities, []string{"todo"})[0].Name
		}
		drafts = append(drafts, draft{command: command})
	}

	return drafts
}

// itemsFor finds what is to be on the list: among what is said with it, else in a remark of what
// there is no more of (elfogyott a tej, írd fel).
func (c *clause) itemsFor(list int) []string {
	said, missing, told := c.partsAround(list)
	if len(told) > 0 {
		return c.itemsTold(said, missing, told, list)
	}
	if len(missing) == 0 {
		return c.itemsIn(list)
	}
	named := *c
	named.spans = said
	at := -1
	if list >= 0 {
		at = slices.Index(said, c.spans[list])
	}
	isNeedless := slices.ContainsFunc(missing, func(sp *span) bool { return sp.is(cNeedless) })
	if first, last, ok := named.itemSpans(at); ok && !isAllOfThem(named.spans[first:last+1]) && (!isNeedless || named.isObject(last)) {
		return named.itemsIn(at)
	}
	named.spans = missing
	named.isMissing = slices.ContainsFunc(missing, func(sp *span) bool { return sp.means(cNeeds, "gone") })

	return named.itemsIn(-1)
}

// partsAround parts what is said with the verb and the list from remarks of what is missing, and from other remarks.
func (c *clause) partsAround(list int) (said, missing []*span, told [][]*span) {
	for _, piece := range piecesOf(c.s, c.spans) {
		isMain := slices.ContainsFunc(piece, func(sp *span) bool { return sp == c.verb || list >= 0 && sp == c.spans[list] })
		isNeed := slices.ContainsFunc(piece, c.isNeed)
		isTold := !isMain && c.tellsSomething(piece)
		switch {
		case isMain || joinsWhatFollows(piece) || !isNeed && !isTold && !c.ix.lang.isAside(c.s, piece):
			said = append(said, piece...)
		case isNeed:
			missing = append(missing, piece...)
		default:
			told = append(told, piece)
		}
	}

	return said, missing, told
}

// tellsSomething reports whether a piece beside the command tells what somebody did or does, and is no
// item: a piacon vettem, Juli végzett az ablakokkal.
func (c *clause) tellsSomething(piece []*span) bool {
	return slices.ContainsFunc(piece, func(sp *span) bool {
		return sp.means(cNeeds, "got") || sp.means(cNegation, "") || sp.is(cUnknown|cAttribute) && c.ix.lang.isRemark(c.s.Tokens[sp.to-1].Fold)
	})
}

// isNeed reports whether a span says of a thing what the command is about: it is missing, or to tick it off, that it was got.
func (c *clause) isNeed(sp *span) bool {
	switch c.action {
	case "done", "open": // kipipál, kihúz
		return sp.means(cNeeds, "got")
	case "less", "take", "cancel", "down", "off":
		return sp.is(cNeedless)
	default:
		return sp.is(cNeeds) && !sp.means(cNeeds, "got")
	}
}

// itemsIn finds the items that stand together, before the list or after it.
func (c *clause) itemsIn(list int) []string {
	first, last, ok := c.itemSpans(list)
	if !ok || c.isSomethingElse(first, last) {
		return nil
	}
	if list < 0 && !c.maySayWithoutList(first, last) {
		return nil
	}
	isTelegram := list >= 0 && c.action == ""
	if isTelegram && (!c.isOnto(list) || !c.isObject(last) && !c.isListed(list, first)) {
		return nil
	}

	return c.items(first, last)
}

// isListed reports whether what is to be on the list is set off from it: barkácslistára: tipli.
func (c *clause) isListed(list, first int) bool {
	if first > list && c.s.Tokens[c.spans[first].from].BreakBefore || slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.means(cFiller, "wanted") }) && !c.hasInfinitive() {
		return true
	}
	const most = 6
	isTold := slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp.is(cTells|cQuestion) || c.ix.lang.isFinite(sp, c.s.Tokens[sp.from].Fold) || sp != c.spans[list] && tokens.IsArticle(c.s.Tokens[sp.from].Fold) && sp.from < c.spans[first].from
	})

	return len(c.spans) <= most && !isTold && !c.s.IsQuestion // tej, kenyér a listára
}

// maySayWithoutList reports whether words can be an item where no list is named: few of them, and
// none that says where to (írd fel a táblára).
func (c *clause) maySayWithoutList(first, last int) bool {
	const most = 8
	if last-first >= most {
		return false
	}

	return !slices.ContainsFunc(c.spans[first:last+1], func(sp *span) bool {
		folded := c.s.Tokens[sp.to-1].Fold
		isWhere := sp.is(cUnknown) && morphology.EndsWithAny(folded, []string{"ra", "re", "ba", "be", "nak", "nek"}) && dictionaryForm(c.text(sp)) != c.text(sp)

		return isWhere || strings.Contains(folded, "lista") || sp.is(cEntity|cArea|cKind) && sp.suffix.Case == morphology.Sublative
	})
}

// piecesByList cuts a clause with several lists so that each has its own piece.
func (c *clause) piecesByList(lists []*span) [][]*span {
	if len(lists) < 2 {
		return [][]*span{c.spans}
	}
	var pieces [][]*span
	from := 0
	hasList := slices.Contains(lists, c.spans[0])
	for i := 1; i < len(c.spans); i++ {
		isCut := c.s.Tokens[c.spans[i].from].BreakBefore || c.spans[i].is(cConjunction)
		if isCut && hasList && slices.ContainsFunc(c.spans[i:], func(sp *span) bool { return slices.Contains(lists, sp) }) {
			pieces = append(pieces, c.spans[from:i])
			from, hasList = i, false
		}
		hasList = hasList || slices.Contains(lists, c.spans[i])
	}

	return append(pieces, c.spans[from:])
}

func isListNamed(sp *span) bool {
	return sp.is(cEntity) && len(of(sp.name.entities, []string{"todo"})) > 0
}

// isListToo reports whether a span only says that what is named before it is a list: a patika
// listára.
func (c *clause) isListToo(i, list int) bool {
	return list >= 0 && i == list+1 && (c.spans[i].means(cKind, "todo") || c.spans[i].means(cAbout, "shopping") || c.spans[i].means(cAbout, "among"))
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

	if first > 0 && c.isMeasure(first) { // egy kiló
		first--
	}

	return first, last, first >= 0 && (first > list || last < list)
}

// isAroundItem reports whether a span is no part of what is put on a list: it says what to do,
// is said for politeness, calls the thing an item, or was not said at all.
func (c *clause) isAroundItem(sp *span) bool {
	return sp.said != "" || sp == c.verb || sp == c.prefix || sp.is(cFiller|cPrefix|cNeeds|cNeedless|cBut|cConjunction|cBe) && !sp.is(cNumber) || sp.means(cAbout, "item") || sp.means(cAbout, "shop")
}

// items are what is to be put on the list, as it was said, but without the object's ending.
// An enumeration (tejet, kenyeret és vajat) is several items; a name (kenyér és vaj) or what is
// to be done (felhívni a fogorvost) is kept as it is.
func (c *clause) items(first, last int) []string {
	whole := c.itemText(first, last)
	if c.has(cAbout, "item") || strings.HasSuffix(c.s.Tokens[c.spans[first].to-1].Fold, "ni") {
		return []string{whole}
	}

	var items []string
	isObjects, isListed := true, false
	from := first
	for i := first; i <= last; i++ {
		switch {
		case i == from && c.spans[i].is(cConjunction):
			from++
		case c.endsItem(i, last):
			isObjects = isObjects && c.isObject(i)
			isListed = isListed || i < last && c.isEnumerated(i+1)
			items = append(items, c.itemNamed(from, i))
			from = i + 1
		}
	}
	if !isObjects && !isListed {
		return []string{c.itemNamed(first, last)}
	}

	return items
}

// itemNamed is an item as it is called. What is missing is no object: elfogyott a liszt.
func (c *clause) itemNamed(from, to int) string {
	text := c.itemText(from, to)
	if !c.isMissing {
		text = c.withoutObject(text)
	}

	return c.withAccents(text, from, to)
}

// endsItem reports whether an item ends at a span: at a pause, before "and".
func (c *clause) endsItem(i, last int) bool {
	return i == last || c.s.Tokens[c.spans[i+1].from].BreakBefore || c.spans[i+1].is(cConjunction)
}

// isEnumerated reports whether a pause or an "and" before a span joins two things rather than words.
func (c *clause) isEnumerated(at int) bool {
	return c.s.Tokens[c.spans[at].from].BreakBefore || c.isAndThe(at)
}

// isAndThe reports whether an "and" joins two things rather than the words of a name: a tej és a
// kenyér; tej meg kenyér.
func (c *clause) isAndThe(at int) bool {
	next := c.s.Tokens[c.spans[at].to-1]

	return next.Fold == "meg" || at+1 < len(c.spans) && tokens.IsArticle(c.s.Tokens[c.spans[at+1].from].Fold)
}

// itemText is what was said from one span to another, without an article before it.
func (c *clause) itemText(from, to int) string {
	for from < to && c.spans[from].is(cFiller) && !c.spans[from].is(cNumber) && !c.isMeasure(from+1) {
		from++
	}
	said := c.s.Text[c.s.Tokens[c.spans[from].from].From:c.s.Tokens[c.spans[to].to-1].To]
	if c.spans[from].from > 0 {
		return said
	}
	first, size := utf8.DecodeRuneInString(said) // the capital is the sentence's

	return string(unicode.ToLower(first)) + said[size:]
}

// isMeasure reports whether a span is what things are counted in: egy kiló.
func (c *clause) isMeasure(at int) bool {
	return c.spans[at-1].from >= 0 && c.s.Tokens[c.spans[at-1].from].Fold == "egy" && slices.ContainsFunc(numerals.Measures(), func(w string) bool {
		return morphology.IsFoldOf(c.s.Tokens[c.spans[at].from].Fold, w)
	})
}

// isObject reports whether a span ends as an object does.
func (c *clause) isObject(at int) bool {
	return strings.HasSuffix(c.s.Tokens[c.spans[at].to-1].Fold, "t")
}

// isOnto reports whether the list is what something is put on: listára, teendőkhöz.
func (c *clause) isOnto(list int) bool {
	switch c.spans[list].suffix.Case {
	case morphology.Sublative, morphology.Illative, morphology.Allative:
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
		if inflect.Accusative(candidate) == text {
			return candidate
		}
	}
	if head, ok := cutLinkingVowel(short); ok && morphology.HasVowel(head) {
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
	if head, ok := strings.CutSuffix(short, "é"); ok && !morphology.EndsWithAny(short, morphology.Rules().LongE) { // kávé
		found = append(found, head+"e")
	}
	if head, ok := cutLinkingVowel(short); ok {
		found = append(append(found, unchanged(head)...), head) // petrezselyem before petrezselym
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
	for _, word := range slices.Sorted(maps.Keys(morphology.Rules().Stems)) {
		changed := morphology.Rules().Stems[word]
		if front, ok := strings.CutSuffix(stem, strings.TrimSuffix(changed, "!")); ok {
			found = append(found, front+strings.TrimPrefix(word, "-"))
		}
	}

	return found
}
