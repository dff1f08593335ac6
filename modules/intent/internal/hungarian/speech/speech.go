package speech

import (
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/data"
	"homehub/modules/intent/internal/hungarian/inflect"
	"homehub/modules/intent/internal/meaning"
)

// Deed is what became of one command, as it is to be told.
type Deed struct {
	Command meaning.Command
	Parts   []Part // those of one status and reason together
}

// Part is the share of a command's targets that fared alike.
type Part struct {
	Status   meaning.Status
	Reason   meaning.Reason
	Refusal  meaning.Refusal
	Entities []*hamanagerapi.Entity
}

// act is how one intent is spoken of, in the forms that data/speech.yaml explains.
type act struct {
	Done    string `yaml:"done"`
	Already string `yaml:"already"`
	Started string `yaml:"started"`
	Ask     string `yaml:"ask"`
	Plan    string `yaml:"plan"`
	Will    string `yaml:"will"`
	To      string `yaml:"to"`
}

// phrasebook is data/speech.yaml.
type phrasebook struct {
	Acts                  map[string]act               `yaml:"acts"`
	Anything              act                          `yaml:"anything"`
	Failures              map[meaning.Reason]string    `yaml:"failures"`
	FailuresWithoutDevice map[meaning.Reason]string    `yaml:"failures_without_device"`
	Refusals              map[meaning.Refusal]string   `yaml:"refusals"`
	NoSuchPlace           string                       `yaml:"no_such_place"`
	NothingThere          string                       `yaml:"nothing_there"`
	Phrases               map[string]string            `yaml:"phrases"`
	Nouns                 map[string]string            `yaml:"nouns"`
	States                map[string]map[string]string `yaml:"states"`
	Weather               map[string]string            `yaml:"weather"`
	Units                 map[string]string            `yaml:"units"`
	Colors                map[string]string            `yaml:"colors"`
	OnPlaces              []string                     `yaml:"on_places"`
	Adverbs               []string                     `yaml:"adverbs"`
	Months                []string                     `yaml:"months"`
	Weekdays              []string                     `yaml:"weekdays"`
	Moments               momentWords                  `yaml:"moments"`
	Lengths               map[int]string               `yaml:"lengths"` // what says how long, written together with its unit: ötperces
}

// sentences is the speech, read once.
var sentences = sync.OnceValue(func() *phrasebook {
	s := new(phrasebook)
	data.MustLoad("speech", s)

	return s
})

// Tell says what became of an utterance's commands.
func Tell(deeds []Deed, u meaning.Utterance, home *hamanagerapi.Home) string {
	told := make([]string, 0, len(deeds))
	for _, d := range deeds {
		text := tellDeed(d, u.Now)
		if meaning.IsQuestion(d.Command.Intent) && isDone(d) {
			text = tellAnswer(d.Command, u, home)
		}
		if text = asSentence(text); text != "" && (len(told) == 0 || told[len(told)-1] != text) {
			told = append(told, text)
		}
	}

	return strings.Join(told, " ")
}

func isDone(d Deed) bool { return len(d.Parts) == 1 && d.Parts[0].Status == meaning.StatusDone }

// tellDeed says what was done, and then what was not.
func tellDeed(d Deed, now time.Time) string {
	var good, bad []string
	for _, p := range d.Parts {
		if p.Status == meaning.StatusFailed {
			bad = append(bad, tellFailure(d.Command, p))
		} else if len(good) == 0 || p.Status == meaning.StatusStarted || p.Status == meaning.StatusScheduled { // "already" goes without saying beside "done"
			good = append(good, tellSuccess(d.Command, p, now))
		}
	}
	s := sentences()
	parts := strings.Join(good, " "+s.Phrases["and"]+" ")
	if len(bad) == 0 {
		return parts
	}
	if parts != "" {
		parts += ", " + s.Phrases["but"] + " "
	}

	return parts + strings.Join(bad, ", ")
}

func tellSuccess(c meaning.Command, p Part, now time.Time) string {
	a := actOf(c, p.Entities)
	template := a.Done
	switch p.Status {
	case meaning.StatusAlready:
		template = a.Already
	case meaning.StatusStarted:
		template = a.Started
	case meaning.StatusPlanned:
		template = a.Plan
	case meaning.StatusScheduled:
		template = a.Will
	default:
	}
	if template == "" {
		template = a.Done
	}
	text := fillIn(template, c, p.Entities)
	if isLater := p.Status == meaning.StatusScheduled || p.Status == meaning.StatusPlanned; isLater && !c.At.IsZero() {
		return tellMoment(c.At, now) + " " + text
	}

	return text
}

