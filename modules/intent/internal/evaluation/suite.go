// Package evaluation scores understanding on folders of test sentences, through the code
// that serves requests.
package evaluation

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"homehub/modules/intent/internal/meaning"
)

// FixturesFile describes the home that a folder's sentences are said in.
const FixturesFile = "_fixtures.yaml"

// Suite is a folder of tests: one home, and what is said in it.
type Suite struct {
	Fixtures string // path of the home's description
	Timers   []*meaning.Timer
	Dialogs  []Dialog
	Actions  []ActionTest
}

// Dialog is what is said one after the other in one conversation; most have one turn.
type Dialog struct {
	File  string // without folder and extension
	Area  string // of the device that hears it: id, name or alias
	Turns []Turn
}

// Turn is one sentence and what it should mean.
type Turn struct {
	Sentence string
	// Intents are meant in this order; none means that nothing is meant.
	Intents []Expected
	// Clarify are the candidates that a question back should name; nil when no question is right.
	Clarify []string
}

// Expected is one intent that a sentence should mean.
type Expected struct {
	Intent string
	Slots  meaning.Slots
	// Accept are further readings that are right, too.
	Accept []Expected
	// Entities are exactly what it must reach; nil: what its slots reach.
	Entities []string
	// Relative: the direction counts, not the number.
	Relative bool
	// After and At are when it should be carried out: 30m from now, or at 22:00.
	After, At string
	timers    []*meaning.Timer // of the home
}

// Load reads a folder of tests. Both public formats are told apart test by test.
func Load(dir string) (*Suite, error) {
	s := &Suite{Fixtures: filepath.Join(dir, FixturesFile)}
	if _, err := os.Stat(s.Fixtures); err != nil {
		return nil, fmt.Errorf("the folder describes no home: %w", err)
	}
	if err := s.loadTimers(); err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("list tests: %w", err)
	}
	slices.Sort(paths)
	for _, path := range paths {
		if filepath.Base(path) == FixturesFile {
			continue
		}
		if err := s.load(path); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	if len(s.Dialogs)+len(s.Actions) == 0 {
		return nil, fmt.Errorf("no tests in %s", dir)
	}

	return s, nil
}

// file is a test file of either format. What is not listed (response, category ...) is not scored.
type file struct {
	Tests []test `yaml:"tests"`
}

type test struct {
	Sentences []string       `yaml:"sentences"`
	Intent    yaml.Node      `yaml:"intent"`
	Intents   []intentFile   `yaml:"intents"`
	Clarify   *clarifyFile   `yaml:"clarify"`
	Turns     []turnFile     `yaml:"turns"`
	Context   *contextFile   `yaml:"context"`
	Setup     map[string]any `yaml:"setup"`
	Expect    map[string]any `yaml:"expect_changes"`
	Ignore    map[string]any `yaml:"ignore_changes"`
	Device    string         `yaml:"context_device"`
}

type turnFile struct {
	Sentence string       `yaml:"sentence"`
	Intent   yaml.Node    `yaml:"intent"`
	Intents  []intentFile `yaml:"intents"`
	Clarify  *clarifyFile `yaml:"clarify"`
}

type intentFile struct {
	Name     string         `yaml:"name"`
	Slots    map[string]any `yaml:"slots"`
	Context  *contextFile   `yaml:"context"`
	Accept   []intentFile   `yaml:"accept"`
	Entities []string       `yaml:"entities"`
	Relative bool           `yaml:"relative"`
	After    string         `yaml:"after"`
	At       string         `yaml:"at"`
}

type contextFile struct {
	Area string `yaml:"area"`
}

type clarifyFile struct {
	Candidates []string `yaml:"candidates"`
}

func (s *Suite) load(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	var f file
	if err := yaml.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("parse: %w", err)
	}
	name := strings.TrimSuffix(filepath.Base(path), ".yaml")
	for i := range f.Tests {
		if err := s.add(name, &f.Tests[i]); err != nil {
			return fmt.Errorf("test %d: %w", i+1, err)
		}
	}

	return nil
}

func (s *Suite) add(name string, t *test) error {
	if t.Expect != nil || t.Setup != nil {
		for _, sentence := range t.Sentences {
			s.Actions = append(s.Actions, ActionTest{
				File: name, Sentence: sentence, Device: t.Device, Setup: t.Setup, Expect: t.Expect, Ignore: t.Ignore,
			})
		}

		return nil
	}
	if len(t.Turns) > 0 {
		return s.addDialog(name, t)
	}

	turn, area, err := readTurn(&t.Intent, t.Intents, t.Clarify)
	if err != nil {
		return err
	}
	if t.Context != nil && t.Context.Area != "" {
		area = t.Context.Area
	}
	for _, sentence := range t.Sentences {
		turn.Sentence = sentence
		s.Dialogs = append(s.Dialogs, Dialog{File: name, Area: area, Turns: []Turn{turn}})
	}

	return nil
}

func (s *Suite) addDialog(name string, t *test) error {
	d := Dialog{File: name}
	if t.Context != nil {
		d.Area = t.Context.Area
	}
	for i := range t.Turns {
		turn, area, err := readTurn(&t.Turns[i].Intent, t.Turns[i].Intents, t.Turns[i].Clarify)
		if err != nil {
			return fmt.Errorf("turn %d: %w", i+1, err)
		}
		if d.Area == "" {
			d.Area = area
		}
		turn.Sentence = t.Turns[i].Sentence
		d.Turns = append(d.Turns, turn)
	}
	s.Dialogs = append(s.Dialogs, d)

	return nil
}

var errNothingExpected = errors.New("one of intent, intents and clarify is required")

// readTurn reads what is expected, and the area of the device that an intent's context names.
func readTurn(one *yaml.Node, several []intentFile, clarify *clarifyFile) (turn Turn, area string, err error) {
	isNull := one.Kind == yaml.ScalarNode && one.Tag == "!!null"
	switch {
	case clarify != nil:
		turn.Clarify = clarify.Candidates
	case len(several) == 0 && one.IsZero():
		return turn, "", errNothingExpected
	}
	if !one.IsZero() && !isNull {
		var single intentFile
		if err := one.Decode(&single); err != nil {
			return turn, "", fmt.Errorf("intent: %w", err)
		}
		several = append(several, single)
	}
	for _, f := range several {
		turn.Intents = append(turn.Intents, f.expected())
		if f.Context != nil && area == "" {
			area = f.Context.Area
		}
	}

	return turn, area, nil
}

func (f intentFile) expected() Expected {
	e := Expected{Intent: f.Name, Slots: f.Slots, Entities: f.Entities, Relative: f.Relative, After: f.After, At: f.At}
	for _, other := range f.Accept {
		accepted := other.expected()
		if accepted.Intent == "" {
			accepted.Intent = f.Name
		}
		e.Accept = append(e.Accept, accepted)
	}

	return e
}
