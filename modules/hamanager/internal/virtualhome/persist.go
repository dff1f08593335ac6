package virtualhome

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/platform/secret"
)

const (
	// saveDelay is how long changes of the home are collected before they are written.
	saveDelay = 500 * time.Millisecond
	// statesDelay is the same of states, which in a busy house change all the time: a file system
	// takes longer for a new file than the home does for the changes of seconds.
	statesDelay = 5 * time.Second
)

// saving writes two files some time after a change: the home itself, which changes rarely
// and must survive a power cut, and its states, which change all the time and are only
// worth a file that survives a crash of the process.
type saving struct {
	soon    bool       // the home is to be written after saveDelay
	later   bool       // the states after statesDelay
	writing sync.Mutex // one writer at a time; taken before the home's lock

	home, states bool // what changed; guarded by the home's lock
}

// statesSuffix makes the name of the file of states.
const statesSuffix = ".states"

// document is the file of the home: what differs from its description, and who may come
// in. It holds secrets.
type document struct {
	Format     int                        `json:"format"`
	Version    string                     `json:"ha_version"`
	Onboarding []string                   `json:"onboarding"`
	Config     coreConfig                 `json:"core_config"`
	Auth       *authStore                 `json:"auth"`
	ExposeNew  map[string]bool            `json:"expose_new"`
	Legacy     map[string]map[string]bool `json:"exposed_entities"`
	Floors     map[string]*floor          `json:"floors"`
	Areas      map[string]*area           `json:"areas"`
	Devices    map[string]*device         `json:"devices"`
	Labels     map[string]*label          `json:"labels"`
	Entries    map[string]*savedEntry     `json:"entities"`
	Order      savedOrder                 `json:"order"`
	Backups    []*backup                  `json:"backups"`
}

// statesDocument is the file of states that differ from the description.
type statesDocument struct {
	Format int                    `json:"format"`
	States map[string]*savedState `json:"states"`
}

const documentFormat = 1

// savedEntry is an entry with what only its extended form shows.
type savedEntry struct {
	entry
	More entryMore `json:"more"`
}

// savedOrder keeps the order of rows that were added.
type savedOrder struct {
	Floors   []string `json:"floors"`
	Areas    []string `json:"areas"`
	Devices  []string `json:"devices"`
	Labels   []string `json:"labels"`
	Entities []string `json:"entities"`
}

// savedState is what an entity shows and remembers; hidden ones are disabled.
type savedState struct {
	Value   string           `json:"state"`
	Attrs   []savedAttribute `json:"attributes"`
	Memory  []savedAttribute `json:"memory,omitempty"`
	Items   []todoItem       `json:"items,omitempty"`
	Changed time.Time        `json:"last_changed"`
	Updated time.Time        `json:"last_updated"`
	Context eventContext     `json:"context"`
	Hidden  bool             `json:"hidden,omitempty"`
}

// savedAttribute keeps an attribute's place and value.
type savedAttribute struct {
	Key   string `json:"k"`
	Value any    `json:"v"`
}

// markDirty has the home written soon. The caller holds the lock.
func (h *Home) markDirty() {
	h.saving.home = true
	h.saveAfter(saveDelay, &h.saving.soon)
}

// markStates has the states written some time later. The caller holds the lock.
func (h *Home) markStates() {
	h.saving.states = true
	h.saveAfter(statesDelay, &h.saving.later)
}

// saveAfter writes what has changed by then, unless that is going to happen anyway.
func (h *Home) saveAfter(delay time.Duration, isPending *bool) {
	if h.path == "" || *isPending || h.closed {
		return
	}
	*isPending = true
	h.after(delay, func() {
		*isPending = false
		h.serving.Go(h.saveNow) // not under the lock; Close waits for it
	})
}

// saveNow writes what changed. The caller does not hold the lock.
func (h *Home) saveNow() {
	if err := h.save(); err != nil {
		h.log.Error("virtual home cannot be saved", zap.Error(err))
	}
}