func tellFailure(c meaning.Command, p Part) string {
	template := strings.NewReplacer(
		"{to}", actOf(c, p.Entities).To, "{missing}", c.Missing, "{place}", placeOf(c.Slots.Text("area")),
	).Replace(failureOf(c, p))

	return fillIn(template, c, p.Entities)
}

// failureOf is the sentence for a reason, by what there is to speak of.
func failureOf(c meaning.Command, p Part) string {
	s := sentences()
	if refusal, ok := s.Refusals[p.Refusal]; ok {
		return refusal
	}
	area, isNameless := c.Slots.Text("area"), len(p.Entities) == 0
	if p.Reason == meaning.ReasonNoSuchName {
		isNameless = c.Missing == ""
		switch {
		case isNameless && area != "":
			return s.NothingThere
		case !isNameless && (c.Missing == area || c.Missing == c.Slots.Text("floor")):
			return s.NoSuchPlace
		}
	}
	if other, ok := s.FailuresWithoutDevice[p.Reason]; ok && isNameless {
		return other
	}

	return s.Failures[p.Reason]
}

// SayNotUnderstood says that an utterance made no sense, and where known why.
func SayNotUnderstood(reason meaning.Reason) string {
	s := sentences()
	if text, ok := s.Failures[reason]; ok {
		return asSentence(text)
	}

	return sayPhrase("not_understood")
}

// SayNoHome says that the household has no home to speak to.
func SayNoHome() string { return sayPhrase("no_home") }

// SayCrowded says that too much is asked at once, and that nothing was done.
func SayCrowded() string { return sayPhrase("crowded") }

// SayDeclined says that nothing will be done.
func SayDeclined() string { return sayPhrase("declined") }

// maxSpokenChoices is how many names a listener can keep in mind. The answer's choices hold all.
const maxSpokenChoices = 5

// AskWhich asks which of several is meant; of very many it names the first as examples.
func AskWhich(choices []meaning.Choice) string {
	spoken := choices[:min(len(choices), maxSpokenChoices)]
	labels := make([]string, len(spoken))
	for i, c := range spoken {
		labels[i] = c.Label
	}
	s := sentences()
	if len(spoken) == len(choices) {
		return asQuestion(strings.ReplaceAll(s.Phrases["which"], "{choices}", enumerate(labels, s.Phrases["or"])))
	}
	question := strings.ReplaceAll(s.Phrases["which_of_many"], "{count}", strconv.Itoa(len(choices)))

	return asQuestion(strings.ReplaceAll(question, "{choices}", strings.Join(labels, ", ")))
}

// AskYes asks whether risky commands are really meant, and names what they reach.
func AskYes(commands []meaning.Command, now time.Time) string {
	return asQuestion(askPhrase("surely", commands, now))
}

// AskPIN asks for the PIN that risky commands take, and names what they reach.
func AskPIN(commands []meaning.Command, now time.Time) string {
	return asSentence(askPhrase("ask_pin", commands, now))
}

func askPhrase(phrase string, commands []meaning.Command, now time.Time) string {
	s := sentences()
	acts := make([]string, len(commands))
	for i, c := range commands {
		acts[i] = fillIn(actOf(c, c.Targets).Ask, c, c.Targets)
		if !c.At.IsZero() {
			acts[i] = tellMoment(c.At, now) + " " + acts[i]
		}
	}

	return strings.ReplaceAll(s.Phrases[phrase], "{acts}", enumerate(acts, s.Phrases["and"]))
}

// AskPINAgain says that it was not the PIN.
func AskPINAgain() string { return sayPhrase("ask_pin_again") }

// SayPINWrong says that it was not the PIN, and that nothing will be done.
func SayPINWrong() string { return sayPhrase("pin_wrong") }

// SayNoPINsNow says that no PIN is looked at for now.
func SayNoPINsNow() string { return sayPhrase("no_pins_now") }

// actOf finds how a command is spoken of when it reaches these entities.
func actOf(c meaning.Command, entities []*hamanagerapi.Entity) act {
	s := sentences()
	domain, class := kindOf(entities)
	for _, key := range []string{c.Intent + "/" + domain + "." + class, c.Intent + "/" + domain, c.Intent} {
		if a, ok := s.Acts[key]; ok {
			return a
		}
	}

	return s.Anything
}

// kindOf is the domain and device class that all entities share; empty where they differ.
func kindOf(entities []*hamanagerapi.Entity) (domain, class string) {
	for i, e := range entities {
		if i == 0 {
			domain, class = e.Domain, spokenClass(e)
		}
		if e.Domain != domain {
			return "", ""
		}
		if spokenClass(e) != class {
			class = ""
		}
	}

	return domain, class
}

