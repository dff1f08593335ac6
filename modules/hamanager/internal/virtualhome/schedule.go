package virtualhome

import "time"

// schedule holds what is to happen later. The home's lock guards it.
type schedule struct{ tasks map[*task]struct{} }

// task is one thing that happens later, under the home's lock, unless it is cancelled or
// the home is closed first. Close waits for tasks that have begun.
type task struct {
	home  *Home
	timer *time.Timer
}

// after runs f when d has passed. The caller holds the lock.
func (h *Home) after(d time.Duration, f func()) *task {
	t := &task{home: h}
	if h.closed {
		return t
	}
	if h.schedule.tasks == nil {
		h.schedule.tasks = map[*task]struct{}{}
	}
	h.schedule.tasks[t] = struct{}{}
	h.serving.Add(1)
	t.timer = time.AfterFunc(d, func() {
		defer h.serving.Done()
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, ok := h.schedule.tasks[t]; ok {
			delete(h.schedule.tasks, t)
			f()
		}
	})

	return t
}

// cancel takes a task back. The caller holds the lock.
func (t *task) cancel() {
	if t == nil || t.timer == nil {
		return
	}
	if _, ok := t.home.schedule.tasks[t]; !ok {
		return
	}
	delete(t.home.schedule.tasks, t)
	if t.timer.Stop() {
		t.home.serving.Done()
	}
}

func (s *schedule) stop() {
	for t := range s.tasks {
		t.cancel()
	}
}