func (h *Home) save() error {
	if h.path == "" {
		return nil
	}
	h.saving.writing.Lock()
	defer h.saving.writing.Unlock()

	h.mu.Lock()
	homeChanged, statesChanged := h.saving.home, h.saving.states
	h.saving.home, h.saving.states = false, false
	var home, states []byte
	var errHome, errStates error
	if homeChanged {
		home, errHome = json.Marshal(h.document())
	}
	if statesChanged {
		states, errStates = json.Marshal(statesDocument{documentFormat, h.savedStates()})
	}
	h.mu.Unlock()
	if errHome == nil && homeChanged {
		errHome = secret.WriteFile(h.path, home)
	}
	if errStates == nil && statesChanged {
		errStates = replaceFile(h.path+statesSuffix, states)
	}
	h.mu.Lock()
	h.saving.home = h.saving.home || errHome != nil
	h.saving.states = h.saving.states || errStates != nil
	h.mu.Unlock()

	if err := errors.Join(errHome, errStates); err != nil {
		return fmt.Errorf("save virtual home: %w", err)
	}

	return nil
}

// replaceFile replaces a file as a whole: readers, and a crash of this process, see the old or
// the new one. States change too often to be forced to the disk each time: unlike what
// secret.WriteFile writes, a power cut may take the last ones.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}

	return err
}

// Forget removes what a home that is closed has left at its StatePath; there may be nothing.
func Forget(statePath string) error {
	var errs []error
	for _, path := range []string{statePath, statePath + statesSuffix} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("forget virtual home: %w", err))
		}
	}

	return errors.Join(errs...)
}

// document collects what is to be saved. The caller holds the lock.
func (h *Home) document() document {
	d := document{
		Format: documentFormat, Version: h.version.text, Config: h.config, Auth: &h.auth, ExposeNew: h.exposeNew,
		Legacy: h.legacy, Floors: changed(&h.registry.floors), Areas: changed(&h.registry.areas),
		Devices: changed(&h.registry.devices), Labels: changed(&h.registry.labels),
		Entries: map[string]*savedEntry{}, Backups: h.backups.items,
		Order: savedOrder{
			h.registry.floors.ids, h.registry.areas.ids, h.registry.devices.ids, h.registry.labels.ids, h.registry.entities.ids,
		},
	}
	for step, done := range h.onboarding {
		if done {
			d.Onboarding = append(d.Onboarding, step)
		}
	}
	for id, row := range changed(&h.registry.entities) {
		if row == nil {
			d.Entries[id] = nil

			continue
		}
		d.Entries[id] = &savedEntry{*row, row.more}
	}

	return d
}

// savedStates are the states that are not as described. The caller holds the lock.
func (h *Home) savedStates() map[string]*savedState {
	states := map[string]*savedState{}
	for _, e := range h.entities {
		if !e.painted && e.state != e.seeded {
			states[e.id] = e.saved()
		}
	}

	return states
}

// changed are the rows that differ from the description; a removed one is null.
func changed[T any](t *table[T]) map[string]*T {
	rows := make(map[string]*T, len(t.touched))
	for id := range t.touched {
		rows[id] = t.rows[id]
	}

	return rows
}

func (e *entity) saved() *savedState {
	s := &savedState{Items: e.items, Memory: saveAttributes(e.memory), Hidden: e.state == nil}
	shown := e.state
	if shown == nil {
		shown = e.hidden
	}
	if shown != nil {
		s.Value, s.Changed, s.Updated, s.Context = shown.Value, shown.Changed, shown.Updated, shown.Context
		s.Attrs = saveAttributes(shown.Attrs)
	}

	return s
}

func saveAttributes(a attributes) []savedAttribute {
	out := make([]savedAttribute, len(a))
	for i, x := range a {
		out[i] = savedAttribute(x)
	}

	return out
}

func loadAttributes(saved []savedAttribute) attributes {
	out := make(attributes, len(saved))
	for i, x := range saved {
		out[i] = attribute(x)
	}

	return out
}