// spokenClass is the device class, those that are spoken of alike made one.
func spokenClass(e *hamanagerapi.Entity) string {
	if e.DeviceClass == "blind" || e.DeviceClass == "shade" {
		return "shutter"
	}

	return e.DeviceClass
}

// fillIn puts the command's words into a template.
func fillIn(template string, c meaning.Command, entities []*hamanagerapi.Entity) string {
	if !strings.Contains(template, "{") {
		return template
	}
	object, subject := "", ""
	if len(entities) > 0 {
		object = nameAll(entities, inflect.Accusative)
		subject = nameAll(entities, func(name string) string { return name })
	}

	return replaceAll(fillInTimer(template, c), [][2]string{
		{"{object}", object},
		{"{subject}", subject},
		{"{names}", namesOf(entities)},
		{"{value}", valueOf(c)},
		{"{item}", c.Slots.Text("item")},
	})
}

// replaceAll does once what a strings.Replacer is for, without what that makes to do it often: each
// mark, from left to right, becomes what follows it in pairs.
func replaceAll(template string, pairs [][2]string) string {
	var b strings.Builder
	for {
		first := strings.IndexByte(template, '{')
		if first < 0 {
			break
		}
		b.WriteString(template[:first])
		mark, with := "{", "{"
		for _, p := range pairs {
			if strings.HasPrefix(template[first:], p[0]) {
				mark, with = p[0], p[1]
				break
			}
		}
		b.WriteString(with)
		template = template[first+len(mark):]
	}
	b.WriteString(template)

	return b.String()
}

func namesOf(entities []*hamanagerapi.Entity) string {
	names := make([]string, len(entities))
	for i, e := range entities {
		names[i] = e.Name
	}

	return enumerate(names, sentences().Phrases["and"])
}

// maxNamed is how many devices are named one by one; more are counted.
const maxNamed = 3

// nameAll names entities in the case that inflect makes: one by one, or counted by their kind.
func nameAll(entities []*hamanagerapi.Entity, inflect func(string) string) string {
	if len(entities) > maxNamed {
		return strconv.Itoa(len(entities)) + " " + inflect(nounOf(entities))
	}
	names := make([]string, len(entities))
	for i, e := range entities {
		names[i] = articleOf(e) + inflect(e.Name)
	}

	return enumerate(names, sentences().Phrases["and"])
}

// articleOf is what goes before an entity's name; people go without.
func articleOf(e *hamanagerapi.Entity) string {
	if e.Domain == "person" {
		return ""
	}

	return inflect.Article(e.Name) + " "
}

// nounOf is what several entities are called together.
func nounOf(entities []*hamanagerapi.Entity) string {
	s := sentences()
	domain, class := kindOf(entities)
	for _, key := range []string{domain + "." + class, domain} {
		if noun, ok := s.Nouns[key]; ok {
			return noun
		}
	}

	return s.Nouns["device"]
}

// valueOf is what a command sets its targets to, each with its ending: 40 százalékra.
func valueOf(c meaning.Command) string {
	s := sentences()
	var values []string
	for _, slot := range []string{"brightness", "position", "percentage", "volume_level"} {
		if n, ok := c.Slots.Number(slot); ok {
			values = append(values, Number(n)+" "+inflect.Sublative(s.Units["%"]))
		}
	}
	if color := c.Slots.Text("color"); color != "" {
		if hungarian, ok := s.Colors[color]; ok {
			color = hungarian
		}
		values = append(values, inflect.Sublative(color))
	}
	if n, ok := c.Slots.Number("temperature"); ok {
		unit := s.Units["°C"]
		if c.Intent == meaning.LightSet {
			unit = "kelvin"
		}
		values = append(values, Number(n)+" "+inflect.Sublative(unit))
	}

	return enumerate(values, s.Phrases["and"])
}

// Number writes a number as it is read out: 21,5.
func Number(n float64) string {
	return strings.ReplaceAll(strconv.FormatFloat(n, 'f', -1, 64), ".", ",")
}

// enumerate joins words with commas, and the last one with a conjunction.
func enumerate(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1

	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}

func sayPhrase(name string) string { return asSentence(sentences().Phrases[name]) }

// asSentence begins a clause with a capital and ends it with a full stop.
func asSentence(clause string) string { return punctuated(clause, ".") }

func asQuestion(clause string) string { return punctuated(clause, "?") }

func punctuated(clause, mark string) string {
	clause = strings.TrimSpace(clause)
	if clause == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(clause)
	if strings.HasSuffix(clause, mark) {
		mark = ""
	}

	return string(unicode.ToUpper(first)) + clause[size:] + mark
}
