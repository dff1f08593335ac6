package speech

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/inflect"
	"homehub/modules/intent/internal/meaning"
)

// momentWords is how moments are told.
type momentWords struct {
	In       string   `yaml:"in"`
	Today    string   `yaml:"today"`
	Tomorrow string   `yaml:"tomorrow"`
	On       string   `yaml:"on"`
	Sharp    string   `yaml:"sharp"`
	Minutes  string   `yaml:"minutes"`
	Weekdays []string `yaml:"weekdays"`
	Days     []string `yaml:"days"`
}

// soonIs how far ahead a moment is told by how long it takes to come.
const soonIs = 90 * time.Minute

// tellMoment says when: 30 perc múlva, ma 22 órakor, holnap 7 óra 30 perckor, május 3-án 8 órakor.
func tellMoment(at, now time.Time) string {
	s := sentences().Moments
	at = at.In(now.Location())
	if in := at.Sub(now); in <= soonIs {
		return strings.ReplaceAll(s.In, "{duration}", spokenDuration(in))
	}
	template := s.Sharp
	if at.Minute() > 0 {
		template = s.Minutes
	}
	clock := strings.NewReplacer("{hour}", strconv.Itoa(at.Hour()), "{minute}", strconv.Itoa(at.Minute())).Replace(template)
	template = s.On
	days := daysBetween(now, at)
	switch days {
	case 0:
		template = s.Today
	case 1:
		template = s.Tomorrow
	}

	return strings.NewReplacer("{day}", tellDay(at, days), "{time}", clock).Replace(template)
}

// tellDay says on which day: pénteken, május 3-án.
func tellDay(at time.Time, days int) string {
	s := sentences().Moments
	if days < 7 {
		return s.Weekdays[at.Weekday()]
	}

	return sentences().Months[at.Month()-1] + " " + strconv.Itoa(at.Day()) + "-" + s.Days[at.Day()-1]
}

// daysBetween counts midnights.
func daysBetween(from, to time.Time) int {
	midnight := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }

	return int(midnight(to).Sub(midnight(from)).Hours() / 24)
}

// spokenDuration says how long: 3 perc 20 másodperc, 1 óra 5 perc, 2 nap 3 óra. Of what takes long
// the small rest is left out, and what has begun counts as whole.
func spokenDuration(d time.Duration) string {
	const day = 24 * time.Hour
	step := time.Second
	switch {
	case d > day:
		step = time.Hour
	case d > time.Hour:
		step = time.Minute
	}
	d = (d + step - 1).Truncate(step)
	units := sentences().Units
	var said []string
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{day, units["d"]}, {time.Hour, units["h"]}, {time.Minute, units["min"]}, {time.Second, units["s"]}} {
		if n := d / unit.size; n > 0 {
			said = append(said, strconv.Itoa(int(n))+" "+unit.name)
			d %= unit.size
		}
	}
	if len(said) == 0 {
		return "0 " + units["s"]
	}

	return strings.Join(said, " ")
}

// lengthOf is how long as an adjective: ötperces, 25 perces, 1 óra 30 perces.
func lengthOf(d time.Duration) string {
	said := spokenDuration(d)
	number, unit, _ := strings.Cut(said, " ")
	if n, err := strconv.Atoi(number); err == nil && !strings.Contains(unit, " ") {
		if word, ok := sentences().Lengths[n]; ok {
			return word + adjectiveOf(unit)
		}
	}

	return adjectiveOf(said)
}

// adjectiveOf makes an adjective of a unit at the end: perces, órás, napos.
func adjectiveOf(unit string) string {
	units := sentences().Units
	for key, ending := range map[string]string{"h": "óra=órás", "min": "perc=perces", "s": "másodperc=másodperces", "d": "nap=napos"} {
		noun, adjective, _ := strings.Cut(ending, "=")
		if units[key] != noun {
			continue
		}
		if head, ok := strings.CutSuffix(unit, noun); ok && (head == "" || strings.HasSuffix(head, " ")) {
			return head + adjective
		}
	}

	return unit
}

// timerName is what a timer is called: pizza időzítő, ötperces időzítő.
func timerName(t *meaning.Timer) string {
	s := sentences()
	name := t.Name
	if name == "" {
		name = lengthOf(t.Length)
	}

	return strings.ReplaceAll(s.Phrases["timer_named"], "{name}", name)
}

