package hashing

import (
	"context"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zapcore"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/sys/unix"
)

// idleWorker is the pool's only worker.
func idleWorker(t *testing.T, p *Pool) *worker {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	require.Len(t, p.idle, 1)

	return p.idle[0]
}

func hashWith(t *testing.T, p *Pool) {
	t.Helper()
	hash, err := p.Hash(t.Context(), []byte(password), bcrypt.MinCost)
	require.NoError(t, err)
	require.NoError(t, bcrypt.CompareHashAndPassword(hash, []byte(password)))
}

func TestAWorkerHasTheLowestPriorityAndKnowsNothing(t *testing.T) {
	t.Parallel()
	p, _ := testPool(t)
	require.Empty(t, p.idle, "started when it is needed")
	hashWith(t, p)
	w := idleWorker(t, p)
	proc := "/proc/" + strconv.Itoa(w.command.Process.Pid)
	threads, err := os.ReadDir(proc + "/task")
	require.NoError(t, err)
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		require.NoError(t, err)
		attr, err := unix.SchedGetAttr(id, 0)
		require.NoError(t, err)
		require.EqualValues(t, unix.SCHED_IDLE, attr.Policy)
	}
	for _, name := range []string{"cmdline", "environ"} {
		told, err := os.ReadFile(proc + "/" + name)
		require.NoError(t, err)
		require.NotContains(t, string(told), password)
		require.NotContains(t, string(told), "PATH=", "nothing of this process's environment")
	}
	require.NoError(t, w.command.Process.Signal(syscall.SIGTERM))
	require.NoError(t, w.command.Process.Signal(os.Interrupt))
	hashWith(t, p)
	require.Same(t, w, idleWorker(t, p), "goes on, and is asked again")
}

func TestAWorkerEndsWhenNobodyCanAskIt(t *testing.T) {
	t.Parallel()
	w, err := startWorker(spare)
	require.NoError(t, err)
	require.NoError(t, w.requests.Close())
	require.NoError(t, w.command.Wait())
	require.NoError(t, w.answers.Close())
}

func TestAWorkerEndsWithoutWork(t *testing.T) {
	t.Parallel()
	p, _ := testPool(t)
	p.idleFor = time.Millisecond
	hashWith(t, p)
	require.Eventually(t, func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()

		return len(p.idle) == 0
	}, time.Minute, time.Millisecond)
	p.idleFor = time.Minute
	hashWith(t, p)
}

func TestAWorkerThatDiedIsReplaced(t *testing.T) {
	t.Parallel()
	p, logs := testPool(t)
	hashWith(t, p)
	w := idleWorker(t, p)
	require.NoError(t, w.command.Process.Kill())
	hashWith(t, p)
	require.Len(t, logs.All(), 1)
	require.Equal(t, zapcore.WarnLevel, logs.All()[0].Level)
	require.Contains(t, logs.All()[0].ContextMap()["error"], "signal: killed")
	hashWith(t, p)
	require.NotSame(t, w, idleWorker(t, p))
}

func TestSpareTimeThatIsNotThere(t *testing.T) {
	t.Parallel()
	p, logs := testPool(t)
	p.patience = 4 * time.Second // five times as much is then left for a worker to start, too
	var asked []priority
	p.start = func(by priority) (*worker, error) {
		asked = append(asked, by)
		w, err := startWorker(by)
		if err == nil && by == spare {
			err = w.command.Process.Signal(syscall.SIGSTOP) // as one that gets no time
		}

		return w, err
	}
	hashWith(t, p)
	require.Equal(t, []priority{spare, modest}, asked)
	require.Len(t, logs.All(), 1)
	require.Equal(t, zapcore.DebugLevel, logs.All()[0].Level)
	require.Empty(t, p.idle, "nobody else is to have that much")
}

func TestNoTimeAtAll(t *testing.T) {
	t.Parallel()
	p, _ := testPool(t)
	p.patience = time.Millisecond
	p.start = func(by priority) (*worker, error) {
		w, err := startWorker(by)
		if err == nil {
			err = w.command.Process.Signal(syscall.SIGSTOP)
		}

		return w, err
	}
	_, err := p.Hash(t.Context(), []byte(password), bcrypt.MinCost)
	require.ErrorIs(t, err, ErrBusy)
	require.NotContains(t, err.Error(), password)

	p.patience = time.Minute
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = p.Hash(ctx, []byte(password), bcrypt.MinCost)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, p.idle, "no worker that may still answer is asked again")
}
