package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// exception is what a sentence leaves out of what it commands: kivéve a folyosót, de a
// hálóban ne, a csillár maradjon.
type exception struct {
	areas    []*hamanagerapi.Area
	floors   []*hamanagerapi.Floor
	entities []*hamanagerapi.Entity
	kinds    []*kind
}

// maxExceptions bounds how often one sentence is searched for a further exception.
const maxExceptions = 3

// takeExceptions takes what is left out from a row. Only a command that still names something
// can have exceptions: "ne húzd le a redőnyt" alone remains a negation.
func takeExceptions(s *sentence, row []*span) (kept []*span, left []exception) {
	if !slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cExcept | cKeep | cNegation) }) {
		return row, nil
	}
	kept = row
	for range maxExceptions {
		from, to := exceptionIn(s, kept)
		if from == to {
			break
		}
		rest := slices.Delete(slices.Clone(kept), from, to)
		if from < len(rest) && rest[from].is(cBut) {
			rest = slices.Delete(rest, from, from+1) // ne a csillárt, hanem az állólámpát
		}
		if !namesSomething(rest) {
			return row, nil
		}
		if x := exceptionOf(kept[from:to]); !x.isEmpty() {
			left = append(left, x)
		}
		kept = rest
	}

	return kept, left
}

func namesSomething(row []*span) bool {
	return slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cTarget&^cPlace) || sp.means(cPlace, "everywhere") })
}

// exceptionIn finds the spans of one exception; from equals to where there is none.
func exceptionIn(s *sentence, row []*span) (from, to int) {
	for i, sp := range row {
		switch {
		case sp.means(cExcept, "before") && i+1 < len(row) && beginsWithThing(row[i+1:]):
			return i, endOfNames(s, row, i+1)
		case sp.means(cExcept, "after"), sp.means(cExcept, "instead"):
			if from = min(startOfNames(s, row, i), startOfAmount(row, i)); from < i {
				return from, i + 1
			}
		case isNotLeft(row, i):
		case sp.means(cNegation, "") && !sp.is(cVerb), sp.is(cKeep):
			if from, to = negatedPiece(s, row, i); from < to {
				return from, to
			}
		}
	}

	return 0, 0
}

// startOfAmount is where the number before a span begins: huszonegy helyett legyen húsz.
func startOfAmount(row []*span, at int) int {
	for at > 0 && row[at-1].is(cNumber|cUnit) {
		at--
	}

	return at
}

func isThing(sp *span) bool { return sp.is(cArea|cFloor|cEntity|cKind) && !isCommanding(sp) }

// isNotLeft reports whether a span of a row belongs to words that ask not to leave something as it is: ne hagyd égve.
func isNotLeft(row []*span, i int) bool {
	return row[i].is(cKeep) && i > 0 && row[i-1].is(cNegation) || row[i].is(cNegation) && i+1 < len(row) && row[i+1].is(cKeep)
}

func beginsWithThing(row []*span) bool {
	for _, sp := range row {
		if isThing(sp) {
			return true
		}
		if !sp.is(cFiller) {
			return false
		}
	}

	return false
}

// endOfNames is where an enumeration that begins at span i ends.
func endOfNames(s *sentence, row []*span, i int) int {
	end := i
	for k := i; k < len(row); k++ {
		isNext := k > i && s.Tokens[row[k].from].BreakBefore
		if isNext && hasCommand(s, row, k) {
			break
		}
		if isThing(row[k]) {
			end = k + 1
		} else if !row[k].is(cFiller | cConjunction) {
			break
		}
	}

	return end
}

// hasCommand reports whether the piece between punctuation that begins at span i commands.
func hasCommand(s *sentence, row []*span, i int) bool {
	for k := i; k < len(row) && (k == i || !s.Tokens[row[k].from].BreakBefore); k++ {
		if isCommanding(row[k]) {
			return true
		}
	}

	return false
}

