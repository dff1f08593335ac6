package hungarian

import (
	"cmp"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// Choose finds the choices that an answer to a question means; none where it fits none, or
// leaves open which, or is rather about something else. It may name a choice, its room or floor in any
// form, a part of the name that the others have not, its state, its place in the row, several of
// them, all, or all but those that it refuses.
func (ix *Index) Choose(text string, q meaning.Question) []int {
	s := tokenize(text, morphology.IsEnding)
	if len(s.Tokens) == 0 || len(s.Tokens) > tokens.Max || len(q.Choices) == 0 {
		return nil
	}
	c := choosing{ix: ix, q: q}
	if c.choosesAll(&s) {
		return c.all()
	}
	c.labels = NewIndex(c.home())
	for _, part := range partsOfAnswer(s) {
		if !c.read(part) {
			return nil
		}
	}

	return c.chosen()
}

// choosing is the work of one Choose.
type choosing struct {
	ix     *Index
	q      meaning.Question
	labels *Index // of the choices alone
	// sets are the choices that each part of the answer fits, refused those that none are to be of.
	sets    [][]int
	refused []int
}

func (c *choosing) all() []int {
	all := make([]int, len(c.q.Choices))
	for i := range all {
		all[i] = i
	}

	return all
}

// choosesAll reads "mindet", "mindkettőt", "az összeset kapcsold le": nothing but a word for all. One that
// has a number in it must have the right one.
func (c *choosing) choosesAll(s *sentence) bool {
	rows, _ := c.ix.findSpans(s).coverings()
	for _, row := range rows {
		isAll, isOther, verbs := false, false, class(0)
		for _, sp := range row {
			isAll = isAll || sp.means(cQuantity, "all")
			isOther = isOther || !sp.is(cQuantity|cFiller|cKind|cNumber|cVerb|cPrefix)
			verbs |= sp.classes & (cVerb | cKind)
		}
		if isAll && !isOther && verbs != cVerb|cKind {
			n := countSaid(s)

			return n == 0 || n == len(c.q.Choices)
		}
	}

	return false
}

// countSaid is the number in a word or phrase for all: mindkettő, mind a három; 0 without one.
func countSaid(s *sentence) int {
	for i := range s.Tokens {
		tok := s.Tokens[i]
		for _, all := range []string{"mind", ""} {
			rest, ok := cutPrefix(tok, all)
			if !ok {
				continue
			}
			if value, _, ok := numberIn(&rest, s.HasAccent); ok && value > 1 {
				return int(value)
			}
		}
	}

	return 0
}

// cutPrefix cuts letters without accents off the beginning of a token.
func cutPrefix(tok tokens.Token, prefix string) (rest tokens.Token, ok bool) {
	if len(tok.Fold) <= len(prefix) || tok.Fold[:len(prefix)] != prefix || len(tok.Lower) <= len(prefix) {
		return tok, false
	}
	tok.Fold, tok.Lower = tok.Fold[len(prefix):], tok.Lower[len(prefix):]

	return tok, true
}

// answerPart is a part of an answer; isFurther: it names one more (és a konyhait).
type answerPart struct {
	s         sentence
	isFurther bool
}

// partsOfAnswer cuts an answer at commas, at "and" and at "but": a nappalit és a konyhait; nem a konyhait, hanem a nappalit.
func partsOfAnswer(s sentence) []answerPart {
	var parts []answerPart
	from, isFurther := 0, false
	add := func(to int) {
		if to > from {
			part := answerPart{s: s, isFurther: isFurther}
			part.s.Tokens = s.Tokens[from:to]
			parts = append(parts, part)
		}
	}
	for i, tok := range s.Tokens {
		isAnd := tok.Fold == "es" || tok.Fold == "meg" || tok.Fold == "valamint"
		isCut := isAnd || tok.Fold == "hanem"
		if isCut || tok.BreakBefore && i > from {
			add(i)
			from, isFurther = i, isAnd
		}
		if isCut {
			from = i + 1
		}
	}
	add(len(s.Tokens))

	return parts
}

// read takes what a part of the answer says; false where it makes something else of the whole.
func (c *choosing) read(part answerPart) bool {
	row := c.ix.firstRow(&part.s)
	if c.asksElse(row) {
		return false
	}
	fits := c.fits(&part.s, row)
	switch {
	case len(fits) == 0:
		return len(c.sets) > 0 || !slices.ContainsFunc(row, isCommanding)
	case slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cNegation | cNeedless | cKeep) }):
		c.refused = append(c.refused, fits...)
	default:
		c.take(fits, part.isFurther)
	}

	return true
}

// asksElse reports whether a part takes the question back, asks something itself, or speaks of a device
// that is no choice, other than to say where one is (ahol a tévé van).
func (c *choosing) asksElse(row []*span) bool {
	isRelative := false
	for _, sp := range row {
		takesBack := sp.is(cNevermind) && !sp.is(cFiller) || sp.means(cNeedless, "back")
		asks := sp.means(cQuestion, "how_much") || sp.means(cQuestion, "what") || sp.means(cQuestion, "when")
		if takesBack || asks || c.isOfOther(sp) && !isRelative {
			return true
		}
		isRelative = isRelative || sp.means(cFiller, "joins") || sp.means(cBlock, "meanwhile")
	}

	return false
}

// take adds what a part fits. What says more precisely what the part before it left open (a fentit, a
// hálóban) narrows it.
func (c *choosing) take(fits []int, isFurther bool) {
	if last := len(c.sets) - 1; last >= 0 && !isFurther {
		both := slices.DeleteFunc(slices.Clone(fits), func(at int) bool { return !slices.Contains(c.sets[last], at) })
		if len(both) > 0 {
			c.sets[last] = both

			return
		}
	}
	c.sets = append(c.sets, fits)
}

