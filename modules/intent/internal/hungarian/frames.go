package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// frame is a pattern of commands: which actions it is about, what must be said, what else
// may be, and how the commands are made of it.
type frame struct {
	name string
	// actions of the verb that it accepts; "" stands for a clause without a verb.
	actions []string
	// needs are classes that must all be there; allows are all classes that may be.
	needs, allows class
	// asks: it only answers, and so may also be said as a statement or a question.
	asks bool
	// waits: it may be said for later.
	waits bool
	make  func(c *clause) []draft
}

// Classes that go together.
const (
	cTarget = cEntity | cArea | cFloor | cKind | cQuantity | cPlace
	cAmount = cNumber | cUnit | cFraction | cLevel | cChange
)

// frames lists every pattern. Several may fit a clause; the reading with the best score wins.
func frames() []frame {
	return slices.Concat(smallFrames(), weatherFrames(), timerFrames(), listFrames(), mediaFrames(), deviceFrames(), hintFrames(), stateFrames())
}

// findFrames notes which frames each action is for.
func (l *language) findFrames() {
	l.byAction = map[string][]*frame{}
	for i := range l.frames {
		f := &l.frames[i]
		for _, action := range slices.Compact(slices.Sorted(slices.Values(f.actions))) {
			l.byAction[action] = append(l.byAction[action], f)
		}
	}
}

// fits reports whether the clause can be an instance of the frame.
func (f *frame) fits(c *clause) bool {
	if f.needs&^c.classes != 0 || !slices.Contains(f.actions, c.action) {
		return false
	}
	if f.asks {
		return f.canAsk(c) && f.fitsTime(c)
	}
	isRefused := c.classes&cNegation != 0 && f.allows&cNegation == 0

	return !c.tells && c.isCommand() && !isRefused && f.fitsTime(c) && !c.contradictsItself() && !f.isForAWhile(c)
}

// canAsk reports whether the clause may ask what the frame answers: not twice, nor what somebody told.
func (f *frame) canAsk(c *clause) bool {
	isReported := !c.tells && (c.action == "tell" || c.action == "check")

	return !isReported && !c.asksTwice() && (!c.isTold() || f.needs&(cNevermind|cRespond) != 0)
}

// isForAWhile reports whether something is to be done to a device for a length of time, which
// nobody can plan yet: kapcsold be egy órára.
func (f *frame) isForAWhile(c *clause) bool {
	isOfDevices := f.waits && f.allows&cUnknown == 0

	return isOfDevices && slices.ContainsFunc(c.quantities, func(q quantity) bool { return isUnitOfTime(q.unit) })
}

// contradictsItself reports whether another prefix asks for the contrary: kapcsold fel ..., le ...
func (c *clause) contradictsItself() bool {
	if c.prefix == nil {
		return c.verb != nil && c.verb.prefix == "" && c.isContradicted()
	}

	return slices.ContainsFunc(c.spans, func(sp *span) bool {
		return sp != c.prefix && sp.is(cPrefix) && !sp.is(cQuestion|cConjunction) && isContrary(c.prefix.value(cPrefix), sp.value(cPrefix))
	})
}

// isContradicted reports whether a prefix asks by itself for the contrary of what the verb does: lámpa ki, ... gyújts.
func (c *clause) isContradicted() bool {
	contrary := map[string]string{"on": "off", "off": "on"}[c.action]

	return contrary != "" && slices.ContainsFunc(c.spans, func(sp *span) bool {
		action, ok := c.ix.lang.bare[sp.value(cPrefix)]

		return ok && action == contrary && sp.is(cPrefix) && !sp.is(cConjunction|cFiller) && (!sp.is(cQuestion) || !c.s.IsQuestion)
	})
}

func isContrary(a, b string) bool {
	for _, pair := range [][2]string{{"fel", "le"}, {"be", "ki"}, {"fol", "le"}, {"fel", "ki"}, {"le", "be"}} {
		if a == pair[0] && b == pair[1] || a == pair[1] && b == pair[0] {
			return true
		}
	}

	return false
}

// fitsTime reports whether all of the clause is the frame's, also what it says about when.
func (f *frame) fitsTime(c *clause) bool {
	allowed := f.needs | f.allows
	if f.waits {
		allowed |= cTime
	}
	if f.asks && c.asksIndeed() {
		allowed |= cWonder
	}

	return c.within(allowed) && (c.classes&cTime == 0 || f.asks && allowed&cTime != 0 || c.findTime() != nil)
}

// asksIndeed reports whether words of asking (kíváncsi vagyok, nem tudom) are followed by what is asked.
func (c *clause) asksIndeed() bool { return c.tells || c.s.IsQuestion || c.classes&cQuestion != 0 }

