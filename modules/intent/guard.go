package intent

import (
	"slices"

	"homehub/modules/intent/internal/meaning"
	"homehub/platform/identity"
)

// guard judges each command by the caller's rights and leaves one result for each.
func (s *service) guard(t *turn) {
	t.results = plannedResults(t.meant.Commands)
	for i := range t.results {
		r := &t.results[i]
		if r.status == meaning.StatusFailed {
			continue
		}
		refuseOutside(t, r)
		if r.status != meaning.StatusFailed {
			judge(t, r)
		}
	}
}

// refuseOutside refuses the targets that the caller, a device that is narrowed, may not
// reach. The others go on; a question has no answer in parts.
func refuseOutside(t *turn, r *result) {
	if t.caller.AllowedDomains == nil && t.caller.AllowedAreas == nil {
		return
	}
	r.open()
	refused := 0
	for i := range r.targets {
		if !isWithin(t.home, t.caller, r.targets[i].entity) {
			r.targets[i].fail(meaning.ReasonNotAllowed)
			r.targets[i].refusal = meaning.RefusedOutside
			refused++
		}
	}
	switch {
	case refused == 0:
		r.targets = nil
	case refused == len(r.targets) || meaning.IsQuestion(r.command.Intent):
		r.targets = slices.DeleteFunc(r.targets, func(x targetResult) bool { return x.status != meaning.StatusFailed })
		r.refuse(meaning.RefusedOutside)
	}
}

// judge asks the table of rights about what is left of a command. One that is for later needs the
// right to plan, too.
func judge(t *turn, r *result) {
	if !r.command.At.IsZero() && t.caller.May(identity.Plan) == identity.No {
		r.targets = nil
		r.refuse("")

		return
	}
	switch t.caller.May(rightOf(t, r)) {
	case identity.Yes, identity.Own:
		if t.given == needsNothing && isUncertain(t, r) {
			r.needs = needsConfirm
		}
	case identity.AfterYes:
		if t.given == needsNothing {
			r.needs = needsConfirm
		}
	case identity.WithPIN:
		if t.given != needsPIN {
			r.needs = needsPIN
		}
	case identity.No:
		r.targets = nil
		r.refuse(t.whyNot(r))
	}
}

// isUncertain reports whether a command is asked about first although anybody may give it: what a model would
// open, and what was only likely meant.
func isUncertain(t *turn, r *result) bool {
	if t.meant.IsDoubtful && !meaning.IsQuestion(r.command.Intent) {
		return true
	}

	return t.meant.Source.IsModel() && mayLetIn(t.home, r)
}

// rightOf is the right that a command needs: the rarest that any of its targets asks for.
func rightOf(t *turn, r *result) identity.Right {
	if isOfPlan(r.command.Intent) {
		return identity.Plan
	}
	for _, target := range r.reachable() {
		if isRisky(t.home, r.command, target) {
			return identity.Risky
		}
	}

	return identity.Everyday
}

// whyNot tells the device that could, had its household a PIN, from whoever may not at all.
func (t *turn) whyNot(r *result) meaning.Refusal {
	could := t.caller
	could.HasPIN = true
	if could.May(rightOf(t, r)) == identity.WithPIN {
		return meaning.RefusedNoPIN
	}

	return ""
}

// isOfPlan reports whether an intent is about timers, plans or lists.
func isOfPlan(intent string) bool {
	return meaning.IsOfTimers(intent) || meaning.IsOfPlans(intent) || meaning.IsOfLists(intent)
}

// plannedResults begins one result for each command; what binding found impossible has
// failed already.
func plannedResults(commands []meaning.Command) []result {
	results := make([]result, len(commands))
	for i, c := range commands {
		results[i] = result{command: c, status: meaning.StatusPlanned, refusal: c.Why}
		if c.Reason != "" {
			results[i].fail(c.Reason)
		}
	}

	return results
}

func (r *result) fail(reason meaning.Reason) {
	r.status, r.reason, r.needs = meaning.StatusFailed, reason, needsNothing
}

func (r *result) refuse(why meaning.Refusal) {
	r.fail(meaning.ReasonNotAllowed)
	r.refusal = why
}

// waitsFor is what the commands need before any of them is carried out: a PIN where any of them
// needs that, for it is a yes, too.
func waitsFor(results []result) need {
	most := needsNothing
	for _, r := range results {
		if most == needsNothing || r.needs == needsPIN {
			most = r.needs
		}
	}

	return most
}

// waitingOf lists the commands that wait, with the targets that they may reach.
func waitingOf(results []result) []meaning.Command {
	var waiting []meaning.Command
	for _, r := range results {
		if r.needs != needsNothing {
			r.command.Targets = r.reachable()
			waiting = append(waiting, r.command)
		}
	}

	return waiting
}
