package hashing

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	modestNiceness = 10
	lowestNiceness = 19
)

// lower gives every thread of this process its priority, which later ones inherit; where the system
// refuses, it goes on as it is. And it leaves it to whoever asks when to end: a terminal and systemd send
// their signals to workers, too, while the server still answers what it has accepted.
func lower(to priority) {
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			continue
		}
		niceness := modestNiceness
		if to == spare {
			if unix.SchedSetAttr(id, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}, 0) == nil {
				continue
			}
			niceness = lowestNiceness
		}
		_ = unix.Setpriority(unix.PRIO_PROCESS, id, niceness)
	}
}

const (
	// stride is how many rounds of bcrypt, half a millisecond of work, go by without a pause.
	stride = 8
	// nap is long enough for the kernel to find work for a processor that has none.
	nap = 500 * time.Microsecond
	// wary is for how many strides somebody who wanted the processor is remembered.
	wary = 20
)

// pauses returns what a worker calls after each round. In spare time it stands back where others
// work, too: the lowest priority gives its processor up at once to whoever is put there, but what waits
// behind another processor's work is fetched at once only by a processor that has nothing to do, else
// at the next tick, milliseconds later.
func pauses(by priority) func() {
	if by != spare {
		return func() {}
	}
	var rounds, careful int
	var seen int64

	return func() {
		if rounds++; rounds%stride != 0 {
			return
		}
		var usage unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_THREAD, &usage); err != nil {
			return
		}
		if usage.Nivcsw != seen { // it had to make way since the last look
			seen, careful = usage.Nivcsw, wary
		}
		if careful > 0 {
			careful--
			_ = unix.Nanosleep(&unix.Timespec{Nsec: nap.Nanoseconds()}, nil) // keeps its thread, unlike time.Sleep
		}
	}
}

// startWorker starts the running program once more: not the file, which may be a newer version by now.
// It is given nothing of this process's environment and folder.
func startWorker(by priority) (_ *worker, err error) {
	if !isWorkerToo.Load() {
		return nil, errUnsupported
	}
	w := &worker{priority: by}
	stdin, requests, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer stdin.Close() //nolint:errcheck // the worker has its own
	answers, stdout, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, requests.Close())
	}
	defer stdout.Close() //nolint:errcheck // the worker has its own
	w.requests, w.answers = requests, answers

	w.command = exec.Command("/proc/self/exe", command, string(by)) //nolint:gosec,noctx // of two constants; and it outlives the request that it is started for
	w.command.Args[0] = "homehub"
	w.command.Dir, w.command.Env = "/", []string{"GOMAXPROCS=1", "GOGC=50", "GOTRACEBACK=none"}
	w.command.Stdin, w.command.Stdout = stdin, stdout
	w.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := w.command.Start(); err != nil {
		return nil, errors.Join(err, requests.Close(), answers.Close())
	}

	return w, nil
}
