package intent

import (
	"context"
	"errors"
	"sync"
	"time"
	_ "time/tzdata" // homes name their zone; the machine may know none

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/intent/internal/hungarian/pin"
	"homehub/modules/intent/internal/hungarian/speech"
	"homehub/modules/intent/internal/meaning"
	"homehub/modules/llm/llmapi"
	"homehub/platform/log"
)

// hear finds the home and what the utterance means in it. isAnswered: that was all.
func (s *service) hear(ctx context.Context, t *turn) (isAnswered bool, err error) {
	defer t.measure(stageUnderstand, s.now)()

	t.instance, err = s.homes.Instance(ctx, t.caller.HouseholdID)
	if err != nil {
		return true, t.answerWithout(err)
	}
	t.home = t.instance.Home()
	t.utterance = meaning.Utterance{Text: t.req.Text, AreaID: areaOf(t), Now: s.now().In(s.zones.of(t.home))}

	isResumed, err := s.resume(ctx, t)
	if !isResumed && err == nil {
		err = s.understand(ctx, t)
	}
	if err != nil || t.answer.Status != "" {
		return isResumed, err
	}

	return false, s.bindKept(ctx, t)
}

// answerWithout says that there is no home to speak to, or that nothing is known of it.
func (t *turn) answerWithout(err error) error {
	switch {
	case errors.Is(err, hamanagerapi.ErrNoInstance):
		t.answer.Speech = speech.SayNoHome()
	case errors.Is(err, hamanagerapi.ErrOffline):
		t.answer.Speech = speech.SayNotUnderstood(meaning.ReasonHomeOffline)
	default:
		return err
	}
	t.answer.Status, t.answer.Reason = meaning.StatusFailed, meaning.ReasonHomeOffline

	return nil
}

// understand asks the stages, cheapest first, until one calls the utterance its own.
func (s *service) understand(ctx context.Context, t *turn) error {
	for i, stage := range s.stages {
		meant, err := s.askStage(ctx, t, i, stage)
		if errors.Is(err, llmapi.ErrAbsent) {
			break // nobody misses it
		}
		if isOfModel(err) {
			log.For(ctx, s.log).Info("no language model answered", whyNoModel(err)...)
			t.withoutModel(err)

			break
		}
		if err != nil {
			return err
		}
		if meant.IsUnderstood() {
			t.meant = meant
			s.dropQuestion(ctx, t)

			return nil
		}
	}
	if t.asked != nil { // what came was neither an answer nor a command: ask again
		s.repeat(t)

		return nil
	}
	t.answer.Status = meaning.StatusNotUnderstood
	t.answer.Speech = speech.SayNotUnderstood(t.answer.Reason)
	if t.apology != "" {
		t.answer.Speech = speech.SayWithoutModel(t.apology)
	}

	return nil
}

// askStage asks one stage. The model, which is the last, takes its time: meanwhile the turn is not
// counted among those under way, so that nobody whom the grammar understands waits for it. It is not
// told what may well hold a PIN.
func (s *service) askStage(ctx context.Context, t *turn, i int, stage understander) (meaning.Understanding, error) {
	h := t.heard()
	if i == 0 {
		return stage.understand(ctx, h)
	}
	if t.words == pin.Hidden || t.asked != nil && t.asked.Needs == needsPIN {
		return meaning.Understanding{}, nil
	}
	h = s.forModel(ctx, t, h)
	s.admission.leave()
	defer s.admission.comeBack()

	return stage.understand(ctx, h)
}

// areaOf is where the utterance was heard: what the request says, else where its device stands.
func areaOf(t *turn) string {
	for _, said := range []string{t.req.DeviceArea, t.caller.Area} {
		if said == "" {
			continue
		}
		if area := meaning.FindArea(t.home, said); area != nil {
			return area.ID
		}
	}

	return ""
}

// zones keeps the time zones that homes have named: finding one reads a file.
type zones struct{ known sync.Map }

// of returns the home's time zone, UTC where it names none that is known.
func (z *zones) of(home *hamanagerapi.Home) *time.Location {
	if zone, ok := z.known.Load(home.TimeZone); ok {
		return zone.(*time.Location) //nolint:forcetypeassert // nothing else is stored
	}
	zone, err := time.LoadLocation(home.TimeZone)
	if err != nil {
		return time.UTC
	}
	z.known.Store(home.TimeZone, zone)

	return zone
}

// grammar is the everyday stage.
type grammar struct{}

func (grammar) understand(_ context.Context, h heard) (meaning.Understanding, error) {
	return indexOf(h.home).Understand(h.utterance), nil
}

// indexOf returns the index that was built with the home, off the request path. A home that
// came without one (a test's) gets its own.
func indexOf(home *hamanagerapi.Home) *hungarian.Index {
	if index, ok := home.Index.(*hungarian.Index); ok {
		return index
	}

	return hungarian.NewIndex(home)
}
