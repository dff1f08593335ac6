package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// variants are the ways to complete a piece by what the one before it said: where, what of, and what is to be done.
func (w *weigher) variants(before *path, row []*span) []variant {
	own := float32(1)
	same := askedAlike(before.asked, row)
	if same != nil && onlyAsksHowMuch(row) {
		own = sureOfSome // hány fok van kint, és bent mennyi? asks for no number of those who are in
	}
	all := append([]variant{{row, own}}, w.aboutSame(before, row)...)
	if len(before.deed) > 0 && (w.namesSubject(row) || isAboutSomething(row)) && !asksInAnyWay(row) {
		all = append(all, variant{slices.Concat(row, before.deed), sureInherits * sureInherits})
	}
	if w.saysLight(before, row) {
		toBe := &span{to: 1, classes: cBe, said: "be", lexemes: []lexeme{{class: cBe}}}
		all = append(all, variant{append(slices.Clone(row), toBe), sureInherits})
	}
	if same != nil {
		all = append(all, variant{same, sureInherits})
	}

	return all
}

// aboutSame are the ways to read a piece where the one before it was, and about its thing.
func (w *weigher) aboutSame(before *path, row []*span) []variant {
	isElsewhere := len(before.where) > 0 && len(placesIn(row)) == 0
	if kind := w.kindBefore(before, row); kind != nil {
		return []variant{{append(slices.Clone(row), kind), sureInherits}}
	}
	switch {
	case w.namesSubject(row) && isElsewhere:
		return []variant{{slices.Concat(before.where, row), sureInherits}}
	case w.namesSubject(row), len(before.about) == 0, w.isOfUnknown(row):
		return nil
	case isElsewhere:
		return []variant{{slices.Concat(before.about, row), sureInherits}, {slices.Concat(before.where, before.about, row), sureInherits * sureInherits}}
	default:
		return []variant{{slices.Concat(before.about, row), sureInherits}}
	}
}

// kindBefore is the kind of what was set in other places before, where no piece names a thing: az étkezőben oltsd le, a nappaliban vedd
// le húszra; nil for none.
func (w *weigher) kindBefore(before *path, row []*span) *span {
	if len(before.pieces) == 0 || len(before.about) > 0 || w.namesSubject(row) || len(placesIn(row)) == 0 || !asksInAnyWay(row) {
		return nil
	}
	domain := domainDone(before.pieces[len(before.pieces)-1].r)
	if domain == "" || slices.ContainsFunc(row, (*span).isOfKind) {
		return nil
	}

	return kindRemembered(domain)
}

// domainDone is the domain of all devices to which something is done; empty where they are of several, or it is not known of all.
func domainDone(r *interpretation) string {
	if r == nil || r.question != nil || r.isAsking() {
		return ""
	}
	domain := ""
	for _, c := range r.commands {
		for _, e := range c.Targets {
			if domain != "" && e.Domain != domain {
				return ""
			}
			domain = e.Domain
		}
	}

	return domain
}

// isOfKind reports whether a verb is said of one kind of device only: olt, fűt.
func (sp *span) isOfKind() bool {
	return slices.ContainsFunc(sp.forms, func(f verbForm) bool {
		return f.verb.Of != "" || machineFor(f.verb.Senses[sp.prefix]) != ""
	})
}

// namesSubject reports whether a piece names what it is about. A question may be about a person, or a sensor.
func (w *weigher) namesSubject(row []*span) bool {
	return namesOwnThing(row) || isAsking(w.s, row) && len(namesIn(row)) > 0
}

// askedIn are the spans of a question that say what is asked.
func askedIn(row []*span) []*span {
	return slices.DeleteFunc(slices.Clone(row), func(sp *span) bool {
		return sp.is(cEntity|cArea|cFloor|cMeasured) || !sp.is(cQuestion|cMeasure|cUnit|cAttribute|cClass|cState)
	})
}

// askedAlike has what the piece before asked be asked of something else that is named: hány fokos a hűtő, és a fagyasztó
// mennyi? nil where it asks something of its own, or names nothing.
func askedAlike(asked, row []*span) []*span {
	isOwn := slices.ContainsFunc(row, func(sp *span) bool {
		return isCommanding(sp) || sp.is(cMeasure|cUnit|cState|cAttribute|cClass|cHome|cFeel|cSky) && !sp.is(cMeasured|cEntity|cArea)
	})
	if len(asked) == 0 || isOwn || len(namesIn(row)) == 0 && !slices.ContainsFunc(row, func(sp *span) bool { return sp.is(cPlace) }) {
		return nil
	}
	rest := slices.DeleteFunc(slices.Clone(row), func(sp *span) bool { return sp.is(cQuestion | cConjunction) })

	return slices.Concat(asked, rest)
}

// onlyAsksHowMuch reports whether a piece asks how much there is of something, without a word for what.
func onlyAsksHowMuch(row []*span) bool {
	isAsked := slices.ContainsFunc(row, func(sp *span) bool { return sp.means(cQuestion, "how_much") })
	const others = cQuestion | cConjunction | cFiller | cPlace | cArea | cFloor | cCopula | cEntity | cMeasured | cBut

	return isAsked && !slices.ContainsFunc(row, func(sp *span) bool { return !sp.is(others) || isCommanding(sp) })
}

