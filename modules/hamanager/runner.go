package hamanager

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"homehub/modules/hamanager/internal/hass"
	"homehub/modules/hamanager/internal/live"
)

// runner keeps one instance of this process running: its virtual home, where it is one, and
// its session. Everything it starts ends with it.
type runner struct {
	fleet    *fleet
	instance instance // as it was when the runner started, and the credentials made since
	log      *zap.Logger

	cancel context.CancelFunc
	done   chan struct{}
	pauses live.Backoff // between this household's failed starts

	session atomic.Pointer[live.Session] // nil before the first attempt to connect

	mu       sync.Mutex
	progress progress
	link     live.Link
}

// What people read beside an unhealthy or failed instance.
const (
	messageOffline = "The home cannot be reached. It is tried again by itself."
	messageRefused = "Home Assistant does not accept the token any more. Link it again with a new one."
	messageFailed  = "The home could not be started. It is tried again by itself."
)

// start begins the runner's one goroutine.
func (r *runner) start(ctx context.Context) {
	ctx, r.cancel = context.WithCancel(ctx)
	r.done = make(chan struct{})

	go func() {
		defer r.cancel()

		begun := r.fleet.now()
		err := r.run(ctx)
		if err != nil && ctx.Err() == nil {
			r.log.Error("a home could not be started", zap.Error(err))
			r.rest(ctx, r.pauses.Next(r.fleet.now().Sub(begun)))
		}

		close(r.done)
		if ctx.Err() == nil {
			r.fleet.wake(r.instance.HouseholdID) // to be replaced by a runner of the instance as it is then
		}
	}()
}

// rest shows the failure for a while, so that what fails at once is not tried all the time.
func (r *runner) rest(ctx context.Context, pause time.Duration) {
	r.report(progress{Status: statusFailed, Message: messageFailed})

	select {
	case <-ctx.Done():
	case <-time.After(pause):
	}
}

// stop ends the runner and waits for everything it owns.
func (r *runner) stop() {
	r.cancel()
	<-r.done
}

// isOver reports whether the runner gave up.
func (r *runner) isOver() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

func (r *runner) run(ctx context.Context) error {
	r.report(progress{Status: statusStarting})
	if r.instance.Kind == kindVirtual {
		return r.runVirtual(ctx)
	}

	token, err := r.fleet.keyring.Open(r.instance.Token)
	if err != nil {
		return fmt.Errorf("open sealed token: %w", err)
	}
	endpoint := hass.Endpoint{BaseURL: r.instance.URL, Dial: r.fleet.policy.Dial, Token: string(token)}

	// A refused token stays refused until a person links the home again: the session knows
	// to ask rarely.
	r.follow(ctx, endpoint, nil)

	return nil
}

// follow keeps a session until ctx ends. onRefused is called when its token does not hold.
func (r *runner) follow(ctx context.Context, endpoint hass.Endpoint, onRefused func()) {
	session := live.NewSession(live.Options{
		Endpoint:    endpoint,
		CallTimeout: r.fleet.cfg.CallTimeout,
		BuildIndex:  r.fleet.buildIndex,
		Log:         r.log,
		Now:         r.fleet.now,
		Observer: live.Observer{
			Linked: func(link live.Link, version string, err error) {
				r.linked(link, version, err)
				if link == live.Refused && onRefused != nil {
					onRefused()
				}
			},
			Rebuilt: func(took time.Duration) { r.fleet.metrics.rebuilds.Observe(took.Seconds()) },
			Called:  r.fleet.metrics.called,
		},
	})
	r.session.Store(session)
	session.Run(ctx)
}

// linked turns what the session tells into the instance's status. A home that is tried again
// stays what it was until the attempt succeeds.
func (r *runner) linked(link live.Link, version string, err error) {
	r.mu.Lock()
	isNew := r.link != link && (link != live.Connecting || r.link == "")
	if isNew {
		r.link = link
	}
	r.mu.Unlock()

	switch link {
	case live.Connecting:
	case live.Connected:
		r.log.Info("the home is connected", zap.String("version", version))
		r.report(progress{Status: statusReady, HAVersion: version})
	case live.Offline:
		r.fleet.metrics.reconnects.Inc()
		if isNew {
			r.log.Warn("the home cannot be reached", zap.Error(err))
		}
		r.report(progress{Status: statusUnhealthy, Message: messageOffline})
	case live.Refused:
		if isNew {
			r.log.Warn("the home refuses its token", zap.Error(err))
		}
		r.report(progress{Status: statusUnhealthy, Message: messageRefused})
	}
}

// report changes the runner's status; the fleet stores it soon.
func (r *runner) report(p progress) {
	r.mu.Lock()
	p.ReadyAt = r.progress.ReadyAt
	if p.Status == statusReady && p.ReadyAt == nil && r.instance.ReadyAt == nil {
		now := r.fleet.moment()
		p.ReadyAt = &now
	}
	if p.HAVersion == "" {
		p.HAVersion = r.progress.HAVersion
	}
	isNew := p != r.progress
	r.progress = p
	r.mu.Unlock()

	if isNew {
		r.fleet.wake(r.instance.HouseholdID)
	}
}

// state returns what the runner knows of itself.
func (r *runner) state() (progress, live.Link) {
	r.mu.Lock()
	defer r.mu.Unlock()

	return r.progress, r.link
}

// apply puts the runner's knowledge over what is stored, where it is of the same generation.
func (r *runner) apply(i instance) instance {
	if r.instance.Generation != i.Generation {
		return i
	}

	p, _ := r.state()
	i.Status, i.Message = p.Status, p.Message
	if p.HAVersion != "" {
		i.HAVersion = p.HAVersion
	}
	if i.ReadyAt == nil {
		i.ReadyAt = p.ReadyAt
	}

	return i
}
