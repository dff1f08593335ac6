// Package watch hands changes of state to those who wait for them.
package watch

import (
	"slices"
	"sync"

	"homehub/modules/hamanager/hamanagerapi"
)

// Bounds of a watch's buffer: a reader that falls further behind loses changes.
const (
	minBuffer = 16
	maxBuffer = 1024
)

// Hub knows the open watches of one home. The zero Hub is ready; one goroutine publishes,
// any number watch.
type Hub struct {
	mu   sync.RWMutex
	open []*subscription
}

type subscription struct {
	hub     *Hub
	ids     []string // sorted
	changes chan hamanagerapi.Change
	once    sync.Once
}

// Watch begins to collect changes of the entities before it returns. It costs a copy of the
// ids, sorted only where the caller's are not.
func (h *Hub) Watch(entityIDs []string) hamanagerapi.Watch {
	ids := slices.Clone(entityIDs)
	if !slices.IsSorted(ids) {
		slices.Sort(ids)
	}

	s := &subscription{
		hub:     h,
		ids:     ids,
		changes: make(chan hamanagerapi.Change, min(max(2*len(ids), minBuffer), maxBuffer)),
	}

	h.mu.Lock()
	h.open = append(h.open, s)
	h.mu.Unlock()

	return s
}

// Publish offers the change to every watch of its entity and never blocks.
func (h *Hub) Publish(change hamanagerapi.Change) {
	h.mu.RLock()
	defer h.mu.RUnlock()

	for _, s := range h.open {
		if _, found := slices.BinarySearch(s.ids, change.EntityID); !found {
			continue
		}

		select {
		case s.changes <- change:
		default: // the reader is too slow; it reads the entity's State instead
		}
	}
}

// Changes implements hamanagerapi.Watch.
func (s *subscription) Changes() <-chan hamanagerapi.Change { return s.changes }

// Close implements hamanagerapi.Watch. The channel is left open: a publisher may be at it.
func (s *subscription) Close() {
	s.once.Do(func() {
		s.hub.mu.Lock()
		defer s.hub.mu.Unlock()

		if i := slices.Index(s.hub.open, s); i >= 0 {
			s.hub.open = slices.Delete(s.hub.open, i, i+1)
		}
	})
}
