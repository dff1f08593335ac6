package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// withKept has a piece that only lets a thing go on, or needs it, beside a command for all or for the rest leave that
// thing out: a csillár hadd égjen, minden mást kapcsolj le; olts le mindent, a csillár még kell.
func withKept(s *sentence, row []*span) []*span {
	isAll := func(sp *span) bool { return sp.means(cMedia, "rest") || sp.is(cQuantity) }
	if !slices.ContainsFunc(row, isAll) || !endsSomething(row) {
		return row
	}
	pieces := betweenPauses(s, row)
	var changed []*span
	for _, p := range pieces {
		if len(pieces) > 1 && !slices.ContainsFunc(p, isAll) && slices.ContainsFunc(p, isThing) {
			p = lettingBe(p)
		}
		changed = append(changed, p...)
	}

	return changed
}

// endsSomething reports whether a row asks for something to go off or shut: only then is anything spared.
func endsSomething(row []*span) bool {
	for i, sp := range row {
		if isCommanding(sp) && outcomeOf(senseAt(row, i)) < 0 {
			return true
		}
	}

	return false
}

// betweenPauses are the pieces of a row between punctuation.
func betweenPauses(s *sentence, row []*span) [][]*span {
	var pieces [][]*span
	from := 0
	for i, sp := range row {
		if i > from && s.Tokens[sp.from].BreakBefore {
			pieces = append(pieces, row[from:i])
			from = i
		}
	}

	return append(pieces, row[from:])
}

// lettingBe is a piece with a word that keeps its thing as it is in place of what lets it go on, or calls it needed; the
// piece itself where it says anything else.
func lettingBe(p []*span) []*span {
	at := slices.IndexFunc(p, func(sp *span) bool { return sp.means(cReason, "lets") || sp.means(cAsked, "want") })
	if at < 0 {
		return p
	}
	to := at + 1
	if p[at].means(cReason, "lets") {
		if to == len(p) || outcomeOf(senseAt(p, to)) <= 0 {
			return p
		}
		to++
	}
	if others := slices.Concat(p[:at], p[to:]); slices.ContainsFunc(others, func(sp *span) bool { return !isThing(sp) && !sp.is(cFiller|cConjunction|cBut|cAgain) }) {
		return p
	}
	keep := &span{from: p[at].from, to: p[to-1].to, score: p[at].score, classes: cKeep, lexemes: []lexeme{{class: cKeep}}}

	return slices.Concat(p[:at], []*span{keep}, p[to:])
}

// withRest has the rest mean all but what is named before it, or left out: hagyd a csillárt, a többit kapcsold le. Where
// neither a place nor a kind is named it is the rest of the same kind in the same room.
func (ix *Index) withRest(s *sentence, row []*span, left []exception) []*span {
	at := slices.IndexFunc(row, func(sp *span) bool { return sp.means(cMedia, "rest") })
	if at < 0 {
		return row
	}
	word := row[at]
	spared := namedBeforePause(s, row, at)
	e := firstOf(left)
	if e == nil && len(spared) > 0 {
		e = spared[0]
	}
	if e == nil && len(left) == 0 {
		return row
	}
	all := &span{from: word.from, to: word.to, score: word.score, classes: cQuantity, suffix: word.suffix, without: spared, lexemes: []lexeme{{class: cQuantity, value: "all"}}}
	added := []*span{all}
	isMore := slices.ContainsFunc(row[at+1:], func(sp *span) bool { return sp.is(cKind|cArea|cFloor|cPlace) && !isCommanding(sp) })
	if e != nil && !isMore {
		added = append(added, kindRemembered(e.Domain, e.DeviceClass))
		if a := ix.home.Area(e.AreaID); a != nil {
			added = append(added, remembered(a.Name, cArea, &name{area: a}))
		}
	}

	return slices.Concat(row[:at], added, row[at+1:])
}

// namedBeforePause are the devices that are named before the piece in which a span of the row stands.
func namedBeforePause(s *sentence, row []*span, at int) []*hamanagerapi.Entity {
	for at > 0 && !s.Tokens[row[at].from].BreakBefore {
		at--
	}
	var named []*hamanagerapi.Entity
	for _, sp := range row[:at] {
		if sp.is(cEntity) && !isCommanding(sp) {
			named = append(named, sp.name.entities...)
		}
	}

	return named
}

// withoutSpared takes from commands what a word for the rest does not mean.
func (r *interpretation) withoutSpared(spans []*span) {
	for _, sp := range spans {
		if len(sp.without) == 0 {
			continue
		}
		for i := range r.commands {
			c := &r.commands[i]
			had := len(c.Targets)
			c.Targets = slices.DeleteFunc(slices.Clone(c.Targets), func(e *hamanagerapi.Entity) bool { return slices.Contains(sp.without, e) })
			if had > 0 && len(c.Targets) == 0 {
				c.Reason = meaning.ReasonNoSuchName
			}
		}
	}
}

// firstOf is the first device that is left out by its name; nil where none is.
func firstOf(left []exception) *hamanagerapi.Entity {
	for _, x := range left {
		if len(x.entities) > 0 {
			return x.entities[0]
		}
	}

	return nil
}
