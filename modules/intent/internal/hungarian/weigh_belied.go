package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/wish"
)

// sureBelied is how sure it must be that something else is asked for than was guessed.
const sureBelied = 0.8

// belies reports whether the words of a sentence surely ask for something else than a reading that left some of them out, or
// took them for others: hívd be a porszívót, kezd lemerülni.
func (w *weigher) belies(part *interpretation) bool {
	if !part.mayBeBelied() {
		return false
	}
	isCommand := slices.ContainsFunc(w.row, isCommanding)
	tells := func(wanted weighed) bool { // égve maradt a lámpa, lekapcsolnád?
		return wanted.thing != nil && wanted.Sure >= sureAmong && (!isCommand || wanted.Action != wish.Ask)
	}
	weighing := *w
	isBelied := false
	for _, wanted := range weighing.weighAll(weighing.pieces()) {
		if !tells(wanted) {
			continue
		}
		isDone, isOther := part.does(wanted)
		if isDone {
			return false
		}
		mayTell := !part.isRepaired || wanted.Action == wish.Ask // a word that is mistyped tells little of what is to be done
		isBelied = isBelied || isOther && mayTell && wanted.Sure >= sureBelied
	}

	return isBelied
}

// mayBeBelied reports whether a reading was guessed, and neither asks back nor sets a value.
func (r *interpretation) mayBeBelied() bool {
	return r != nil && r.isGuessed && r.question == nil && !slices.ContainsFunc(r.commands, isSetting)
}

// isSetting reports whether a command sets something to a value, which only the frames find.
func isSetting(c meaning.Command) bool {
	return slices.Contains([]string{meaning.LightSet, meaning.ClimateSet, meaning.SetPosition, meaning.FanSetSpeed, meaning.HumidifierSetpoint, meaning.SetVolume}, c.Intent)
}

// does reports whether a reading does to a thing what is wanted, or something else.
func (r *interpretation) does(wanted weighed) (isDone, isOther bool) {
	about := &interpretation{commands: slices.DeleteFunc(slices.Clone(r.commands), func(c meaning.Command) bool {
		return !(&interpretation{commands: []meaning.Command{c}}).reaches(wanted.thing)
	})}
	isDone = len(about.commands) > 0 && wanted.agrees(about)

	return isDone, len(about.commands) > 0 && !isDone
}

// readBesides reads a sentence of which a part may be understood already.
func (w *weigher) readBesides(part *interpretation) *interpretation {
	if part == nil || !part.isPartial {
		return w.read()
	}
	w.isStrict = true
	if r := w.readTogether(); r != nil && (r.isMoreThan(part) || r.asksCloserThan(part)) {
		return r
	}

	return w.readWhich(part)
}
