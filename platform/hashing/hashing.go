// Package hashing computes bcrypt in processes of the lowest priority: homehub itself, started once
// more.
//
// Go gives goroutines no priority, and a thread of low priority within the process is no way out:
// the collector stops all threads twice in each of its rounds, and waits for one that gets no
// processor. Another process is the operating system's alone to put off.
package hashing

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"
	"golang.org/x/crypto/bcrypt"
)

// ErrBusy means that the machine left no time for a hash. Who asks later may have more luck.
var ErrBusy = errors.New("no processor time was left for a password's hash")

var errUnsupported = errors.New("there is no process for it here")

// command is the argument that makes homehub a worker; the priority comes after it.
const command = "hash-passwords"

const (
	// idleFor is how long a worker without work is kept.
	idleFor = time.Minute
	// patience is how long a hash of bcrypt's default cost may take in spare time: several times what slow
	// processors need. It doubles with each step of the cost, as the work does.
	patience = 500 * time.Millisecond
	// lastPatience is how often as long a hash may take at last.
	lastPatience = 5
)

// isWorkerToo says that the running program calls Main, and so can be started as a worker. Tests
// that do not are spared a second run of themselves.
//
//nolint:gochecknoglobals // a property of the program
var isWorkerToo atomic.Bool

// Main is the first call of a program that hashes passwords. In a process that was started to be a
// worker it works until there is nobody to work for, and does not return.
func Main() {
	if len(os.Args) != 3 || os.Args[1] != command {
		isWorkerToo.Store(true)
		return
	}
	runtime.LockOSThread()
	by := priority(os.Args[2])
	lower(by)
	if err := serve(os.Stdin, os.Stdout, pauses(by)); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// Slots is how many hashes may be computed at once: half the cores.
func Slots() int { return max(1, runtime.GOMAXPROCS(0)/2) }

// Pool starts workers when there is work, and ends them when there has been none for a while.
type Pool struct {
	log   *zap.Logger
	start func(priority) (*worker, error)
	tell  sync.Once // that there are no workers

	idleFor, patience time.Duration

	mu   sync.Mutex
	idle []*worker
}

// New returns a pool without workers. It needs no Close where the process ends anyway: workers
// end when nobody can ask them.
func New(log *zap.Logger) *Pool {
	return &Pool{log: log, start: startWorker, idleFor: idleFor, patience: patience}
}

// Close ends the workers that wait for work. The pool can be used on, and closed again.
func (p *Pool) Close() {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, w := range idle {
		w.timer.Stop()
		w.end()
	}
}

// Hash returns the bcrypt hash of a password. The caller sees to it that no more than Slots
// hashes and comparisons go on at once; password is cleared.
func (p *Pool) Hash(ctx context.Context, password []byte, cost int) ([]byte, error) {
	return p.do(ctx, request{cost: cost, password: password})
}

// Compare returns nil where hash was made of password, bcrypt.ErrMismatchedHashAndPassword where it
// was not; else as Hash.
func (p *Pool) Compare(ctx context.Context, hash, password []byte) error {
	cost, err := bcrypt.Cost(hash)
	if err != nil {
		return err
	}
	_, err = p.do(ctx, request{isComparison: true, cost: cost, password: password, hash: hash})

	return err
}

// do has r answered in spare time. Where there is not enough of it, and where a worker dies, r is
// repeated once, by a worker of its own that gets its share of any processor.
//
// The end of ctx does not stop a worker, only its deadline does: to end the hash of a caller who has
// gone takes little of what nobody wants, and to start another worker takes more of what all do.
func (p *Pool) do(ctx context.Context, r request) ([]byte, error) {
	defer clear(r.password)
	if err := r.check(); err != nil {
		return nil, err
	}
	limit := p.patience << max(0, r.cost-bcrypt.DefaultCost)
	var failed error
	for _, by := range []priority{spare, modest} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		w, err := p.take(by)
		if err != nil {
			p.tell.Do(func() {
				p.log.Warn("passwords are hashed without a process of low priority: logins can slow down homes", zap.Error(err))
			})

			return r.compute(func() {}).result()
		}
		answer, err := w.ask(ctx, r, limit)
		if err == nil {
			p.keep(w)
			return answer.result()
		}
		limit *= lastPatience
		failed = fmt.Errorf("%w (%s)", err, w.end())
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, failed // nobody waits for a second try
		}
		level := zap.WarnLevel
		if errors.Is(err, ErrBusy) {
			level = zap.DebugLevel
		}
		p.log.Log(level, "a process that hashes passwords did not answer", zap.String("priority", string(by)), zap.Error(failed))
	}

	return nil, failed
}

func (p *Pool) take(by priority) (*worker, error) {
	p.mu.Lock()
	if n := len(p.idle); n > 0 && by == spare {
		w := p.idle[n-1]
		p.idle = p.idle[:n-1]
		p.mu.Unlock()
		w.timer.Stop()

		return w, nil
	}
	p.mu.Unlock()

	return p.start(by)
}

func (p *Pool) keep(w *worker) {
	if w.priority != spare {
		w.end()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, w)
	w.timer = time.AfterFunc(p.idleFor, func() { p.retire(w) })
}

// retire ends a worker, unless it was taken meanwhile.
func (p *Pool) retire(w *worker) {
	p.mu.Lock()
	i := slices.Index(p.idle, w)
	if i >= 0 {
		p.idle = slices.Delete(p.idle, i, i+1)
	}
	p.mu.Unlock()
	if i >= 0 {
		w.end()
	}
}
