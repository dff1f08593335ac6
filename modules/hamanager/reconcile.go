package hamanager

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/live"
	"homehub/platform/clock"
)

// fleet is every instance that runs in this process. It compares what is wanted (the
// database) with what is there (its runners), round by round: a round may be repeated, cut
// short or late, and the next one makes up for it.
type fleet struct {
	*service

	dataDir    string
	buildIndex func(*hamanagerapi.Home) any
	log        *zap.Logger
	now        clock.Clock
	metrics    *metrics

	runners  sync.Map // household id -> *runner; read on the request path
	starting chan struct{}

	mu     sync.Mutex
	awaken map[string]time.Time // households to look at, and until when their rows may be missing
	bell   chan struct{}
}

const (
	// parallelStarts bounds how many virtual homes are set up at once.
	parallelStarts = 8
	// rowPatience is how long the transaction of a new household may take to commit.
	rowPatience = 10 * time.Second
	// The pauses while a row is awaited grow from the one to the other.
	shortestWait = 5 * time.Millisecond
	longestWait  = 500 * time.Millisecond
)

func newFleet(s *service, deps Deps) *fleet {
	f := &fleet{
		service: s, dataDir: deps.DataDir, buildIndex: deps.BuildIndex,
		log: deps.Log, now: deps.Now,
		starting: make(chan struct{}, parallelStarts),
		awaken:   map[string]time.Time{},
		bell:     make(chan struct{}, 1),
	}
	f.metrics = newMetrics(deps.Metrics, f)
	s.wake = f.look

	return f
}

// look asks the fleet to look at a household's instance soon. It never blocks.
func (f *fleet) look(householdID string) {
	f.mu.Lock()
	f.awaken[householdID] = f.now().Add(rowPatience)
	f.mu.Unlock()

	select {
	case f.bell <- struct{}{}:
	default: // it rings already
	}
}

// run reconciles until ctx ends, and then stops every runner.
func (f *fleet) run(ctx context.Context) {
	defer f.stopAll()

	ticker := time.NewTicker(f.cfg.ReconcileEvery)
	defer ticker.Stop()

	f.reconcile(ctx)
	wait := shortestWait
	for {
		var again <-chan time.Time
		if f.isAwaiting() {
			again = time.After(wait)
			wait = min(2*wait, longestWait)
		} else {
			wait = shortestWait
		}

		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			f.reconcile(ctx)
		case <-f.bell:
			wait = shortestWait
			f.reconcileAwakened(ctx)
		case <-again:
			f.reconcileAwakened(ctx)
		}
	}
}

func (f *fleet) isAwaiting() bool {
	f.mu.Lock()
	defer f.mu.Unlock()

	return len(f.awaken) > 0
}

// reconcile compares everything.
func (f *fleet) reconcile(ctx context.Context) {
	instances, err := f.store.list(ctx)
	if err != nil {
		f.log.Error("instances cannot be read; they run on as they are", zap.Error(err))

		return
	}

	wanted := make(map[string]bool, len(instances))
	for _, i := range instances {
		wanted[i.HouseholdID] = true
		f.settle(ctx, i)
	}
	for id, r := range f.all {
		if !wanted[id] { // its row is gone: another process removed it
			f.drop(id, r)
		}
	}
}

// reconcileAwakened looks only at households that asked for it. Those whose rows are not there
// yet are asked for again, until their patience ends.
func (f *fleet) reconcileAwakened(ctx context.Context) {
	f.mu.Lock()
	awakened := f.awaken
	f.awaken = map[string]time.Time{}
	f.mu.Unlock()
	if len(awakened) == 0 {
		return
	}

	ids := make([]string, 0, len(awakened))
	for id := range awakened {
		ids = append(ids, id)
	}
	instances, err := f.store.list(ctx, ids...)
	if err != nil {
		f.log.Error("instances cannot be read; they are tried again", zap.Error(err))
	}
	for _, i := range instances {
		delete(awakened, i.HouseholdID)
		f.settle(ctx, i)
	}

	f.mu.Lock()
	defer f.mu.Unlock()
	for id, until := range awakened {
		if _, isNewer := f.awaken[id]; !isNewer && until.After(f.now()) {
			f.awaken[id] = until
		}
	}
}

// settle makes one instance what it should be.
func (f *fleet) settle(ctx context.Context, i instance) {
	r := f.runner(i.HouseholdID)
	var pauses live.Backoff
	if r != nil && (r.isOver() || r.instance.Generation != i.Generation) {
		if r.instance.Generation == i.Generation {
			pauses = r.pauses
		}
		f.drop(i.HouseholdID, r)
		r = nil
	}

	switch i.Desired {
	case desireRunning:
		if r == nil {
			r = f.start(ctx, i, pauses)
		}
		f.save(ctx, r.apply(i), i)
	case desireStopped:
		f.save(ctx, stopped(i), i)
	case desireRemoving:
		f.remove(ctx, i)
	case desireRemoved: // rests
	}
}

