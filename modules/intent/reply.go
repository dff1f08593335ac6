package intent

import (
	"encoding/json"
	"slices"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
)

// planOnly is a dry run: what could be done stays planned.
func planOnly(t *turn) {
	for i := range t.results {
		r := &t.results[i]
		if r.status == meaning.StatusFailed {
			continue
		}
		r.status = meaning.StatusPlanned
		for j := range r.targets {
			if r.targets[j].status != meaning.StatusFailed {
				r.targets[j].status = meaning.StatusPlanned
			}
		}
	}
}

// complete makes the answer of what the stages found out.
func (s *service) complete(t *turn) {
	a := &t.answer
	if a.Status == "" {
		a.Status, a.Reason = overall(t.results)
		if a.Speech = wordsOfModel(t.meant); a.Speech == "" || a.Status != meaning.StatusAnswered {
			a.Speech = speech.Tell(deedsOf(t.results), t.utterance, t.home)
		}
	}
	a.RequestID, a.ConversationID, a.Language = t.requestID, t.conversationID, language
	a.Source = t.meant.Source
	a.Needs = waitsFor(t.results)
	a.Commands = commandAnswers(t.results)
	if a.Choices == nil {
		a.Choices = []choice{}
	}
	s.stop(t)
}

// stop takes the time so far; a later call corrects it.
func (s *service) stop(t *turn) {
	t.timing[stageTotal] = milliseconds(s.now().Sub(t.startedAt))
	t.answer.Timing = t.timing
}

// overall is the status of a whole utterance: the least that is true of all its commands.
func overall(results []result) (meaning.Status, meaning.Reason) {
	var failed, succeeded, questions int
	reason := meaning.Reason("")
	status := meaning.StatusAlready
	for _, r := range results {
		if meaning.IsQuestion(r.command.Intent) {
			questions++
		}
		if r.status == meaning.StatusFailed {
			failed++
			if reason == "" {
				reason = r.reason
			}
			if slices.ContainsFunc(r.targets, func(x targetResult) bool { return x.status != meaning.StatusFailed }) {
				succeeded++
			}

			continue
		}
		succeeded++
		status = lesser(status, r.status)
	}

	switch {
	case failed > 0 && succeeded > 0:
		return meaning.StatusPartial, reason
	case failed > 0:
		return meaning.StatusFailed, reason
	case questions == len(results) && status == meaning.StatusDone:
		return meaning.StatusAnswered, ""
	default:
		return status, ""
	}
}

// lesser is what is true of two commands together: a plan is less than what was started,
// that is less than what is done, and "already" only stands where nothing had to be done.
func lesser(a, b meaning.Status) meaning.Status {
	for _, status := range []meaning.Status{meaning.StatusPlanned, meaning.StatusStarted, meaning.StatusScheduled, meaning.StatusDone} {
		if a == status || b == status {
			return status
		}
	}

	return a
}

func commandAnswers(results []result) []commandAnswer {
	answers := make([]commandAnswer, len(results))
	for i, r := range results {
		a := commandAnswer{
			Intent: r.command.Intent, Slots: r.command.Slots, Status: r.status, Reason: r.reason, Needs: r.needs,
			Targets: entityIDs(r.command.Targets), Changes: []change{}, Timers: timerIDs(r.command), Plans: planIDs(r),
		}
		if a.Slots == nil {
			a.Slots = meaning.Slots{}
		}
		if at := r.command.At.UTC(); !r.command.At.IsZero() {
			a.DueAt = &at
		}
		for _, target := range r.targets {
			if target.to != nil && target.to != target.from && target.status != meaning.StatusAlready {
				a.Changes = append(a.Changes, change{EntityID: target.entity.ID, From: target.from.Value, To: target.to.Value})
			}
			if target.status == meaning.StatusFailed {
				a.Failures = append(a.Failures, failure{EntityID: target.entity.ID, Reason: target.reason})
			}
		}
		answers[i] = a
	}

	return answers
}

// deedsOf sorts each command's targets by how they fared: what was done first.
func deedsOf(results []result) []speech.Deed {
	deeds := make([]speech.Deed, len(results))
	for i, r := range results {
		deeds[i] = speech.Deed{Command: r.command, Parts: partsOf(r)}
	}

	return deeds
}

func partsOf(r result) []speech.Part {
	if len(r.targets) == 0 {
		return []speech.Part{{Status: r.status, Reason: r.reason, Refusal: r.refusal, Entities: r.command.Targets}}
	}
	var parts []speech.Part
	for _, status := range []meaning.Status{
		meaning.StatusPlanned, meaning.StatusScheduled, meaning.StatusDone, meaning.StatusStarted, meaning.StatusAlready, meaning.StatusFailed,
	} {
		for _, target := range r.targets {
			if target.status == status {
				parts = addTo(parts, target)
			}
		}
	}

	return parts
}

func addTo(parts []speech.Part, target targetResult) []speech.Part {
	at := slices.IndexFunc(parts, func(p speech.Part) bool {
		return p.Status == target.status && p.Reason == target.reason && p.Refusal == target.refusal
	})
	if at < 0 {
		return append(parts, speech.Part{
			Status: target.status, Reason: target.reason, Refusal: target.refusal, Entities: []*hamanagerapi.Entity{target.entity},
		})
	}
	parts[at].Entities = append(parts[at].Entities, target.entity)

	return parts
}

// bodyOf is the answer as it is sent.
func bodyOf(a answer) ([]byte, error) { return json.Marshal(a) }