// startOfNames is where the names before span i begin, joined by "and" or by commas.
func startOfNames(s *sentence, row []*span, i int) int {
	start, isJoined := i, true
	for k := i - 1; k >= 0; k-- {
		switch {
		case isThing(row[k]) && (isJoined || row[k].suffix.IsAdjective && row[k].suffix.Case == morphology.Nominative):
			start, isJoined = k, s.Tokens[row[k].from].BreakBefore
		case row[k].is(cConjunction):
			isJoined = true
		case !row[k].is(cFiller):
			return start
		}
		if s.Tokens[row[k].from].BreakBefore && !isJoined {
			return start
		}
	}

	return start
}

// negatedPiece finds the piece of the sentence around a "ne" or a "maradjon": at punctuation,
// at "de", after "and". It may hold things and one verb, nothing else.
func negatedPiece(s *sentence, row []*span, at int) (from, to int) {
	isCut := func(k int) bool { return s.Tokens[row[k].from].BreakBefore || row[k].is(cBut) }
	isAnd := func(k int, commands []*span) bool {
		return row[k].means(cConjunction, "and") && slices.ContainsFunc(commands, isCommanding)
	}
	from, to = at, at+1
	for from > 0 && !isCut(from) && !isAnd(from-1, row[:from-1]) {
		from--
	}
	for to < len(row) && !isCut(to) && !row[to].means(cConjunction, "then") && !isAnd(to, row[to:]) {
		to++
	}
	if staysNot(row, at) || !holdsOnlyThings(row[from:to], row[at]) {
		return 0, 0
	}

	return from, to
}

// staysNot reports whether a "maradjon" is itself negated: ne maradjon bekapcsolva.
func staysNot(row []*span, at int) bool {
	return row[at].is(cKeep) && at > 0 && row[at-1].is(cNegation)
}

// holdsOnlyThings reports whether a piece has things, at most one verb, and beside the word
// that leaves them out nothing else.
func holdsOnlyThings(piece []*span, marker *span) bool {
	const allowed = cTarget | cFiller | cConjunction | cBut | cKeep | cPrefix | cVerb | cState | cLit | cDock
	verbs, things := 0, 0
	for _, sp := range piece {
		switch {
		case sp == marker:
		case !sp.is(allowed) || sp.is(cBlock) && !sp.is(cBut):
			return false
		case isThing(sp):
			things++
		case sp.is(cVerb) && !sp.is(cFiller|cPrefix|cKeep|cState):
			verbs++
		}
	}

	return things > 0 && verbs <= 1
}

// exceptionOf reads what the spans name.
func exceptionOf(row []*span) exception {
	var x exception
	for _, sp := range row {
		switch {
		case isCommanding(sp):
		case sp.is(cArea|cFloor) || sp.like != nil:
			x.addPlace(sp.name)
		case sp.is(cEntity) && !sp.suffix.IsPlural:
			x.entities = append(x.entities, sp.name.entities...)
		}
		for _, l := range sp.lexemes {
			if l.class == cKind && !isCommanding(sp) && (!sp.is(cEntity) || sp.suffix.IsPlural) {
				x.kinds = append(x.kinds, l.of)
			}
		}
	}

	return x
}

// isEmpty reports whether nothing is left out.
func (x *exception) isEmpty() bool {
	return len(x.areas)+len(x.floors)+len(x.entities)+len(x.kinds) == 0
}

func (x *exception) addPlace(n *name) {
	x.areas = append(x.areas, n.rooms()...)
	if n.floor != nil {
		x.floors = append(x.floors, n.floor)
	}
}

// covers reports whether an entity is left out.
func (x *exception) covers(home *hamanagerapi.Home, e *hamanagerapi.Entity) bool {
	if slices.ContainsFunc(x.entities, func(left *hamanagerapi.Entity) bool { return left == e || belongsTo(e, left) }) {
		return true
	}
	isPlaced := len(x.areas)+len(x.floors) > 0
	isThere := slices.ContainsFunc(x.areas, func(a *hamanagerapi.Area) bool { return a.ID == e.AreaID })
	if a := home.Area(e.AreaID); a != nil && !isThere {
		isThere = slices.ContainsFunc(x.floors, func(f *hamanagerapi.Floor) bool { return f.ID == a.FloorID })
	}
	isOfKind := slices.ContainsFunc(x.kinds, func(k *kind) bool { return k.covers(e) })

	return (isPlaced || len(x.kinds) > 0) && (!isPlaced || isThere) && (len(x.kinds) == 0 || isOfKind)
}

