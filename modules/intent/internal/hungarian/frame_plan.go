package hungarian

import (
	"slices"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/meaning"
)

// markWaiting marks the frames whose commands may be said for later: those of devices, players and
// lists.
func (l *language) markWaiting() {
	var waits []string
	for _, f := range slices.Concat(listFrames(), mediaFrames(), deviceFrames()) {
		if !f.asks {
			waits = append(waits, f.name)
		}
	}
	for i := range l.frames {
		l.frames[i].waits = slices.Contains(waits, l.frames[i].name)
	}
}

// planFrames are about commands that were planned.
func planFrames() []frame {
	allows := cQuestion | cCopula | cQuantity | cTime
	return []frame{
		{name: "list plans", actions: []string{"", "tell"}, needs: cAbout, allows: allows, asks: true, make: (*clause).listPlans},
		{name: "cancel plan", actions: []string{"cancel", "off", "stop"}, needs: cAbout, allows: allows &^ (cQuestion | cCopula), make: (*clause).cancelPlan},
	}
}

func (l *language) loadPlans() {
	l.markWaiting()
	l.frames = append(l.frames, planFrames()...)
	for _, w := range times().Plans {
		l.add(w, lexeme{class: cAbout, value: "plan"})
	}
}

func (c *clause) listPlans() []draft {
	isAsked := c.has(cQuestion, "which") || c.has(cQuestion, "what") || c.has(cQuestion, "how_much") || c.tells || c.has(cQuantity, "any")
	sp := c.find(cAbout, "plan")
	if sp == nil || !c.allAbout("plan") || !isAsked || !sp.suffix.IsPlural && isOneWord(c.text(sp), times().Plans[0]) {
		return nil // mi a terv? is small talk
	}

	return []draft{{command: meaning.Command{Intent: meaning.ListPlans, Slots: meaning.Slots{}, Of: c.plansThen()}}}
}

func isOneWord(text, word string) bool { return morphology.Fold(text) == morphology.Fold(word) }

func (c *clause) cancelPlan() []draft {
	if !c.has(cAbout, "plan") || !c.allAbout("plan") {
		return nil
	}
	intent := meaning.CancelPlan
	if c.has(cQuantity, "all") || slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.means(cAbout, "plan") && sp.suffix.IsPlural }) {
		intent = meaning.CancelAllPlans
	}

	return []draft{{command: meaning.Command{Intent: intent, Slots: meaning.Slots{}, Of: c.plansThen()}}}
}

// plansThen means the plans of the time that was said; nil where none was.
func (c *clause) plansThen() *meaning.PlanFilter {
	when := c.findTime()
	if when == nil {
		return nil
	}
	from, to := when.span(c.u.Now)

	return &meaning.PlanFilter{From: from, To: to}
}

// findTime joins what a clause says about when; nil where that is nothing, or no moment.
func (c *clause) findTime() *timePhrase {
	var when *timePhrase
	for _, sp := range c.spans {
		switch {
		case !sp.is(cTime):
		case when == nil:
			when = sp.time
		default:
			if when = when.join(sp.time); when == nil {
				return nil
			}
		}
	}
	if when == nil || !when.isMoment() {
		return nil
	}
	if _, ok := when.resolve(c.u.Now); !ok {
		return nil
	}

	return when
}

// putOff gives the commands of a clause the time that it says.
func (r *interpretation) putOff(c *clause) {
	if c.classes&cTime == 0 {
		return
	}
	at, ok := c.findTime().resolve(c.u.Now)
	for i := range r.commands {
		if c := &r.commands[i]; ok && !meaning.IsOfPlans(c.Intent) && !meaning.IsOfTimers(c.Intent) {
			c.At = at
		}
	}
}

// atThatTime gives a clause the time that was said before the verb of an earlier one, where it
// says none of its own: holnap reggel húzd fel a redőnyt, és kapcsold le a villanyt. A time after
// the verb is that verb's alone: kapcsold fel, és kapcsold le öt perc múlva.
func atThatTime(s *sentence, when, spans []*span) (clause, next []*span) {
	isTime := func(sp *span) bool { return sp.is(cTime) }
	if slices.ContainsFunc(spans, isTime) {
		next = nil
		for _, sp := range spans {
			if isCommanding(sp) {
				break
			}
			if isTime(sp) {
				next = append(next, sp)
			}
		}

		return spans, next
	}
	if len(when) == 0 || slices.ContainsFunc(spans, func(sp *span) bool { return isNow(s, sp) }) {
		return spans, nil
	}

	return append(slices.Clone(when), spans...), when
}

// takeBack reads "mégse kapcsold le este": what follows is not to be done, as it was planned.
func (ix *Index) takeBack(u meaning.Utterance, s *sentence) (meaning.Understanding, bool) {
	if !ix.takesBack(s) {
		return meaning.Understanding{}, false
	}
	u.Text = s.Text[s.Tokens[1].From:]
	meant := ix.Understand(u)
	isOther := func(c meaning.Command) bool {
		return meaning.IsQuestion(c.Intent) || meaning.IsOfPlans(c.Intent) || meaning.IsOfTimers(c.Intent)
	}
	of := &meaning.PlanFilter{Commands: meant.Commands}
	from := ix.timeIn(u.Text)
	if from != nil {
		of.From, of.To = from.span(u.Now)
	}
	switch {
	case !meant.IsUnderstood() && (from == nil || !ix.hasVerb(u.Text)):
		return meaning.Understanding{}, false
	case slices.ContainsFunc(meant.Commands, isOther):
		return meaning.Understanding{}, false
	}
	command := meaning.Command{Intent: meaning.CancelPlan, Slots: meaning.Slots{}, Of: of}

	return meaning.Understanding{Commands: []meaning.Command{command}, Source: meaning.Grammar}, true
}

// takesBack reports whether a sentence begins by taking back what follows, and says nothing instead.
func (ix *Index) takesBack(s *sentence) bool {
	r := timeReader{s: s}
	if len(s.Tokens) < 2 || !r.isWord(0, times().TakesBack) || r.isWord(1, times().TakesBack) || s.Tokens[1].BreakBefore {
		return false
	}
	for i := range s.Tokens {
		if r.isWord(i, times().Instead) {
			return false
		}
	}

	return true
}

// timeIn finds the only phrase of time in a text.
func (ix *Index) timeIn(text string) *timePhrase {
	s := tokenize(text, morphology.IsEnding)
	r := timeReader{s: &s}
	for i := range s.Tokens {
		if p, _, ok := r.read(i); ok && p.isMoment() {
			return p
		}
	}

	return nil
}

// hasVerb reports whether any word of a text asks for something to be done.
func (ix *Index) hasVerb(text string) bool {
	s := tokenize(text, morphology.IsEnding)
	f := ix.findSpans(&s)

	return slices.ContainsFunc(f.spans, func(sp span) bool { return isCommanding(&sp) })
}