// restore reads the state file over the described home.
func (h *Home) restore() error {
	if h.path == "" {
		return nil
	}
	data, err := os.ReadFile(h.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore virtual home: %w", err)
	}
	d := document{Auth: &h.auth}
	if err := json.Unmarshal(data, &d); err != nil {
		return fmt.Errorf("restore virtual home from %s: %w", h.path, err)
	}
	if d.Format != documentFormat {
		return fmt.Errorf("restore virtual home from %s: format %d is not known here", h.path, d.Format)
	}
	for _, step := range d.Onboarding {
		h.onboarding[step] = true
	}
	h.onboardedAtStart = h.isOnboarded()
	h.config = d.Config
	h.backups.items = d.Backups
	if d.ExposeNew != nil {
		h.exposeNew = d.ExposeNew
	}
	if d.Legacy != nil {
		h.legacy = d.Legacy
	}
	h.restoreRegistry(&d)

	return h.restoreStates()
}

// restoreStates reads the file of states. A damaged one costs what it held, not the home.
func (h *Home) restoreStates() error {
	data, err := os.ReadFile(h.path + statesSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("restore states of virtual home: %w", err)
	}
	var d statesDocument
	if err := json.Unmarshal(data, &d); err != nil || d.Format != documentFormat {
		h.log.Warn("states of the virtual home cannot be read: it begins as described", zap.Error(err))

		return nil
	}
	for id, s := range d.States {
		h.restoreState(id, s)
	}

	return nil
}

func (h *Home) restoreRegistry(d *document) {
	restoreTable(&h.registry.floors, d.Floors, d.Order.Floors)
	restoreTable(&h.registry.areas, d.Areas, d.Order.Areas)
	restoreTable(&h.registry.devices, d.Devices, d.Order.Devices)
	restoreTable(&h.registry.labels, d.Labels, d.Order.Labels)
	rows := make(map[string]*entry, len(d.Entries))
	for id, saved := range d.Entries {
		rows[id] = nil
		if saved != nil {
			saved.more = saved.More
			rows[id] = &saved.entry
		}
		// An entity that was removed or renamed away does not come back with its description.
		if e := h.byID[id]; e != nil && saved == nil {
			h.drop(e)
		}
	}
	restoreTable(&h.registry.entities, rows, d.Order.Entities)
}

func restoreTable[T any](t *table[T], rows map[string]*T, order []string) {
	for _, id := range order {
		if row := rows[id]; row != nil {
			t.put(id, row)
		}
	}
	for id, row := range rows {
		if row == nil {
			t.remove(id)
		}
	}
}

func (h *Home) restoreState(id string, s *savedState) {
	e := h.byID[id]
	if e == nil {
		if h.registry.entities.get(id) == nil {
			return // no longer described
		}
		e = &entity{id: id, domain: domainOf(id)}
		h.add(e)
	}
	e.items, e.memory = s.Items, loadAttributes(s.Memory)
	shown := &state{Value: s.Value, Attrs: loadAttributes(s.Attrs), Changed: s.Changed, Updated: s.Updated, Context: s.Context}
	if s.Hidden {
		e.state, e.hidden = nil, shown

		return
	}
	e.state = shown
	e.settle(h)
}

// settle ends what was under way when the home was last closed.
func (e *entity) settle(h *Home) {
	by := e.state.Context
	switch {
	case e.state.Value == stateOpening || e.state.Value == stateClosingMove:
		h.set(e, restState(e.position()), e.state.Attrs, by)
	case e.domain == "timer" && e.state.Value == "active":
		c := &call{home: h, by: by}
		c.runTimer(e, e.state.Attrs, c.timeLeft(e))
	case e.state.Value == "returning":
		h.set(e, "docked", e.state.Attrs, by)
	case e.domain == "script" && e.state.Value == "on":
		h.set(e, "off", e.state.Attrs.with("current", 0), by)
	}
}
