package evaluation

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// fixtureTimer is a timer that runs in the home when a test begins.
type fixtureTimer struct {
	IsActive *bool   `yaml:"is_active"`
	Name     string  `yaml:"name"`
	Area     string  `yaml:"area"`
	Hours    float64 `yaml:"start_hours"`
	Minutes  float64 `yaml:"start_minutes"`
	Seconds  float64 `yaml:"start_seconds"`
	Left     float64 `yaml:"total_seconds_left"`
}

// loadTimers reads the timers of the home's description.
func (s *Suite) loadTimers() error {
	data, err := os.ReadFile(s.Fixtures)
	if err != nil {
		return fmt.Errorf("read home: %w", err)
	}
	var home struct {
		Timers []fixtureTimer `yaml:"timers"`
	}
	if err := yaml.Unmarshal(data, &home); err != nil {
		return fmt.Errorf("parse timers: %w", err)
	}
	for i, f := range home.Timers {
		length := f.Hours*float64(time.Hour) + f.Minutes*float64(time.Minute) + f.Seconds*float64(time.Second)
		s.Timers = append(s.Timers, &meaning.Timer{
			ID: "timer " + strconv.Itoa(i+1), Name: f.Name, AreaID: f.Area, Length: time.Duration(length),
			Left: time.Duration(f.Left * float64(time.Second)), IsPaused: f.IsActive != nil && !*f.IsActive,
		})
	}

	return nil
}

// bindTimers finds the timers that commands reach, as a request would.
func bindTimers(home *hamanagerapi.Home, u meaning.Utterance, timers []*meaning.Timer, commands []meaning.Command) {
	for i := range commands {
		c := &commands[i]
		if meaning.IsOfTimers(c.Intent) && c.Intent != meaning.StartTimer && c.Reason == "" {
			c.Timers = meaning.FindTimers(home, u, "", timers, *c)
		}
	}
}

// afterTimers are the timers that the next sentence of a conversation finds: those that were there, as
// the commands leave them, and those that they start.
func afterTimers(timers []*meaning.Timer, commands []meaning.Command, areaID string) []*meaning.Timer {
	for _, c := range commands {
		switch c.Intent {
		case meaning.StartTimer:
			if length, ok := meaning.DurationOf(c.Slots, ""); ok {
				timers = append(timers, &meaning.Timer{
					ID: "timer " + strconv.Itoa(len(timers)+1), Name: c.Slots.Name(), AreaID: areaID, Length: length, Left: length,
				})
			}
		case meaning.CancelTimer, meaning.CancelAllTimers:
			timers = slices.DeleteFunc(timers, func(timer *meaning.Timer) bool { return slices.Contains(c.Timers, timer) })
		}
	}

	return timers
}

// isThen reports whether a command is for the moment that a test expects; where it names none, any
// will do.
func (e Expected) isThen(u meaning.Utterance, c meaning.Command) bool {
	switch {
	case e.After != "":
		after, err := time.ParseDuration(e.After)

		return err == nil && c.At.Equal(u.Now.Add(after))
	case e.At != "":
		return c.At.In(u.Now.Location()).Format("15:04") == e.At
	default:
		return true
	}
}

// isPutOff reports whether a command is what a timer of Home Assistant's would say when it ends:
// its way to plan a command.
func (e Expected) isPutOff(home *hamanagerapi.Home, u meaning.Utterance, c meaning.Command) bool {
	text := e.Slots.Text("conversation_command")
	after, ok := meaning.DurationOf(e.Slots, "")
	if e.Intent != meaning.StartTimer || text == "" || !ok || !c.At.Equal(u.Now.Add(after)) {
		return false
	}
	u.Text = text
	meant := IndexOf(home).Understand(u)

	return slices.ContainsFunc(meant.Commands, func(m meaning.Command) bool { return effectOf(m).spell() == effectOf(c).spell() })
}

// withTimers gives expected intents, and what is accepted in their place, the timers that run. An intent
// that does not say which means the last that the conversation has started, which is none of those before it.
func withTimers(expected []Expected, timers, before []*meaning.Timer) []Expected {
	all := make([]Expected, len(expected))
	for i, e := range expected {
		e.timers, e.Accept = timers, withTimers(e.Accept, timers, before)
		if last := len(timers) - 1; last >= 0 && !slices.Contains(before, timers[last]) && !e.saysWhichTimer() {
			e.timers = timers[last:]
		}
		all[i] = e
	}

	return all
}

func (e Expected) saysWhichTimer() bool {
	_, isOfLength := meaning.DurationOf(e.Slots, "start_")

	return isOfLength || e.Slots.Name() != "" || e.Slots.Text("area") != "" || meaning.ReachesMany(e.Intent)
}

func timerIDs(timers []*meaning.Timer) []string {
	ids := make([]string, len(timers))
	for i, timer := range timers {
		ids[i] = timer.ID
	}

	return ids
}
