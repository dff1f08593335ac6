package hungarian

import (
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// undoes reports whether some commands do the contrary of what others before them did to the same
// thing: that is rather one which was not understood. What is named is only taken out of what was said of its whole kind: fel a
// lámpát, le a tükörfényt.
func undoes(before, after []meaning.Command) bool {
	for _, b := range after {
		for i := range before {
			a := &before[i]
			switch {
			case !isContraryCommand(*a, b):
			case a.Slots.Name() == "" && b.Slots.Name() != "" && len(b.Targets) == 1 && len(a.Targets) > 1:
				a.Targets = slices.DeleteFunc(slices.Clone(a.Targets), func(e *hamanagerapi.Entity) bool { return e == b.Targets[0] })
			default:
				return true
			}
		}
	}

	return false
}

func isContraryCommand(a, b meaning.Command) bool {
	isSwitch := a.Intent == meaning.TurnOn && b.Intent == meaning.TurnOff || a.Intent == meaning.TurnOff && b.Intent == meaning.TurnOn

	return isSwitch && a.At.Equal(b.At) && slices.ContainsFunc(b.Targets, func(e *hamanagerapi.Entity) bool { return slices.Contains(a.Targets, e) })
}

// isAfterwards reports whether a clause says that it comes after the one before it, or does that again.
func isAfterwards(clause []*span) bool {
	return slices.ContainsFunc(clause, func(sp *span) bool {
		return sp.means(cConjunction, "then") || sp.means(cConjunction, "earlier") || sp.is(cAgain|cUndo|cTime) || sp.means(cMedia, "again")
	})
}
