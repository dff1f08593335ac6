package evaluation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/intent/internal/meaning"
)

// Understander is the code under test.
type Understander interface {
	Understand(ctx context.Context, home *hamanagerapi.Home, u meaning.Utterance) (meaning.Understanding, error)
}

// Warmer is an Understander that gets warm in a way of its own, instead of being asked everything twice.
type Warmer interface {
	// Warm makes ready what u is understood with. isDone false: ask everything twice after all.
	Warm(ctx context.Context, home *hamanagerapi.Home, u meaning.Utterance) (isDone bool, err error)
}

// Grammar understands by the grammar alone.
type Grammar struct{}

// Understand uses the index that the home carries, as requests do.
func (Grammar) Understand(_ context.Context, home *hamanagerapi.Home, u meaning.Utterance) (meaning.Understanding, error) {
	return IndexOf(home).Understand(u), nil
}

// IndexOf returns the home's index; a home without one gets a new one.
func IndexOf(home *hamanagerapi.Home) *hungarian.Index {
	if ix, ok := home.Index.(*hungarian.Index); ok {
		return ix
	}

	return hungarian.NewIndex(home)
}

// Result is one sentence that was scored.
type Result struct {
	File     string
	Intent   string // the first that is expected; "none" where nothing is
	Sentence string
	Verdict  Verdict
	Latency  time.Duration
	Expected string // in words, for people
	Got      string
}

// Run scores every dialogue of a suite in a home. What is said first only warms up.
func Run(ctx context.Context, home *hamanagerapi.Home, s *Suite, by Understander, now time.Time) ([]Result, error) {
	if home.Index == nil {
		home.Index = hungarian.NewIndex(home)
	}
	isWarm, err := warm(ctx, home, s, by, now)
	if err == nil && !isWarm {
		_, err = runOnce(ctx, home, s, by, now)
	}
	if err != nil {
		return nil, err
	}

	return runOnce(ctx, home, s, by, now)
}

// warm lets whoever can warm up by the suite's first sentence.
func warm(ctx context.Context, home *hamanagerapi.Home, s *Suite, by Understander, now time.Time) (isDone bool, err error) {
	w, ok := by.(Warmer)
	if !ok || len(s.Dialogs) == 0 || len(s.Dialogs[0].Turns) == 0 {
		return false, nil
	}
	d := s.Dialogs[0]

	return w.Warm(ctx, home, meaning.Utterance{Text: d.Turns[0].Sentence, AreaID: areaID(home, d.Area), Now: now})
}

func runOnce(ctx context.Context, home *hamanagerapi.Home, s *Suite, by Understander, now time.Time) ([]Result, error) {
	var results []Result
	for _, d := range s.Dialogs {
		t := talk{home: home, timers: slices.Clone(s.Timers), by: by, areaID: areaID(home, d.Area), now: now}
		for _, turn := range d.Turns {
			turn.Intents = withTimers(turn.Intents, t.timers, s.Timers)
			r, err := t.say(ctx, turn)
			if err != nil {
				return nil, fmt.Errorf("%s: %q: %w", d.File, turn.Sentence, err)
			}
			r.File = d.File
			results = append(results, r)
		}
	}

	return results, nil
}

func areaID(home *hamanagerapi.Home, name string) string {
	if a := meaning.FindArea(home, name); a != nil && name != "" {
		return a.ID
	}

	return ""
}

// talk is one conversation: what was asked last may be answered by the next sentence.
type talk struct {
	home   *hamanagerapi.Home
	by     Understander
	areaID string
	now    time.Time
	timers []*meaning.Timer
	open   *meaning.Understanding // waits for a choice
	before *meaning.Memory
}

func (t *talk) say(ctx context.Context, turn Turn) (Result, error) {
	u := meaning.Utterance{Text: turn.Sentence, AreaID: t.areaID, Now: t.now, Before: t.before}
	began := time.Now() //nolint:forbidigo // a stopwatch
	got, err := t.understand(ctx, u)
	latency := time.Since(began) //nolint:forbidigo // a stopwatch
	if err != nil {
		return Result{}, err
	}
	t.open = nil
	if got.Question != nil {
		t.open = &got
	} else if done := meaning.Remember(got.Commands); done.Last() != nil {
		done.Follow(t.before)
		t.before = done
	}

	bindTimers(t.home, u, t.timers, got.Commands)
	r := Result{
		Intent: "none", Sentence: turn.Sentence, Latency: latency, Verdict: judge(t.home, u, turn, got),
		Expected: describeExpected(turn), Got: describe(got),
	}
	if len(turn.Intents) > 0 {
		r.Intent = turn.Intents[0].Intent
	}
	if got.Question == nil {
		t.timers = afterTimers(t.timers, got.Commands, t.areaID)
	}

	return r, nil
}

// understand first takes the sentence for the answer to an open question.
func (t *talk) understand(ctx context.Context, u meaning.Utterance) (meaning.Understanding, error) {
	if t.open != nil {
		q := t.open.Question
		if chosen := IndexOf(t.home).Choose(u.Text, *q); len(chosen) > 0 {
			meant := *t.open
			meant.Question = nil
			var completed []meaning.Command
			for _, at := range chosen {
				completed = append(completed, complete(t.home, u, meant.Commands[q.Command], q.Choices[at]))
			}
			meant.Commands = slices.Replace(slices.Clone(meant.Commands), q.Command, q.Command+1, completed...)

			return meant, nil
		}
	}
	got, err := t.by.Understand(ctx, t.home, u)
	if err != nil {
		return got, fmt.Errorf("understand: %w", err)
	}

	return got, nil
}

// complete binds a command to what was chosen.
func complete(home *hamanagerapi.Home, u meaning.Utterance, c meaning.Command, choice meaning.Choice) meaning.Command {
	bound, _ := meaning.Bind(home, u, meaning.Narrow(home, c, choice))

	return bound
}
