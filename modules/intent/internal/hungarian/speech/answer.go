package speech

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/inflect"
	"homehub/modules/intent/internal/meaning"
)

// tellAnswer says what a question asked for, from the states as they are now.
func tellAnswer(c meaning.Command, u meaning.Utterance, home *hamanagerapi.Home) string {
	s := sentences()
	switch c.Intent {
	case meaning.GetCurrentTime:
		return clockTime(u)
	case meaning.GetCurrentDate:
		return strings.NewReplacer(
			"{year}", strconv.Itoa(u.Now.Year()), "{month}", s.Months[u.Now.Month()-1],
			"{day}", strconv.Itoa(u.Now.Day()), "{weekday}", s.Weekdays[u.Now.Weekday()],
		).Replace(s.Phrases["today"])
	case meaning.Nevermind:
		return s.Phrases["ready"]
	case meaning.Respond:
		if text := c.Slots.Text("response"); text != "" {
			return text
		}

		return s.Phrases["greeting"]
	case meaning.ClimateGet:
		return tellEach(c.Targets, func(e *hamanagerapi.Entity) string { return temperatureOf(e, home) })
	case meaning.TimerStatus:
		return tellTimers(c.Timers)
	case meaning.ListPlans:
		return tellPlans(c.Plans, u)
	case meaning.GetWeather:
		return tellEach(c.Targets, weatherOf)
	default:
		return statesOf(c)
	}
}

func clockTime(u meaning.Utterance) string {
	s := sentences()
	template := s.Phrases["now"]
	if u.Now.Minute() == 0 {
		template = s.Phrases["now_sharp"]
	}

	return strings.NewReplacer(
		"{hour}", strconv.Itoa(u.Now.Hour()), "{minute}", strconv.Itoa(u.Now.Minute()),
	).Replace(template)
}

// maxAnswers is how many entities are spoken of one by one.
const maxAnswers = 5

func tellEach(entities []*hamanagerapi.Entity, say func(*hamanagerapi.Entity) string) string {
	said := make([]string, 0, len(entities))
	for _, e := range entities[:min(len(entities), maxAnswers)] {
		said = append(said, say(e))
	}

	return strings.Join(said, ", ")
}

func tellCount(found []*hamanagerapi.Entity, state string) string {
	s := sentences()
	template := s.Phrases["several_named"]
	if len(found) > maxAnswers {
		template = s.Phrases["several"]
	}

	return strings.NewReplacer(
		"{count}", strconv.Itoa(len(found)), "{noun}", nounOf(found),
		"{state}", stateOf(found[0], state), "{names}", namesOf(found),
	).Replace(template)
}

// DescribeState says how an entity is: a konyhai lámpa ég.
func DescribeState(e *hamanagerapi.Entity) string {
	s := sentences()
	state := e.State()
	subject := articleOf(e) + e.Name
	switch state.Value {
	case hamanagerapi.StateUnavailable:
		return strings.ReplaceAll(s.Phrases["unavailable"], "{subject}", subject)
	case hamanagerapi.StateUnknown, "":
		return strings.ReplaceAll(s.Phrases["unknown"], "{subject}", subject)
	}

	if known := lookUpState(e, state.Value); known != "" {
		return subject + " " + known
	}
	value := state.Value
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		value = Number(n)
	}
	if unit := attributesOf(state).Unit; unit != "" {
		value += " " + spokenUnit(unit)
	}

	return strings.NewReplacer("{subject}", subject, "{value}", value).Replace(s.Phrases["value"])
}

func isKnown(e *hamanagerapi.Entity) bool {
	value := e.State().Value

	return value != hamanagerapi.StateUnavailable && value != hamanagerapi.StateUnknown
}

// stateOf is what a state is called; the state itself where it has no name.
func stateOf(e *hamanagerapi.Entity, value string) string {
	if known := lookUpState(e, value); known != "" {
		return known
	}

	return value
}

func lookUpState(e *hamanagerapi.Entity, value string) string {
	s := sentences()
	keys := []string{e.Domain + "." + e.DeviceClass, e.Domain, "*"}
	if e.Domain == "sensor" {
		return "" // what a sensor measures is said as it is
	}
	for _, key := range keys {
		if text, ok := s.States[key][value]; ok {
			return text
		}
	}

	return ""
}

func spokenUnit(unit string) string {
	if spoken, ok := sentences().Units[unit]; ok {
		return spoken
	}

	return unit
}

// temperatureOf says how warm it is where a thermometer or thermostat is.
func temperatureOf(e *hamanagerapi.Entity, home *hamanagerapi.Home) string {
	s := sentences()
	degrees, ok := attributesOf(e.State()).CurrentTemperature, true
	if e.Domain != "climate" {
		n, err := strconv.ParseFloat(e.State().Value, 64)
		degrees, ok = &n, err == nil
	}
	if !ok || degrees == nil {
		return DescribeState(e)
	}

	template := s.Phrases["degrees_at"]
	place := ""
	if area := home.Area(e.AreaID); area != nil {
		template, place = s.Phrases["degrees_in"], placeOf(area.Name)
	}

	return strings.NewReplacer("{place}", place, "{subject}", inflect.WithArticle(e.Name), "{number}", Number(*degrees)).Replace(template)
}

// placeOf says where: a konyhában, a teraszon, kint.
func placeOf(area string) string {
	s := sentences()
	lower := strings.ToLower(area)
	if slices.Contains(s.Adverbs, lower) {
		return lower
	}
	for _, place := range s.OnPlaces {
		if strings.HasSuffix(lower, place) {
			return inflect.Article(area) + " " + inflect.Superessive(area)
		}
	}

	return inflect.Article(area) + " " + inflect.Inessive(area)
}

func weatherOf(e *hamanagerapi.Entity) string {
	s := sentences()
	condition := e.State().Value
	if known, ok := s.Weather[condition]; ok {
		condition = known
	}
	if !isKnown(e) {
		return DescribeState(e)
	}
	text := e.Name + ": " + strings.ToLower(condition)
	if degrees := attributesOf(e.State()).Temperature; degrees != nil {
		text += ", " + Number(*degrees) + " " + s.Units["°C"]
	}

	return text
}

// spokenAttributes are those that answers speak of.
type spokenAttributes struct {
	Unit               string   `json:"unit_of_measurement"`
	CurrentTemperature *float64 `json:"current_temperature"`
	Temperature        *float64 `json:"temperature"`
	Brightness         *float64 `json:"brightness"`
	Position           *float64 `json:"current_position"`
	Percentage         *float64 `json:"percentage"`
	Volume             *float64 `json:"volume_level"`
	Title              string   `json:"media_title"`
}

func attributesOf(s *hamanagerapi.State) spokenAttributes {
	var a spokenAttributes
	// What cannot be read is not spoken of.
	_ = json.Unmarshal(s.Attributes, &a)

	return a
}

// TellUnknown says that nobody knows what came of a command, and how things are now.
func TellUnknown(seen []*hamanagerapi.Entity) string {
	text := sayPhrase("unknown_outcome")
	if len(seen) > 0 {
		text += " " + asSentence(tellEach(seen, DescribeState))
	}

	return text
}
