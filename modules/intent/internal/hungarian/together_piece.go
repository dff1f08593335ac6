package hungarian

import (
	"maps"
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/wish"
)

// How sure a piece is that is not weighed, and what else makes one less sure.
const (
	sureByFrame    = 0.97
	sureAside      = 0.95 // it only tells why, or calls somebody
	sureInherits   = 0.95 // it takes something from the piece before it
	sureWithChoice = 0.7  // it leaves open which thing is meant
	sureOfSome     = 0.8  // something that it names is not reached
	sureByPart     = 0.9  // a part of a name points at what it is about
)

// readPart is what a piece of a sentence comes to: with nil for r it asks for nothing.
type readPart struct {
	r    *interpretation
	sure float32
	row  []*span // what it says, and what it takes from others
	// isKept: what it names is to be left as it is, isLeft: it only names what follows, isDone: it says by itself what is to
	// be done.
	isKept, isLeft, isDone bool
}

// variant is a piece with what it takes from others, and how sure it is that it does.
type variant struct {
	row  []*span
	sure float32
}

// readPartOf reads a piece in the surest way.
func (w *weigher) readPartOf(before *path, p piece) readPart {
	got := w.nothing(before, p)
	row := withUnitOf(before.deed, w.row[p.from:p.to])
	if row[0].is(cBut) && len(row) > 1 {
		row = row[1:]
	}
	if got.isKept || got.isLeft || !w.mayAsk(before, p, row) {
		return got
	}
	for _, v := range append(w.variants(before, row), w.variantsByPart(before, row)...) {
		r, sure := w.readVariant(v.row)
		w.tellVariant(v, r, sure)
		if r == nil {
			continue
		}
		sure *= v.sure
		if r.doesLess(w.s, v.row) {
			sure *= w.sureOfSome(row)
		}
		if sure > got.sure {
			got = readPart{r: r, sure: sure, row: v.row, isDone: slices.ContainsFunc(row, func(sp *span) bool { return turnsWith(row, sp) })}
		}
	}

	return got
}

// mayAsk reports whether a piece may ask for something: it is more than the beginning of the next, and shows by its form what it
// asks where that is needed.
func (w *weigher) mayAsk(before *path, p piece, row []*span) bool {
	isBegun := p.to < len(w.row) && onlyAsksToTell(row)

	return !isBegun && (!w.isStrict || w.asksPlainly(before, row))
}

// doesLess reports whether a reading of a piece does, or answers, less than is said there.
func (r *interpretation) doesLess(s *sentence, row []*span) bool {
	return r.done() < len(r.commands) || r.missesAny(row) || r.isAsking() && r.answersLess(s, row)
}

// onlyAsksToTell reports whether a piece only asks to be told what follows it: és mondd.
func onlyAsksToTell(row []*span) bool {
	return slices.ContainsFunc(row, asksByItself) && !slices.ContainsFunc(row, func(sp *span) bool { return !asksByItself(sp) && !sp.is(cFiller|cConjunction|cPrefix|cWonder) })
}

// sureOfSome is how sure a piece is of which something is not reached: where it has pauses, what stands between them rather
// asks for something of its own.
func (w *weigher) sureOfSome(row []*span) float32 {
	if slices.ContainsFunc(row[1:], func(sp *span) bool { return w.s.Tokens[sp.from].BreakBefore }) {
		return sureOfSome / 2
	}

	return sureOfSome
}

func placesIn(row []*span) []*span {
	return slices.DeleteFunc(slices.Clone(row), func(sp *span) bool { return !sp.is(cArea|cFloor) || isCommanding(sp) })
}

func thingsOf(row []*span) []*span {
	return slices.DeleteFunc(slices.Clone(row), func(sp *span) bool { return !sp.isWishedFor() })
}

// deedOf are the spans that say what is to be done.
func deedOf(row []*span) []*span {
	return slices.DeleteFunc(slices.Clone(row), func(sp *span) bool {
		isDone := isCommanding(sp) || sp.is(cPrefix) && !sp.is(cConjunction|cFiller) || sp.is(cBe|partAmount|cUnit)

		return sp.isWishedFor() || !isDone
	})
}

