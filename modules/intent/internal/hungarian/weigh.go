package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/wish"
)

// How sure it must be what a sentence asks for, from 0 to 1 (decision 0122 tells what each costs and brings).
const (
	// sureToAct: it is done; below that it is asked about first.
	sureToAct = 0.93
	// leastSure: below that nothing is understood.
	leastSure = 0.75
	// sureByForm: a frame reads the piece to its last word, and takes it for the same.
	sureByForm = 0.5
	// surePointedAt: no device is named, but a word points at one.
	surePointedAt = 0.8
	// sureToTell: a question is answered although some of its words are not understood.
	sureToTell = 0.93
	// sureOfThing: something is surely wanted of a thing that is named, hardlyNothing: how surely not may be at most.
	sureOfThing   = 0.5
	hardlyNothing = 0.2
	// sureAsked: a question is answered that looks like one.
	sureAsked = 0.65
	// sureWhether: it is asked of a thing by its name, and only whether something is so.
	sureWhether = 0.5
	// sureBeside: it needs no device, and stands beside something that is asked of one.
	sureBeside = 0.85
	// sureAmong: other pieces of the sentence are surely commands.
	sureAmong = 0.6
	// sureNothing: a piece of the sentence asks for nothing, and is left out.
	sureNothing = 0.6
)

// maxWeighed bounds the words that are weighed; nobody asks for anything in so many.
const maxWeighed = 48

// weigher reads a sentence by weighing its words (decision 0122).
type weigher struct {
	ix  *Index
	u   meaning.Utterance
	s   *sentence
	row []*span
	// others are the coverings of the sentence.
	others [][]*span
	least  float32
	// isPointedAt: the thing was not named, isSeveral: several pieces ask for something.
	isPointedAt, isSeveral bool
	// left is what is left out of what the sentence asks for.
	left []exception
	// deed is set where what is asked for is what a device is called after.
	deed *deed
	// weakest is how sure the least sure of what was read is.
	weakest float32
	// isStrict: only what says by its form that something is to be done is a command.
	isStrict bool
	// isCommand: one of several pieces asks for something to be done.
	isCommand bool
	// tell explains what is found; nil for none.
	tell func(format string, args ...any)
}

// newWeigher prepares a sentence for weighing; ok is false where it must not be.
func (ix *Index) newWeigher(u meaning.Utterance, s *sentence) (w *weigher, ok bool) {
	if s.IsQuoted && !s.IsOnlySetOff || len(s.Tokens) > maxWeighed {
		return nil, false
	}
	rows, _ := ix.findSpans(s).coverings()
	row, left := ix.prepared(s, rows[0], nil) // what is left out, is taken from what is found
	if len(row) == 0 {
		row = rows[0]
	}

	return &weigher{ix: ix, u: u, s: s, row: row, others: rows, left: left, least: leastSure}, true
}

// said is what evidence of the sentence says.
func (w *weigher) said(e *wish.Evidence) wish.Weighed {
	m := w.ix.memoryOf(w.s)
	if m.scale == nil {
		m.scale = wishes().NewScale()
	}

	return m.scale.Weigh(e)
}

// orWeighed weighs a sentence that was not understood, or not wholly, or that asks of what is not there, as far as the
// frames can tell.
func (ix *Index) orWeighed(u meaning.Utterance, s *sentence, best *interpretation) *interpretation {
	if best == nil || best.isMissing() || best.isPartial {
		return ix.readWeighed(u, s, best)
	}
	if !best.isEmpty() || !onlyAsks(best) {
		return best
	}
	if r := ix.readWeighed(u, s, nil); r != nil && onlyAsks(r) && !r.isEmpty() {
		return r
	}

	return best
}

// readWeighed reads what a sentence most likely asks for, where no frame understands it to its last word. A part of it
// that was understood is only given up for more, or where it is not what its words ask for.
func (ix *Index) readWeighed(u meaning.Utterance, s *sentence, part *interpretation) *interpretation {
	w, ok := ix.newWeigher(u, s)
	if !ok {
		return part
	}
	w.takeDeed()
	if w.belies(part) {
		part = nil
	}
	if w.dependsOn() != "" && !w.isNevermind() {
		return part
	}
	r := ix.subtract(w.readBesides(part), w.left)
	if r == nil {
		return part
	}
	r.frame, r.isDoubtful = "weighed;", w.weakest < sureToAct

	return r
}

