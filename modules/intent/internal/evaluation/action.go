package evaluation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// ActionTest is a sentence of the second format: what it changes in a home is compared.
type ActionTest struct {
	File, Sentence string
	Device         string         // that hears it: id or name
	Setup          map[string]any // states before, by entity
	Expect         map[string]any // states after, by entity
	Ignore         map[string]any // what else may change, by entity
}

// Homes opens a simulated home from a file, through the code that serves requests.
type Homes func(ctx context.Context, path string) (hamanagerapi.Instance, func() error, error)

// Execute carries an utterance out in a home, as a request would be.
type Execute func(ctx context.Context, instance hamanagerapi.Instance, u meaning.Utterance) error

// settleTime is how long the changes of a sentence may take to show.
const settleTime = 1500 * time.Millisecond

// RunActions scores the action tests of a suite, each in a home of its own.
func RunActions(ctx context.Context, s *Suite, open Homes, execute Execute, now time.Time) ([]Result, error) {
	if len(s.Actions) == 0 {
		return nil, nil
	}
	fixtures, err := os.ReadFile(s.Fixtures)
	if err != nil {
		return nil, fmt.Errorf("read home: %w", err)
	}
	dir, err := os.MkdirTemp("", "homehub-eval-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for homes: %w", err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder

	results := make([]Result, 0, len(s.Actions))
	for i := range s.Actions {
		a := actionRun{test: &s.Actions[i], open: open, execute: execute, now: now}
		path := filepath.Join(dir, fmt.Sprintf("home-%d.yaml", i))
		if err := writeHome(path, fixtures, a.test.Setup); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", a.test.File, a.test.Sentence, err)
		}
		r, err := a.run(ctx, path)
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", a.test.File, a.test.Sentence, err)
		}
		results = append(results, r)
	}

	return results, nil
}

// writeHome writes the home's description with the states that a test begins with.
func writeHome(path string, fixtures []byte, setup map[string]any) error {
	var home map[string]any
	if err := yaml.Unmarshal(fixtures, &home); err != nil {
		return fmt.Errorf("parse home: %w", err)
	}
	entities, _ := home["entities"].([]any)
	for _, item := range entities {
		entity, _ := item.(map[string]any)
		id, _ := entity["id"].(string)
		changes, ok := setup[id].(map[string]any)
		if !ok {
			continue
		}
		if state, ok := changes["state"]; ok {
			entity["state"] = state
		}
		attributes, _ := entity["attributes"].(map[string]any)
		if attributes == nil {
			attributes = map[string]any{}
		}
		if more, ok := changes["attributes"].(map[string]any); ok {
			maps.Copy(attributes, more)
		}
		entity["attributes"] = attributes
	}
	data, err := yaml.Marshal(home)
	if err != nil {
		return fmt.Errorf("write home: %w", err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return fmt.Errorf("write home: %w", err)
	}

	return nil
}

// actionRun is one action test in its home.
type actionRun struct {
	test    *ActionTest
	open    Homes
	execute Execute
	now     time.Time
}

func (a actionRun) run(ctx context.Context, path string) (r Result, err error) {
	instance, stop, err := a.open(ctx, path)
	if err != nil {
		return r, fmt.Errorf("open home: %w", err)
	}
	defer func() { err = errors.Join(err, stop()) }()

	home := instance.Home()
	before := statesOf(home)
	u := meaning.Utterance{Text: a.test.Sentence, AreaID: areaOfDevice(home, a.test.Device), Now: a.now}
	began := time.Now() //nolint:forbidigo // a stopwatch
	got := IndexOf(home).Understand(u)
	latency := time.Since(began) //nolint:forbidigo // a stopwatch
	if err := a.execute(ctx, instance, u); err != nil {
		return r, fmt.Errorf("execute: %w", err)
	}
	a.settle(ctx, instance, home)

	missing, unexpected := a.compare(before, statesOf(home))
	r = Result{
		File: a.test.File, Intent: "none", Sentence: a.test.Sentence, Latency: latency,
		Expected: fmt.Sprint(a.test.Expect), Got: describe(got),
		Verdict: Verdict{
			IsUnderstood: got.IsUnderstood(), IsEffect: len(missing)+len(unexpected) == 0, IsExact: len(missing)+len(unexpected) == 0,
			IsWrong: len(unexpected) > 0,
		},
	}
	if len(got.Commands) > 0 {
		r.Intent = got.Commands[0].Intent
	}

	return r, nil
}

// settle waits until everything expected shows, or no longer than it may take.
func (a actionRun) settle(ctx context.Context, instance hamanagerapi.Instance, home *hamanagerapi.Home) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	watch := instance.Watch(slices.Collect(maps.Keys(a.test.Expect)))
	defer watch.Close()
	for {
		if missing, _ := a.compare(nil, statesOf(home)); len(missing) == 0 {
			return
		}
		select {
		case <-watch.Changes():
		case <-ctx.Done():
			return
		}
	}
}

// compare lists the expected changes that did not come, and the changes nobody expected.
func (a actionRun) compare(before, after map[string]*hamanagerapi.State) (missing, unexpected []string) {
	for id, wanted := range a.test.Expect {
		if state := after[id]; state == nil || !fits(state, wanted) {
			missing = append(missing, id)
		}
	}
	for id, was := range before {
		_, isExpected := a.test.Expect[id]
		_, isIgnored := a.test.Ignore[id]
		if !isExpected && !isIgnored && after[id] != nil && after[id].Value != was.Value {
			unexpected = append(unexpected, id)
		}
	}

	return missing, unexpected
}

// fits compares a state with the part of it that a test names.
func fits(state *hamanagerapi.State, wanted any) bool {
	expected, ok := wanted.(map[string]any)
	if !ok {
		return state.Value == fmt.Sprint(wanted)
	}
	if value, ok := expected["state"]; ok && state.Value != fmt.Sprint(value) {
		return false
	}
	attributes, _ := expected["attributes"].(map[string]any)
	if len(attributes) == 0 {
		return true
	}
	var present map[string]any
	if err := json.Unmarshal(state.Attributes, &present); err != nil {
		return false
	}
	for name, value := range attributes {
		if !sameValue(present[name], value) {
			return false
		}
	}

	return true
}

// sameValue compares values that came from JSON and from YAML.
func sameValue(a, b any) bool {
	left, leftIsNumber := meaning.Slots{"v": a}.Number("v")
	right, rightIsNumber := meaning.Slots{"v": b}.Number("v")
	if leftIsNumber && rightIsNumber {
		return left == right
	}

	return strings.EqualFold(fmt.Sprint(a), fmt.Sprint(b))
}

func statesOf(home *hamanagerapi.Home) map[string]*hamanagerapi.State {
	states := make(map[string]*hamanagerapi.State, len(home.Entities))
	for _, e := range home.Entities {
		states[e.ID] = e.State()
	}

	return states
}

// areaOfDevice finds where a device stands: by an entity of it, or by the area's own name.
func areaOfDevice(home *hamanagerapi.Home, device string) string {
	if device == "" {
		return ""
	}
	for _, e := range home.Entities {
		if e.AreaID != "" && (strings.EqualFold(e.DeviceID, device) || strings.EqualFold(e.Name, device) || e.ID == device) {
			return e.AreaID
		}
	}

	return areaID(home, device)
}