// readVariant reads a piece by the frames, else by its weights, and tells how sure that is.
func (w *weigher) readVariant(row []*span) (*interpretation, float32) {
	sub := *w
	sub.row, sub.isSeveral, sub.others = row, true, nil
	r := w.readByFrame(row)
	switch {
	case r == nil:
		return sub.readByWeight()
	case r.question != nil:
		return r, sureWithChoice
	case r.isAsking():
		if wanted := sub.weigh(piece{0, len(row)}); wanted.Action != wish.Ask && wanted.Sure > sureToAct { // mondd a porszívónak, hogy ...
			return sub.readByWeight()
		}

		return r, sureByFrame
	case asksToDo(row), saysHowMuch(row), w.saysItem(row):
		return r, sureByFrame
	default: // without a verb it may as well be no command: mint a rádió
		return r, sureByFrame * (1 - sub.weigh(piece{0, len(row)}).Nothing)
	}
}

// readByFrame reads a row by the frames; nil where they make nothing of it, or of what it only tells.
func (w *weigher) readByFrame(row []*span) *interpretation {
	r := w.ix.readClause(newClause(w.ix, w.u, w.s, row))
	if r == nil || r.isEmpty() || isOfNobody(row) || r.question != nil && !namesOwnThing(row) || r.isAsking() && w.tellsState(row) {
		return nil
	}

	return r
}

// tellsState reports whether nothing in a row asks, so that it only tells how something is: a garázskapu meg tárva-nyitva.
func (w *weigher) tellsState(row []*span) bool {
	asks := func(sp *span) bool {
		return sp.is(cQuestion|cWonder|cAbout|cNumber|partAmount|cColor|cWhite) || w.s.Tokens[sp.to-1].IsAsked
	}

	return w.s.IsStatement && !asksToDo(row) && !slices.ContainsFunc(row, asks)
}

// isOfNobody reports whether a kind of device is said to be somebody's or some room's, and it is not known whose.
func isOfNobody(row []*span) bool {
	return len(placesIn(row)) == 0 && slices.ContainsFunc(row, func(sp *span) bool {
		return sp.is(cKind) && !sp.is(cEntity) && !isCommanding(sp) && sp.suffix.IsPossessed && !sp.suffix.IsMine
	})
}

// readByWeight reads a row that is one piece by its weights.
func (w *weigher) readByWeight() (*interpretation, float32) {
	all := piece{0, len(w.row)}
	wanted := w.weigh(all)
	least := float32(sureAmong)
	if w.isStrict {
		least = leastSure
	}
	mayBe := wanted.Action == wish.Ask && !w.tellsState(w.row) || wanted.Action != wish.Ask && w.mayWish(wanted)
	if wanted.Sure < least || wanted.Nothing > sureNothing || !mayBe || w.contradicts(all, wanted) != "" {
		return nil, 0
	}
	r := w.readPiece(all, wanted)
	switch {
	case r == nil:
		return nil, 0
	case r.question != nil:
		return r, wanted.Sure * sureWithChoice
	default:
		return r, wanted.Sure
	}
}

// mayWish reports whether a row may ask for something to be done: it has a thing or a place for it, and does not only tell
// something of a device, or where one is.
func (w *weigher) mayWish(wanted weighed) bool {
	if wanted.thing == nil && !needsNoThing(wanted.Wish) && len(placesIn(w.row)) == 0 {
		return false
	}
	if asksToDo(w.row) {
		return true
	}
	things := thingsOf(w.row)
	isOnlyWhere := len(things) > 0 && !slices.ContainsFunc(things, func(sp *span) bool { return !sp.suffix.SaysWhere() })

	return !isOnlyWhere && !slices.ContainsFunc(w.row, func(sp *span) bool { return sp.is(cUnknown) && formOf(w.s.Tokens[sp.from].Fold) == "past" })
}