// read reads the sentence about what it names, points at, or was spoken of before.
func (w *weigher) read() *interpretation {
	if slices.ContainsFunc(w.row, (*span).isWishedFor) {
		return w.readPieces()
	}
	if r := w.readTogether(); r != nil && (len(r.commands) > 1 || r.isAsking() && len(placesIn(w.row)) > 0) { // more than what one word of a place points at
		return r
	}
	_, isOfPerson := w.weighPerson(piece{0, len(w.row)})
	if row, ok := w.withPointedAt(); ok && !isOfPerson {
		pointing := *w
		pointing.row, pointing.least, pointing.isPointedAt = row, max(w.least, surePointedAt), true
		if r := pointing.readPieces(); r != nil {
			w.weakest = pointing.weakest

			return r
		}
	}
	if w.u.Before.Last() != nil && !w.ix.countsThings(w.s, w.row) {
		return w.readAbout(w.ix.topicOf(w.u.Before))
	}

	return w.readPieces()
}

// readPieces reads a sentence that asks for one thing or more. Of what is kept it is not known one by one what else
// reaches it.
func (w *weigher) readPieces() *interpretation {
	if !w.isPointedAt {
		if r := w.readTogether(); r != nil {
			return r
		}
	}
	if slices.ContainsFunc(piecesOf(w.s, w.row), isKept) {
		return nil
	}

	return w.readEach()
}

// readEach reads every piece that asks for something by itself; nil where one is doubtful.
func (w *weigher) readEach() *interpretation {
	pieces := w.pieces()
	if len(pieces) > maxClauses {
		return nil
	}
	all := w.weighAll(pieces)
	if w.skipsValue(pieces, all) {
		return nil
	}
	whole := new(interpretation)
	var where []*span
	w.weakest = 1
	for i, p := range pieces {
		wanted := all[i]
		if wanted.isNothing() {
			continue
		}
		r := w.readWanted(p, wanted, where)
		if r == nil || undoes(whole.commands, r.commands) || !whole.addPiece(r) {
			return nil
		}
		w.weakest = min(w.weakest, wanted.Sure)
		where = w.ix.placesOf(w.row[p.from:p.to])
	}
	isWhich := whole.question == nil && slices.ContainsFunc(piecesOf(w.s, w.row), w.isSaidMoreClosely)
	if len(whole.commands) == 0 || isWhich && !onlyAsks(whole) {
		return nil
	}

	return whole
}

// weighAll weighs every piece. Beside one that is surely a command the others need be less sure.
func (w *weigher) weighAll(pieces []piece) []weighed {
	w.isSeveral = len(pieces) > 1
	all := make([]weighed, 0, len(pieces))
	isSure := false
	for _, p := range pieces {
		wanted := w.weigh(p)
		isSure = isSure || wanted.Action != wish.Ask && wanted.Sure > sureToAct
		all = append(all, wanted)
	}
	if w.isSeveral && isSure && w.least == leastSure { // and nothing asks for more
		w.least = sureAmong
	}

	return all
}

// readWanted reads a piece after one that was about some places; nil where it is not sure enough, or cannot be
// meant as it seems.
func (w *weigher) readWanted(p piece, wanted weighed, where []*span) *interpretation {
	if !w.isSureOf(p, wanted) || w.contradicts(p, wanted) != "" {
		return nil
	}
	r := w.readPiece(p, wanted)
	if r != nil && r.question != nil {
		r = w.readThere(where, p, wanted, r)
	}

	return r
}

// readThere reads a piece that leaves open which thing is meant in the place that the one before it was
// about; open where that leaves it open, too.
func (w *weigher) readThere(where []*span, p piece, wanted weighed, open *interpretation) *interpretation {
	saysWhere := slices.ContainsFunc(w.row[p.from:p.to], func(sp *span) bool { return sp.is(cArea | cFloor) })
	if saysWhere || len(where) == 0 {
		return open
	}
	there := *w
	there.row = slices.Concat(w.row[:p.from], where, w.row[p.from:])
	if r := there.readPiece(piece{p.from, p.to + len(where)}, wanted); r != nil && r.question == nil {
		return r
	}

	return open
}

// readAbout reads a sentence that names nothing about what the turn before was about, unless it surely asks
// for something else.
func (w *weigher) readAbout(topic []*span) *interpretation {
	all := piece{0, len(w.row)}
	e := w.ix.evidenceOf(w.s, w.row, all)
	said := w.said(e)
	alone := said.OfAnything()
	at := slices.IndexFunc(topic, (*span).isWishedFor)
	if at < 0 || alone.Sure > w.least && (needsNoThing(alone) || slices.ContainsFunc(w.row, func(sp *span) bool { return sp.is(cArea | cFloor) })) {
		return w.readPieces()
	}
	wanted := weighed{Wish: said.Of(topic[at].topicsOf()...), thing: topic[at]}
	if wanted.Sure < w.least && !w.isLikeliest(all, wanted) || w.contradicts(all, wanted) != "" {
		return nil
	}
	w.weakest = wanted.Sure
	w.row = slices.Concat(topic, w.row)

	return w.readPiece(piece{0, len(w.row)}, wanted)
}