// withUnitOf gives a bare number the unit of the piece before: húsz fokot, a hálóban tizennyolcat.
func withUnitOf(before, row []*span) []*span {
	at := slices.IndexFunc(before, func(sp *span) bool { return sp.is(cUnit) && !isUnitOfTime(sp.value(cUnit)) })
	if at < 0 {
		return row
	}

	return withUnit(slices.Clone(row), before[at])
}

// isOfUnknown reports whether a piece is about something that nobody knows.
func (w *weigher) isOfUnknown(row []*span) bool { return w.unknownThing(row) >= 0 }

// unknownThing is the word that nobody knows of what a piece does something to, or of what does it (szellőző menjen hetvenen); -1
// without one.
func (w *weigher) unknownThing(row []*span) int {
	if at := slices.IndexFunc(row, w.isUnknownObject); at >= 0 {
		return at
	}
	first := slices.IndexFunc(row, func(sp *span) bool { return !sp.is(cFiller | cConjunction | cBut) })
	if first < 0 || !row[first].is(cUnknown) || row[first].to-row[first].from > 1 || isUnknownImperative(w.s, row[first]) {
		return -1
	}
	endings := slices.Concat(morphology.Rules().MannerEndings, morphology.Rules().AdjunctEndings)
	if morphology.EndsWithAny(w.s.Tokens[row[first].from].Fold, endings) || !slices.ContainsFunc(row[first+1:], func(sp *span) bool { return isCommanding(sp) || sp.is(cBe|cPrefix|partAmount) }) {
		return -1
	}

	return first
}

// variantsByPart are the ways to read a piece about the device that an unknown thing points at.
func (w *weigher) variantsByPart(before *path, row []*span) []variant {
	named := w.namedByPart(row)
	switch {
	case named == nil:
		return nil
	case asksInAnyWay(named):
		return []variant{{named, sureByPart}}
	default:
		return []variant{{named, sureByPart}, {slices.Concat(named, before.deed), sureByPart * sureInherits}}
	}
}

// namedByPart has the one device that an unknown thing of a piece points at be named by it (a szitát, where there is a lisztszita);
// nil where it points at none, or at several.
func (w *weigher) namedByPart(row []*span) []*span {
	at := w.unknownThing(row)
	if at < 0 || namesOwnThing(row) {
		return nil
	}
	words := []pointer{{words: w.ix.pointedAt(w.s, row[at].to-1, true)}}
	var found []*hamanagerapi.Entity
	for i := range w.ix.names {
		if _, sum := sumOf(words, &w.ix.names[i]); sum == 0 {
			continue
		}
		for _, e := range w.ix.names[i].entities {
			if e.Domain != "person" {
				found = appendOnce(found, e)
			}
		}
	}
	if len(found) != 1 {
		return nil
	}

	return rowNaming(row, at, found)
}

// saysLight reports whether a piece says in the short form of what stands before it that a place is to be light or dark:
// szerver ki, kamra sötét. With an article (a kamra sötét) it rather tells how it is.
func (w *weigher) saysLight(before *path, row []*span) bool {
	at := slices.IndexFunc(row, func(sp *span) bool { return !sp.is(cConjunction | cFiller) })
	if at < 0 || len(before.deed) == 0 || !row[at].is(cArea|cFloor|cPlace) || row[at].from > 0 && tokens.IsArticle(w.s.Tokens[row[at].from-1].Fold) {
		return false
	}

	return saysPlaceLit(row)
}

// saysPlaceLit reports whether some spans say nothing but a place, and that it is light or dark.
func saysPlaceLit(row []*span) bool {
	has := func(of class) bool { return slices.ContainsFunc(row, func(sp *span) bool { return sp.is(of) }) }

	isHow := func(sp *span) bool { return sp.is(cLit) && sp.suffix.Case == morphology.Nominative }

	return slices.ContainsFunc(row, isHow) && has(cArea|cFloor|cPlace) &&
		!slices.ContainsFunc(row, func(sp *span) bool { return !sp.is(cLit | cArea | cFloor | cPlace | cFiller | cConjunction) })
}

// isMoreOfThat reports whether a piece only names something to which the same is to be done, too: vele a szárító is.
func (w *weigher) isMoreOfThat(before *path, row []*span) bool {
	at := slices.IndexFunc(row, (*span).isPlainlyMeant)
	if at < 0 || len(before.deed) == 0 || at+1 >= len(row) || !row[at+1].means(cFiller, "too") {
		return false
	}
	const others = cUnknown | cArea | cFloor | cFiller | cConjunction

	return !slices.ContainsFunc(row, func(sp *span) bool { return !sp.isWishedFor() && !sp.is(others) })
}

// saysItem reports whether a piece says what is to go on a list, and on which: bevásárlásra kenyeret.
func (w *weigher) saysItem(row []*span) bool {
	at := slices.IndexFunc(row, func(sp *span) bool { return !sp.is(cConjunction | cFiller) })
	if at < 0 || !isListNamed(row[at]) && !row[at].means(cAbout, "shopping") {
		return false
	}
	isOnto := slices.Contains([]morphology.Case{morphology.Allative, morphology.Sublative, morphology.Illative}, row[at].suffix.Case)

	return isOnto && !slices.ContainsFunc(row[at+1:], func(sp *span) bool { return !sp.is(cUnknown | cFiller | cConjunction) })
}