// reaches reports whether commands reach a device that a span names, or one of a kind that it names.
func (r *interpretation) reaches(sp *span) bool {
	kinds := kindsOf(sp)

	return slices.ContainsFunc(r.commands, func(c meaning.Command) bool {
		return slices.ContainsFunc(c.Targets, func(e *hamanagerapi.Entity) bool {
			if sp.is(cEntity) {
				return slices.Contains(sp.name.entities, e)
			}

			return slices.ContainsFunc(kinds, func(k *kind) bool { return k.covers(e) })
		})
	})
}

// completes adds what a further piece says of a lamp that was set before it: legyen kék, húsz százalékon. False
// where it says something else.
func (r *interpretation) completes(next *interpretation) bool {
	if len(r.commands) == 0 || len(next.commands) != 1 || r.question != nil || next.question != nil {
		return false
	}
	last, more := &r.commands[len(r.commands)-1], next.commands[0]
	_, isBright := last.Slots["brightness"]
	_, isBrightness := more.Slots["brightness"]
	if last.Intent != meaning.LightSet || more.Intent != meaning.LightSet || isBright == isBrightness {
		return false
	}
	if last.Reason != "" || more.Reason != "" || !slices.Equal(last.Targets, more.Targets) {
		return false
	}
	last.Slots = maps.Clone(last.Slots)
	maps.Copy(last.Slots, more.Slots)

	return true
}

// addPart adds what a further piece comes to; false where both ask back.
func (r *interpretation) addPart(part *readPart) bool {
	if len(r.commands) > 0 && r.question == nil && part.r.question == nil && isEarlier(part.row) && !undoes(r.commands, part.r.commands) {
		r.commands = slices.Concat(part.r.commands, r.commands) // szellőztess, de előbb nyisd ki az ablakot

		return true
	}

	return !part.isDone && r.saysOnlyHow(part.r) || r.addFurther(part.r)
}

// saysOnlyHow reports whether a further piece, which asks for nothing to be done by itself, only says how what was switched on
// before it is to be: kapcsold fel, harminc százalék. That takes its place; what is on already is not switched on again.
func (r *interpretation) saysOnlyHow(next *interpretation) bool {
	if len(r.commands) == 0 || len(next.commands) != 1 || r.question != nil || next.question != nil {
		return false
	}
	last, more := &r.commands[len(r.commands)-1], next.commands[0]
	sets := func(c meaning.Command) bool {
		return slices.Contains([]string{meaning.LightSet, meaning.FanSetSpeed, meaning.SetPosition, meaning.ClimateSet, meaning.HumidifierSetpoint}, c.Intent)
	}
	if !isOfSame(*last, more) {
		return false
	}
	if last.Intent == meaning.TurnOn && sets(more) {
		*last = more

		return true
	}

	return sets(*last) && more.Intent == meaning.TurnOn
}

// isOfSame reports whether two commands can be carried out, on the same things at the same time.
func isOfSame(a, b meaning.Command) bool {
	return a.Reason == "" && b.Reason == "" && a.At.Equal(b.At) && len(b.Targets) > 0 && slices.Equal(a.Targets, b.Targets)
}

// tellVariant explains what a piece came to with what it takes from the one before it.
func (w *weigher) tellVariant(v variant, r *interpretation, sure float32) {
	if w.tell == nil || r == nil {
		return
	}
	w.tell("    with")
	w.tellPart(v.row, &readPart{r: r, sure: sure * v.sure})
}

// tellPart explains what a piece came to.
func (w *weigher) tellPart(row []*span, p *readPart) {
	c := newClause(w.ix, w.u, w.s, row)
	texts := make([]string, 0, len(row))
	for _, sp := range row {
		texts = append(texts, c.text(sp))
	}
	w.tell("  together [%s] %.2f:", strings.Join(texts, " | "), p.sure)
	if p.r == nil {
		w.tell(" nothing")
	} else {
		for _, command := range p.r.commands {
			w.tell(" %s;", explainCommand(command))
		}
	}
	w.tell("\n")
}
