package hungarian

import "slices"

// corrected reads a sentence whose speaker takes a word back: a konyhait, nem is, a nappalit.
// What comes after the word of correction takes the place of the last that played the same
// part before it. A row without one is returned as it is; nil where it makes no sense.
func (ix *Index) corrected(s *sentence, row []*span) []*span {
	for {
		at, to := correctionIn(s, row)
		if at < 0 {
			return row
		}
		before, after := row[:at], withoutMeant(row[to:])
		if !namesSomething(before) && !slices.ContainsFunc(before, isCommanding) {
			row = after // bocsánat, kapcsold fel a lámpát
			continue
		}
		piece := endOfPiece(s, after)
		switch {
		case slices.ContainsFunc(after[:piece], isCommanding):
			if countCommands(before) > 1 {
				return nil
			}
			row = slices.Concat(inherit(before, after[:piece]), after[piece:])
		default:
			c := correction{before: slices.Clone(before)}
			if !c.replace(after[:piece]) {
				return nil
			}
			row = slices.Concat(c.before, withoutSame(c.before, c.rest), after[piece:])
		}
	}
}

// withoutSame drops the "legyen" of a correction that only names what was meant, where what is to become of
// it was said before: kéket kérek, mármint a pult legyen az.
func withoutSame(before, after []*span) []*span {
	says := func(row []*span) bool {
		return slices.ContainsFunc(row, func(sp *span) bool { return partOf(sp)&partDeed != 0 })
	}
	if says(after) || !says(before) {
		return after
	}

	return slices.DeleteFunc(slices.Clone(after), func(sp *span) bool { return sp.is(cBe) })
}

// correctionIn finds the words that take something back, from a span to another; -1 for none. A bare
// "nem" does so only between commas, or between two amounts or colours (huszonkettő nem huszonhárom fok), and so does what is sighed before it: jaj, nem, mégse.
func correctionIn(s *sentence, row []*span) (at, to int) {
	at = slices.IndexFunc(row, func(sp *span) bool { return sp.is(cCorrection) })
	if at < 0 {
		at = bareNo(s, row)
	}
	if at < 0 {
		at = saidInstead(s, row)

		return at, at
	}
	for to = at + 1; to < len(row) && (sighs(row[to]) || row[to].is(cCorrection) || (isNo(s, row[to]) || row[to].is(cNevermind)) && endsPiece(s, row, to)); {
		to++
	}

	return at, to
}

// bareNo is where a "nem" stands that takes something back by itself; -1 for none.
func bareNo(s *sentence, row []*span) int {
	for i, sp := range row {
		if isNo(s, sp) && (isApart(s, row, i) || isBetweenAmounts(row, i)) {
			return i
		}
	}

	return -1
}

// saidInstead is where a piece begins that only says what was meant instead: a szárítógépet akartam; -1 for none.
func saidInstead(s *sentence, row []*span) int {
	to := slices.IndexFunc(row, func(sp *span) bool { return sp.is(cMeant) && !isCommanding(sp) })
	if to < 0 || s.IsQuestion {
		return -1
	}
	from := to
	for from > 0 && !s.Tokens[row[from].from].BreakBefore {
		from--
	}
	isMeant := from > 0 && from < to && slices.ContainsFunc(row[:from], isCommanding)
	if !isMeant || slices.ContainsFunc(row[from:to], func(sp *span) bool { return partOf(sp) == 0 && !sp.is(cFiller|cConjunction|cUnit) }) {
		return -1
	}

	return from
}

func isNo(s *sentence, sp *span) bool {
	return sp.means(cNegation, "told") && s.Tokens[sp.from].Fold == "nem"
}

// sighs reports whether a span only goes with a correction: inkább.
func sighs(sp *span) bool { return sp.means(cFiller, "rather") }