// weighed is what a piece most likely wants, and of what; thing is nil where none is named.
type weighed struct {
	wish.Wish

	thing *span
	// isLeft: it is only told how the thing is, and should not be.
	isLeft bool
}

// weigh tells what a piece most likely asks for. What is only told is no question.
func (w *weigher) weigh(p piece) weighed {
	wanted := w.weighWords(p)
	if wanted.Action == wish.Ask && w.isTold(p) {
		return weighed{Wish: wish.Wish{Nothing: wanted.Sure + wanted.Nothing}}
	}

	return wanted
}

// weighWords weighs the words of a piece. A piece of several is weighed by itself.
func (w *weigher) weighWords(p piece) weighed {
	for _, known := range []func(piece) (weighed, bool){w.weighDeed, w.weighPerson, w.weighLeft} {
		if wanted, ok := known(p); ok {
			return wanted
		}
	}
	e := w.ix.evidenceOf(w.s, w.row, p)
	if w.isSeveral {
		e = e.WithoutAsides()
	}
	said := w.said(e)
	best := weighed{Wish: wish.Wish{Nothing: 1}}
	var known [][]string // the topics that were weighed: two lamps ask for the same
	for _, sp := range w.row[p.from:p.to] {
		if !sp.isWishedFor() {
			continue
		}
		about := sp.topicsOf()
		if slices.ContainsFunc(known, func(topics []string) bool { return slices.Equal(topics, about) }) {
			continue
		}
		known = append(known, about)
		wanted := said.Of(about...)
		if wanted.Sure > best.Sure {
			best = weighed{Wish: wanted, thing: sp}
		} else if best.Sure == 0 {
			best.Nothing = min(best.Nothing, wanted.Nothing)
		}
	}
	if len(known) > 0 {
		return best
	}
	best.Wish = said.OfAnything()
	if best.Topic == wish.Any && !w.isPointedAt {
		best.thing = personIn(w.row[p.from:p.to])
	}

	return best
}

// pieces cuts a row where punctuation or an "and" sets off what asks for something: every piece that names
// a device, or needs none. Without any it is the piece that says where, or all.
func (w *weigher) pieces() []piece {
	cuts := w.cuts()
	var pieces []piece
	hasThing := false
	for _, p := range cuts {
		isNamed := slices.ContainsFunc(w.row[p.from:p.to], (*span).isWishedFor)
		hasThing = hasThing || isNamed
		if isNamed || w.standsAlone(p) {
			pieces = append(pieces, p)
		}
	}
	if hasThing || len(pieces) == 1 && !slices.ContainsFunc(cuts, func(p piece) bool { return p != pieces[0] && !w.isBeside(p) }) {
		return pieces
	}
	for _, p := range cuts {
		if slices.ContainsFunc(w.row[p.from:p.to], func(sp *span) bool { return sp.is(cArea | cFloor) }) {
			return []piece{p}
		}
	}

	return []piece{{0, len(w.row)}}
}

// cuts are all pieces between punctuation and conjunctions. What only names things goes with what follows it.
func (w *weigher) cuts() []piece {
	var all []piece
	from := 0
	for i := 1; i < len(w.row); i++ {
		sp := w.row[i]
		isCut := w.s.Tokens[sp.from].BreakBefore || sp.is(cConjunction) && !sp.is(cPrefix) && !w.row[i-1].is(cConjunction)
		if isCut && !onlyNamesThings(w.row[from:i]) {
			all = append(all, piece{from, i})
			from = i
		}
	}
	if n := len(all); n > 0 && onlyNamesThings(w.row[from:]) && slices.ContainsFunc(w.row[all[n-1].from:from], (*span).isWishedFor) {
		all[n-1].to = len(w.row)

		return all
	}

	return append(all, piece{from, len(w.row)})
}

// onlyNamesThings reports whether some spans say nothing but what they are about.
func onlyNamesThings(row []*span) bool {
	return !slices.ContainsFunc(row, func(sp *span) bool {
		return !sp.isWishedFor() && !sp.is(cArea|cFloor|cFiller|cConjunction|cQuantity)
	})
}