// start brings an instance up in the background; pauses are those of earlier attempts.
func (f *fleet) start(ctx context.Context, i instance, pauses live.Backoff) *runner {
	if i.Kind != kindVirtual {
		if err := f.forgetVirtual(i.HouseholdID); err != nil {
			f.log.Warn("what a virtual home left behind stays", zap.Error(err))
		}
	}

	r := &runner{
		fleet: f, instance: i, pauses: pauses, progress: progress{Status: statusQueued},
		log: f.log.With(zap.String("household_id", i.HouseholdID), zap.String("kind", i.Kind)),
	}
	f.runners.Store(i.HouseholdID, r)
	r.start(ctx)

	return r
}

func stopped(i instance) instance {
	i.Status, i.Message = statusStopped, ""

	return i
}

// save stores what is known now, where it differs from what was.
func (f *fleet) save(ctx context.Context, known, stored instance) {
	if known == stored {
		return
	}
	p := progress{Status: known.Status, Message: known.Message, HAVersion: known.HAVersion, ReadyAt: known.ReadyAt}
	err := f.db.InTx(ctx, func(ctx context.Context) error {
		if err := f.store.saveProgress(ctx, stored, p, f.moment()); err != nil {
			return err
		}

		return f.tellChange(ctx, stored, known)
	})
	if err != nil && !errors.Is(err, errChanged) && ctx.Err() == nil {
		f.log.Error("an instance's status cannot be stored", zap.String("household_id", stored.HouseholdID), zap.Error(err))
	}
}

// remove takes away what an instance has left, and then the instance.
func (f *fleet) remove(ctx context.Context, i instance) {
	if r := f.runner(i.HouseholdID); r != nil {
		f.drop(i.HouseholdID, r)
	}

	var err error
	if i.KeepsData {
		i.Desired = desireRemoved
		err = f.store.update(ctx, i)
	} else if err = f.forgetVirtual(i.HouseholdID); err == nil {
		err = f.store.remove(ctx, i)
	}
	if err != nil && !errors.Is(err, errChanged) && ctx.Err() == nil {
		f.log.Error("an instance cannot be removed; it is tried again",
			zap.String("household_id", i.HouseholdID), zap.Error(err))
	}
}

// runner returns the household's, nil where there is none.
func (f *fleet) runner(householdID string) *runner {
	value, isThere := f.runners.Load(householdID)
	if !isThere {
		return nil
	}

	return value.(*runner) //nolint:forcetypeassert // only runners are stored
}

// all walks the runners.
func (f *fleet) all(yield func(string, *runner) bool) {
	f.runners.Range(func(key, value any) bool {
		return yield(key.(string), value.(*runner)) //nolint:forcetypeassert // only runners are stored
	})
}

// drop ends a runner.
func (f *fleet) drop(householdID string, r *runner) {
	f.runners.Delete(householdID)
	r.stop()
}

// stopAll ends every runner, all at once.
func (f *fleet) stopAll() {
	for _, r := range f.all {
		r.cancel()
	}
	for id, r := range f.all {
		f.drop(id, r)
	}
}

// enter waits for one of the places for homes that are set up.
func (f *fleet) enter(ctx context.Context) (leave func(), err error) {
	select {
	case f.starting <- struct{}{}:
		return sync.OnceFunc(func() { <-f.starting }), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// place tells where a household lives.
func (f *fleet) place(ctx context.Context, householdID string) (Place, error) {
	if f.places == nil {
		return defaultPlace(), nil
	}

	return f.places.Place(ctx, householdID)
}

// counts returns how many runners stand how with their homes.
func (f *fleet) counts() map[live.Link]int {
	counts := map[live.Link]int{}
	for _, r := range f.all {
		_, link := r.state()
		counts[link]++
	}

	return counts
}

// getLive returns the household's instance with what its runner knows at this moment.
func (f *fleet) getLive(ctx context.Context, householdID string) (instance, error) {
	i, err := f.getInstance(ctx, householdID)
	if err != nil {
		return instance{}, err
	}
	if r := f.runner(householdID); r != nil {
		i = r.apply(i)
	} else if i.Desired == desireRunning && i.Status != statusQueued {
		i.Status, i.Message = statusStarting, "" // what is stored is an earlier process's
	}

	return i, nil
}