// isApart reports whether a "nem" stands between pauses, with nothing but small words before it: jaj nem.
func isApart(s *sentence, row []*span, at int) bool {
	from := at
	for from > 0 && !s.Tokens[row[from].from].BreakBefore && row[from-1].is(cFiller) {
		from--
	}

	return s.Tokens[row[from].from].BreakBefore && endsPiece(s, row, at)
}

// endsPiece reports whether a pause, or "inkább", follows a span.
func endsPiece(s *sentence, row []*span, at int) bool {
	return at+1 < len(row) && (s.Tokens[row[at+1].from].BreakBefore || sighs(row[at+1]))
}

// withoutMeant leaves out what only says that the other thing was meant: bocs, a szárítót akartam mondani.
func withoutMeant(row []*span) []*span {
	at := slices.IndexFunc(row, func(sp *span) bool { return sp.is(cMeant) && !isCommanding(sp) })
	if at <= 0 || slices.ContainsFunc(row[:at], isCommanding) {
		return row
	}

	return slices.Delete(slices.Clone(row), at, at+1)
}

// isBetweenAmounts reports whether what stands before a span and after it says how much, in the same way.
func isBetweenAmounts(row []*span, at int) bool {
	const amounts = cNumber | cColor | cWhite
	if at < 1 || at+1 >= len(row) {
		return false
	}
	before, after := row[at-1], row[at+1]
	if before.is(cUnit) && at > 1 {
		before = row[at-2]
	}

	return before.classes&after.classes&amounts != 0 && !before.is(cEntity) && !after.is(cEntity|cFiller)
}

// endOfPiece is where the piece ends that a row begins with: at punctuation before a command,
// or at "then".
func endOfPiece(s *sentence, row []*span) int {
	for k := 1; k < len(row); k++ {
		if row[k].means(cConjunction, "then") || s.Tokens[row[k].from].BreakBefore && hasCommand(s, row, k) {
			return k
		}
	}

	return len(row)
}

func countCommands(row []*span) int {
	n := 0
	for _, sp := range row {
		if isCommanding(sp) {
			n++
		}
	}

	return n
}

// The parts that spans play: what is meant, where, how much, and the prefix of the verb.
const (
	partThing  = cEntity | cKind
	partPlace  = cArea | cFloor
	partAmount = cNumber | cFraction | cLevel | cColor | cWhite | cChange
)

// partOf is the part that a span plays, 0 for none.
func partOf(sp *span) class {
	switch {
	case isCommanding(sp):
		return 0
	case sp.is(partPlace):
		return partPlace
	case sp.is(partThing):
		return partThing
	case sp.is(partAmount):
		return partAmount
	case sp.is(cPrefix) && !sp.is(cConjunction|cFiller):
		return cPrefix
	default:
		return 0
	}
}

// correction is the work of putting what was said last in the place of what it corrects.
type correction struct {
	before []*span // what stands, without what is replaced
	rest   []*span // of what was said last, what is not in its place yet
	gone   []*span // what was replaced

	hasUnit, saysDeed, replaced bool
}

// replace drops the last span that plays the part of each one in what was said last. A device that is named
// with its room makes way for the same kind in another: a konyhai lámpát, bocsánat, az étkezőit.
// It reports whether anything was replaced.
func (c *correction) replace(said []*span) bool {
	c.hasUnit = slices.ContainsFunc(said, func(sp *span) bool { return sp.is(cUnit) })
	c.saysDeed = partsOf(c.before)&cPrefix != 0
	for _, sp := range said {
		if !c.takesPlace(sp) {
			c.rest = append(c.rest, sp)
		}
	}

	return c.replaced
}