// fillInTimer puts the words about timers and plans into a template.
func fillInTimer(template string, c meaning.Command) string {
	if !meaning.IsOfTimers(c.Intent) && !meaning.IsOfPlans(c.Intent) {
		return template
	}
	timer, object, left := inflect.WithArticle(sentences().Phrases["timer"]), inflect.WithArticle(inflect.Accusative(sentences().Phrases["timer"])), ""
	if len(c.Timers) > 0 {
		name := timerName(c.Timers[0])
		timer, object = inflect.WithArticle(name), inflect.Article(name)+" "+inflect.Accusative(name)
		left = spokenDuration(c.Timers[0].Left)
	}
	by, _ := meaning.DurationOf(c.Slots, "")

	return strings.NewReplacer(
		"{timer}", timer, "{timer_object}", object, "{left}", left, "{count}", strconv.Itoa(len(c.Timers)+len(c.Plans)),
		"{by}", inflect.Instrumental(spokenDuration(by)),
	).Replace(template)
}

// TellTimerEnded says that a timer has ended.
func TellTimerEnded(t *meaning.Timer) string {
	return asSentence(strings.ReplaceAll(sentences().Phrases["timer_ended"], "{timer}", inflect.WithArticle(timerName(t))))
}

// tellTimers says how long timers still have.
func tellTimers(timers []*meaning.Timer) string {
	s := sentences()
	if len(timers) == 0 {
		return s.Phrases["no_timers"]
	}
	said := make([]string, 0, len(timers))
	for _, t := range timers[:min(len(timers), maxAnswers)] {
		template := s.Phrases["timer_left_of"]
		switch {
		case t.IsPaused:
			template = s.Phrases["timer_paused"]
		case len(timers) == 1:
			template = s.Phrases["timer_left"]
		}
		said = append(said, strings.NewReplacer("{timer}", inflect.WithArticle(timerName(t)), "{left}", spokenDuration(t.Left)).Replace(template))
	}

	return strings.Join(said, "; ")
}

// tellPlans says what will be done when, the next one first.
func tellPlans(plans []*meaning.Plan, u meaning.Utterance) string {
	s := sentences()
	if len(plans) == 0 {
		return s.Phrases["no_plans"]
	}
	sorted := slices.SortedFunc(slices.Values(plans), func(a, b *meaning.Plan) int { return a.At.Compare(b.At) })
	said := make([]string, 0, len(sorted))
	for _, p := range sorted[:min(len(sorted), maxAnswers)] {
		said = append(said, tellPlan(p, u))
	}
	if len(plans) == 1 {
		return said[0]
	}

	return strings.NewReplacer("{count}", strconv.Itoa(len(plans)), "{plans}", strings.Join(said, "; ")).Replace(s.Phrases["plans"])
}

func tellPlan(p *meaning.Plan, u meaning.Utterance) string {
	acts := make([]string, len(p.Commands))
	for i, c := range p.Commands {
		act := actOf(c, c.Targets)
		if act.Will == "" || c.Reason != "" {
			act = sentences().Anything
		}
		acts[i] = fillIn(act.Will, c, c.Targets)
	}

	return tellMoment(p.At, u.Now) + " " + enumerate(acts, sentences().Phrases["and"])
}

// TimerChoices are timers to choose from, by what tells them apart.
func TimerChoices(timers []*meaning.Timer, home *hamanagerapi.Home) []meaning.Choice {
	choices := make([]meaning.Choice, len(timers))
	for i, t := range timers {
		label := timerName(t)
		isShared := slices.ContainsFunc(timers, func(o *meaning.Timer) bool { return o != t && timerName(o) == label })
		if area := home.Area(t.AreaID); area != nil && isShared {
			label = area.Name + ", " + label
		}
		choices[i] = meaning.Choice{Label: label, TimerID: t.ID}
	}

	return choices
}

// PlanChoices are plans to choose from.
func PlanChoices(plans []*meaning.Plan, u meaning.Utterance) []meaning.Choice {
	choices := make([]meaning.Choice, len(plans))
	for i, p := range plans {
		choices[i] = meaning.Choice{Label: tellPlan(p, u), PlanID: p.ID}
	}

	return choices
}