// chosen are the choices that every part leaves no doubt of. Where one of two was only refused, it is
// the other.
func (c *choosing) chosen() []int {
	isRefused := func(at int) bool { return slices.Contains(c.refused, at) }
	if len(c.sets) == 0 && len(c.refused) > 0 {
		c.sets = [][]int{c.all()}
	}
	var chosen []int
	for _, set := range c.sets {
		set = slices.DeleteFunc(slices.Clone(set), isRefused)
		if len(set) != 1 {
			return nil
		}
		chosen = appendOnce(chosen, set[0])
	}

	return chosen
}

// isOfOther reports whether a span names a device of another kind than the choices: the sentence is
// rather a command of its own.
func (c *choosing) isOfOther(sp *span) bool {
	if !isThing(sp) || !sp.is(cEntity|cKind) || sp.is(cArea|cFloor|cOwner|cMeasured|cFiller|cAttribute|cClass|cMedia) || sp.isForSomeone() {
		return false
	}
	hasDevices := false
	for _, choice := range c.q.Choices {
		e := c.ix.home.Entity(choice.EntityID)
		if e == nil {
			continue
		}
		hasDevices = true
		if slices.Contains(entitiesOf(sp), e) || slices.ContainsFunc(sp.lexemes, func(l lexeme) bool { return l.class == cKind && l.of.covers(e) }) {
			return false
		}
	}

	return hasDevices
}

// fits are the choices that a part of the answer speaks of most; none where it speaks of all alike.
func (c *choosing) fits(s *sentence, row []*span) []int {
	scores := c.scores(s, row)
	if best := slices.Max(scores); best > 0 {
		var fits []int
		for k, score := range scores {
			if score == best {
				fits = append(fits, k)
			}
		}

		return fits
	}
	at, ok := c.byFront(s, row)
	if !ok {
		at, ok = ordinalIn(s, len(scores))
	}
	if !ok {
		at, ok = placeIn(s, len(scores))
	}
	if !ok {
		return nil
	}

	return []int{at}
}

// scores counts for each choice the words that fit it, and not all of them.
func (c *choosing) scores(s *sentence, row []*span) []int {
	scores := make([]int, len(c.q.Choices))
	tally := func(is func(meaning.Choice) bool) {
		var fits []int
		for k, choice := range c.q.Choices {
			if is(choice) {
				fits = append(fits, k)
			}
		}
		if len(fits) == len(scores) {
			return
		}
		for _, k := range fits {
			scores[k]++
		}
	}
	f := c.labels.findSpans(s)
	for i := range f.readings {
		tally(func(choice meaning.Choice) bool { return f.saysWordOf(i, c.ix, choice) })
	}
	for _, sp := range row {
		tally(func(choice meaning.Choice) bool { return c.isWhere(choice, sp) || c.isSo(choice, sp) })
	}

	return scores
}

// byFront finds the choice that has a word which begins as one that nobody knows otherwise, and no other
// choice has: a tyúkokét, for the Tyúketető.
func (c *choosing) byFront(s *sentence, row []*span) (at int, ok bool) {
	const shortest, longestEnding = 3, 6
	best, isOnly := 0, false
	for _, sp := range row {
		folded := s.Tokens[sp.from].Fold
		if !sp.is(cUnknown|cOwner) || sp.is(cVerb) || len(folded) <= shortest {
			continue
		}
		for k, choice := range c.q.Choices {
			n := 0
			for _, tok := range tokenize(choice.Label, neverEnding).Tokens {
				n = max(n, commonFront(tok.Fold, folded))
			}
			if n < shortest || len(folded)-n > longestEnding || n < best {
				continue
			}
			isOnly = n > best
			best, at = n, k
		}
	}

	return at, isOnly
}

// commonFront is how many bytes two folded words begin with alike.
func commonFront(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}

	return n
}

// areaOf is the room of a choice, nil where it has none.
func (c *choosing) areaOf(choice meaning.Choice) *hamanagerapi.Area {
	areaID := choice.AreaID
	if e := c.ix.home.Entity(choice.EntityID); e != nil {
		areaID = e.AreaID
	}

	return c.ix.home.Area(areaID)
}

// isWhere reports whether a choice is where a span says: a fentit, a kintit, az emeletit, Zsófinál.
func (c *choosing) isWhere(choice meaning.Choice, sp *span) bool {
	area := c.areaOf(choice)
	if area == nil {
		return false
	}
	var p places
	if way := thereSaid(sp); way != "" {
		c.ix.addThere(&p, way)
	}
	if sp.is(cFloor) && sp.name.floor != nil {
		p.floors = append(p.floors, sp.name.floor)
	}
	if sp.is(cArea) {
		p.areas = append(p.areas, sp.name.rooms()...)
	}

	return slices.Contains(p.areas, area) || slices.ContainsFunc(p.floors, func(f *hamanagerapi.Floor) bool { return f.ID == area.FloorID })
}

// isSo reports whether a choice is in the state that a span says: amelyik ég.
func (c *choosing) isSo(choice meaning.Choice, sp *span) bool {
	e := c.ix.home.Entity(choice.EntityID)
	if e == nil || !sp.is(cState) {
		return false
	}
	said := sp.value(cState)
	for _, form := range sp.forms {
		said = cmp.Or(said, map[string]string{"on": "on", "off": "off", "open": "open", "close": "closed"}[form.verb.Senses[sp.prefix]])
	}

	return said != "" && stateIn(e.Domain, said) == e.State().Value
}