// takesPlace drops what a span replaces. It reports whether the span needs no other place.
func (c *correction) takesPlace(sp *span) bool {
	part := partOf(sp)
	if part == 0 {
		return false
	}
	isSame := func(old *span) bool { return sp.name != nil && old.name == sp.name }
	if slices.ContainsFunc(c.gone, isSame) {
		return true // a teraszon, nem is a teraszon, a kertben
	}
	at := lastIndexFunc(c.before, func(old *span) bool { return partOf(old) == part })
	switch {
	case at >= 0:
		return c.replaceAt(at, sp) || isSame(c.gone[len(c.gone)-1])
	case part == partAmount && c.saysDeed: // a redőnyt le, várj, csak félig
		c.replaced = true
	case part == partPlace:
		c.replaced = c.kindElsewhere() || c.replaced
	}

	return false
}

// replaceAt drops the span at a place, or puts another number there: húsz fok, nem, tizenkilenc.
func (c *correction) replaceAt(at int, sp *span) (isThere bool) {
	c.gone = append(c.gone, c.before[at])
	c.replaced = true
	if sp.is(partAmount) && at+1 < len(c.before) && c.before[at+1].is(cUnit) && !c.hasUnit {
		c.before[at] = sp

		return true
	}
	c.drop(at)

	return false
}

// drop leaves out a span, and the unit of a number.
func (c *correction) drop(at int) {
	to := at + 1
	if c.before[at].is(cNumber) && to < len(c.before) && c.before[to].is(cUnit) {
		to++
	}
	c.before = slices.Delete(c.before, at, to)
}

// kindElsewhere has the device that was named last mean its kind, which is wanted in another room.
func (c *correction) kindElsewhere() bool {
	at := lastIndexFunc(c.before, func(old *span) bool { return partOf(old) == partThing })
	if at < 0 {
		return false
	}
	c.before[at] = asKind(c.before[at])

	return true
}

// withoutContrast leaves out a thing that is only set against the one that is meant: nem a mosógépet, a
// szárítót kapcsold be; a lámpát kapcsold fel, nem a tévét.
func withoutContrast(s *sentence, row []*span) []*span {
	if s.IsQuestion {
		return row
	}
	for at := range row {
		to := endOfContrast(s, row, at)
		if to == 0 {
			continue
		}
		rest := slices.Concat(row[:at], row[to:])
		if !slices.ContainsFunc(rest, isThing) || !slices.ContainsFunc(rest, isCommanding) {
			continue
		}
		if at < len(rest) && rest[at].is(cBut) { // nem a mosógépet, hanem a szárítót
			rest = slices.Delete(rest, at, at+1)
		}

		return rest
	}

	return row
}

// onlyNames reports whether a span names a thing or place, and is no verb.
func onlyNames(sp *span) bool { return isThing(sp) && !sp.is(cVerb) || sp.is(cFiller) }

// endOfContrast is where a piece ends that begins with "nem" and only names things; 0 where there is none.
func endOfContrast(s *sentence, row []*span, at int) int {
	isFirst := s.Tokens[row[at].from].BreakBefore || onlySmall(row[:at])
	if !isFirst || !isNo(s, row[at]) {
		return 0
	}
	to := at + 1
	for to < len(row) && !s.Tokens[row[to].from].BreakBefore && onlyNames(row[to]) {
		to++
	}
	isPiece := to == len(row) || s.Tokens[row[to].from].BreakBefore || row[to].is(cBut)
	if !isPiece || !slices.ContainsFunc(row[at+1:to], isThing) {
		return 0
	}

	return to
}

func lastIndexFunc(row []*span, is func(*span) bool) int {
	for i, sp := range slices.Backward(row) {
		if is(sp) {
			return i
		}
	}

	return -1
}

// asKind makes of a span that names devices one that only names their kind.
func asKind(sp *span) *span {
	if !sp.is(cEntity) {
		return sp
	}
	e := sp.name.entities[0]
	k := &kind{Domain: e.Domain}
	if e.Domain == "cover" && e.DeviceClass != "" {
		k.Classes = []string{e.DeviceClass}
	}

	return &span{
		from: sp.from, to: sp.to, classes: cKind, suffix: sp.suffix, score: sp.score,
		lexemes: []lexeme{{class: cKind, value: k.Domain, of: k}},
	}
}
