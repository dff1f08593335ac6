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
	if to == spare {
		leaveGroup()
	}
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

// leaveGroup leaves the share of processor time that kernels with autogroups give to each session: where
// other sessions want processors, too, a hash would use up the server's share, and the server would wait.
// The new session's share is the smallest.
func leaveGroup() {
	const file = "/proc/self/autogroup"
	if _, err := os.Stat(file); err != nil {
		return
	}
	if _, err := unix.Setsid(); err != nil {
		return
	}
	for range 10 { // the kernel takes ten a second, of all processes together
		if err := os.WriteFile(file, []byte(strconv.Itoa(lowestNiceness)), 0); !errors.Is(err, syscall.EAGAIN) {
			return
		}
		time.Sleep(100 * time.Millisecond)
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