// asksTwice reports whether the clause holds two questions, each with its own word or mark: mennyi az
// idő, és milyen nap van? Each is read by itself.
func (c *clause) asksTwice() bool {
	const says = cState | cCopula | cClass | cMeasure | cVerb | cHome | cQuestion
	marks := 0
	isSaid, isAsked, isParted := false, false, false
	for _, sp := range c.spans {
		isSaid = isSaid || sp.is(says)
		if isSaid && c.s.Tokens[sp.to-1].IsAsked {
			marks++
		}
		isParted = isParted || isAsked && (sp.is(cConjunction) || c.s.Tokens[sp.from].BreakBefore)
		if isParted && asksOpenly(sp) {
			return true
		}
		isAsked = isAsked || asksOpenly(sp)
	}

	return marks > 1
}

// isTold reports whether the clause tells how something is and does not ask: it ends as a
// statement does where a question would have ended otherwise, or says what only tells.
func (c *clause) isTold() bool {
	if c.s.IsQuestion || c.tells {
		return false
	}
	if c.classes&cQuestion != 0 {
		return c.s.IsStatement && c.spans[0].from == 0 && c.spans[0].means(cQuestion, "how") // milyen meleg a kezed!
	}

	return c.s.IsStatement || c.has(cCopula, "told") || c.has(cHome, "arrived") && !c.isWhole() || c.beginsWithTopic()
}

// isWhole reports whether the clause is all that was said.
func (c *clause) isWhole() bool {
	return len(c.spans) > 0 && c.spans[0].from == 0 && c.spans[len(c.spans)-1].to == len(c.s.Tokens)
}

// beginsWithTopic reports whether a thing or place comes first and a verb that says how it is
// last, as in a statement (a konyhában ég a villany); a question rather begins with the verb.
func (c *clause) beginsWithTopic() bool {
	first := slices.IndexFunc(c.spans, func(sp *span) bool { return !sp.is(cFiller | cConjunction) })

	return first >= 0 && c.spans[first].is(cArea|cFloor|cEntity|cKind) && !c.spans[first].is(cState|cVerb|cAbout|cClass|cAttribute) &&
		slices.ContainsFunc(c.spans[first+1:], func(sp *span) bool { return sp.means(cState, "on") && sp.isWhole })
}

// isCommand reports whether the clause asks for something to be done. Without any verb it
// may ("nappali lámpák ki"), and so may a state that is wished for ("legyen nyitva") or a
// verb alone, as on a button ("indít"); a statement does not.
func (c *clause) isCommand() bool {
	return c.verb == nil || c.mood == tellsState && c.isToBe() || c.mood <= namesAction ||
		c.isHeardAsPast() && c.isTelegram() || c.mood == tellsPresent && (len(c.spans) == 1 || c.isTelegram())
}

// isHeardAsPast reports whether a command was heard as the past (kapcsolt le a villanyt): with its prefix right after it
// and a thing that is named, the past would have another ending, and the other order.
func (c *clause) isHeardAsPast() bool {
	at := slices.Index(c.spans, c.verb)
	if c.mood != tellsPast || at != 0 || len(c.spans) < 3 || c.spans[1] != c.prefix || !strings.HasSuffix(c.s.Tokens[c.verb.from].Fold, "lt") {
		return false
	}

	return slices.ContainsFunc(c.spans[2:], func(sp *span) bool {
		return isThing(sp) && sp.suffix.Case == morphology.Accusative && tokens.IsArticle(c.s.Tokens[max(sp.from-1, 0)].Fold)
	})
}

// isTelegram reports whether a verb that would tell what someone does is rather a command
// whose ending was swallowed (kapcsol le a villanyt), or a note of what is to be done (sarok
// lámpa bekapcsol): one who tells puts the prefix before the verb, and says who or which.
func (c *clause) isTelegram() bool {
	if c.s.IsStatement && !isThing(c.spans[0]) || c.s.IsQuestion || c.classes&(cQuestion|cAbout|cNegation) != 0 {
		return false
	}
	if c.isHeardAsPast() {
		return true
	}
	at := slices.Index(c.spans, c.verb)
	if at+1 < len(c.spans) && c.spans[at+1] == c.prefix {
		return true
	}
	hasArticle := slices.ContainsFunc(c.spans, func(sp *span) bool { return tokens.IsArticle(c.s.Tokens[sp.from].Fold) })

	return at == len(c.spans)-1 && !hasArticle && (c.prefix != nil || c.verb.prefix != "" || slices.Contains([]string{"start", "open", "close"}, c.action))
}
