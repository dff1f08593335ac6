package hashing

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"time"
)

// priority is what a worker is told to run at.
type priority string

const (
	// spare is time that nobody else wants: the lowest priority that there is. Under full load that is next to none.
	spare priority = "spare"
	// modest is a tenth of a processor that everybody wants, enough for a hash to end in time.
	modest priority = "modest"
)

// worker is a process that computes one hash at a time.
type worker struct {
	priority priority
	command  *exec.Cmd
	requests *os.File
	answers  *os.File
	timer    *time.Timer // while it is idle
}

// ask returns the answer to r; ErrBusy when limit is over, context.DeadlineExceeded when ctx is. After an error the worker is of no use any more: an answer
// may still come.
func (w *worker) ask(ctx context.Context, r request, limit time.Duration) (answer, error) {
	frame := r.frame()
	defer clear(frame)
	until, late := time.Now().Add(limit), ErrBusy
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(until) {
		until, late = deadline, context.DeadlineExceeded // before ctx itself may know
	}
	if err := w.answers.SetReadDeadline(until); err != nil {
		return answer{}, err
	}
	if _, err := w.requests.Write(frame); err != nil {
		return answer{}, err
	}
	a, err := readAnswer(w.answers)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = late
	}

	return a, err
}

// end ends the process, and says how it ended.
func (w *worker) end() string {
	_ = w.command.Process.Kill()
	_ = w.command.Wait()
	_ = w.requests.Close()
	_ = w.answers.Close()

	return w.command.ProcessState.String()
}