// belongsTo reports whether a device is called after a person: Marci redőnye.
func belongsTo(e, person *hamanagerapi.Entity) bool {
	if person.Domain != "person" || e.Domain == "person" {
		return false
	}
	owner := morphology.Fold(person.Name) + " "

	return slices.ContainsFunc(append([]string{e.Name}, e.Aliases...), func(called string) bool {
		return strings.HasPrefix(morphology.Fold(called), owner)
	})
}

// covers reports whether an entity is of the kind.
func (k *kind) covers(e *hamanagerapi.Entity) bool {
	return e.Domain == k.Domain && (len(k.Classes) == 0 || slices.Contains(k.Classes, e.DeviceClass))
}

// subtract takes what is left out from what a reading reaches; nil where nothing remains of it.
func (ix *Index) subtract(r *interpretation, left []exception) *interpretation {
	if r == nil || len(left) == 0 {
		return r
	}
	isLeftOut := func(e *hamanagerapi.Entity) bool {
		return slices.ContainsFunc(left, func(x exception) bool { return x.covers(ix.home, e) })
	}
	if r.question != nil {
		r.question.Choices = slices.DeleteFunc(r.question.Choices, func(c meaning.Choice) bool { return isLeftOut(ix.home.Entity(c.EntityID)) })
		if len(r.question.Choices) < 2 {
			return nil
		}
	}
	for i := range r.commands {
		c := &r.commands[i]
		had := len(c.Targets)
		c.Targets = slices.DeleteFunc(slices.Clone(c.Targets), isLeftOut)
		if had > 0 && len(c.Targets) == 0 {
			return nil
		}
	}

	return r
}

// keptSo has a "maradjon" or "hagyd" that says how something is to be set ask for that: a lampion maradjon
// narancssárga, hagyd húsz százalékon. Without a value it leaves out what it is said of.
func keptSo(s *sentence, row []*span) []*span {
	var changed []*span
	for at, sp := range row {
		if !sp.is(cKeep) || at > 0 && row[at-1].is(cNegation) || !setsValue(pieceAround(s, row, at)) {
			continue
		}
		if changed == nil {
			changed = slices.Clone(row)
		}
		changed[at] = &span{from: sp.from, to: sp.to, score: sp.score, classes: cBe, lexemes: []lexeme{{class: cBe}}}
	}
	if changed == nil {
		return row
	}

	return changed
}

// setsValue reports whether a piece says to what a thing is set, without a verb that does so.
func setsValue(piece []*span) bool {
	return saysValue(piece) && slices.ContainsFunc(piece, isThing) && !slices.ContainsFunc(piece, isCommanding)
}

// pieceAround is the piece between pauses, or after an "and", that a span stands in.
func pieceAround(s *sentence, row []*span, at int) []*span {
	from, to := at, at+1
	for from > 0 && !s.Tokens[row[from].from].BreakBefore && !row[from-1].means(cConjunction, "and") {
		from--
	}
	for to < len(row) && !s.Tokens[row[to].from].BreakBefore && !row[to].is(cConjunction) {
		to++
	}

	return row[from:to]
}

// saysValue reports whether a piece says how something is set: kék, húsz százalékon, harmincon.
func saysValue(piece []*span) bool {
	for i, sp := range piece {
		switch {
		case sp.is(cEntity | cArea | cFloor | cState):
		case sp.is(cColor | cWhite | cLevel):
			return true
		case sp.is(cNumber):
			if sp.suffix.Case == morphology.Superessive || i+1 < len(piece) && piece[i+1].is(cUnit) {
				return true
			}
		}
	}

	return false
}
