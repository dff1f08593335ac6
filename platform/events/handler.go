package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"homehub/platform/apperr"
	"homehub/platform/httpx"
	"homehub/platform/identity"
)

// missed tells a listener that events it has not heard are kept no more.
const missed = "events.missed"

const (
	beatEvery     = 15 * time.Second
	writePatience = 10 * time.Second
	pageSize      = 100
)

type timing struct{ beat, patience time.Duration }

// eventDTO is an event as a listener gets it.
type eventDTO struct {
	ID   string          `json:"id"`
	Kind string          `json:"kind"`
	At   time.Time       `json:"at"`
	Data json.RawMessage `json:"data"`
}

// Routes mounts the stream on a group that already requires a caller.
func (b *Bus) Routes(api *echo.Group) { api.GET("/events", b.streamEvents) }

func (b *Bus) streamEvents(c echo.Context) error {
	caller, err := identity.From(c.Request().Context())
	if err != nil {
		return err
	}
	leave, err := b.streams.enter(caller.ID)
	if err != nil {
		b.metrics.refused.Inc()
		return err
	}
	defer leave()
	// Whoever listens before it looks where the household has got to misses nothing in between.
	l, stop := b.listen(caller.HouseholdID)
	defer stop()
	position, err := b.position(c, caller.HouseholdID)
	if err != nil {
		return err
	}
	b.metrics.streams.Inc() // before it begins: whoever has a stream is counted
	defer b.metrics.streams.Dec()
	out, err := httpx.OpenStream(c, formatID(position), b.timing.patience)
	if err != nil {
		return err
	}
	defer out.Close()

	ctx := c.Request().Context()
	t := &tail{bus: b, c: c, out: out, listener: l, position: position}

	return b.outcome(ctx, t.follow(ctx))
}

// position is where the listener goes on: after the last event that it names, or else with
// whatever comes next.
func (b *Bus) position(c echo.Context, householdID string) (int64, error) {
	if id := c.Request().Header.Get(httpx.HeaderLastEventID); id != "" {
		position, err := strconv.ParseInt(id, 10, 64)
		if err != nil || position < 0 {
			return 0, httpx.ErrInvalid.WithFields(apperr.Field{Name: httpx.HeaderLastEventID, Message: "is not the id of an event"})
		}

		return position, nil
	}
	heads, err := b.store.heads(c.Request().Context(), []string{householdID})

	return heads[householdID], err
}

func formatID(seq int64) string { return strconv.FormatInt(seq, 10) }

// tail is one stream: how far its listener has got.
type tail struct {
	bus      *Bus
	c        echo.Context
	out      *httpx.Stream
	listener *listener
	position int64 // the last event that was read, whether or not it was for this listener
}

// follow writes what comes until something ends the stream.
func (t *tail) follow(ctx context.Context) error {
	beat := time.NewTicker(t.bus.timing.beat)
	defer beat.Stop()
	for {
		if err := t.deliver(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-t.listener.wake:
		case <-beat.C:
			if err := t.beat(); err != nil { //nolint:contextcheck // the request's
				return err
			}
		}
	}
}

// beat lets a listener go that may listen no more, and shows the others that the stream is alive.
func (t *tail) beat() error {
	if _, err := httpx.CallerNow(t.c); err != nil {
		return err
	}

	return t.out.Beat(formatID(t.position))
}

// deliver writes all that has happened since.
func (t *tail) deliver(ctx context.Context) error {
	for {
		last, page, err := t.bus.store.read(ctx, t.listener.householdID, t.position, pageSize)
		if err != nil {
			return err
		}
		next := last + 1
		if len(page) > 0 {
			next = page[0].Seq
		}
		if next == t.position+1 && len(page) == 0 {
			return nil
		}
		if err := t.send(page, next); err != nil { //nolint:contextcheck // the request's
			return err
		}
		if len(page) < pageSize {
			return nil
		}
	}
}

// send writes a page to whom it is for. Rights that were stored with one of its events, or before,
// count for all of it: the caller is looked up in the database after the page was read. What
// changes while a slow listener takes its time is noticed as at any request.
func (t *tail) send(page []stored, next int64) error {
	caller, err := httpx.CallerStored(t.c)
	if err != nil {
		return err
	}
	if next != t.position+1 { // numbers have no gaps: what lies between is kept no more
		t.position = next - 1
		if err := t.write(stored{Seq: t.position, At: t.bus.now().UTC().Truncate(time.Microsecond), Kind: missed, Data: []byte("{}")}); err != nil {
			return err
		}
	}
	for i, e := range page {
		if i > 0 {
			if caller, err = httpx.CallerNow(t.c); err != nil {
				return err
			}
		}
		t.position = e.Seq
		if !hears(caller, e.Audience) {
			continue
		}
		if err := t.write(e); err != nil {
			return err
		}
	}

	return nil
}

func (t *tail) write(e stored) error {
	id := formatID(e.Seq)
	data, err := json.Marshal(eventDTO{ID: id, Kind: e.Kind, At: e.At, Data: e.Data})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	if err := t.out.Send(id, e.Kind, data); err != nil {
		return err
	}
	t.bus.metrics.delivered.Inc()

	return nil
}

// hears says whether an event is for somebody. A role that nobody thought of hears what is for
// everybody.
func hears(caller identity.Principal, audience string) bool {
	switch audience {
	case Everybody, caller.ID:
		return true
	case Adults:
		return caller.Role == identity.RoleOwner || caller.Role == identity.RoleAdult
	case Owners:
		return caller.Role == identity.RoleOwner
	default:
		return false
	}
}

// outcome counts why a stream ended, and returns what is worth a word in the log.
func (b *Bus) outcome(ctx context.Context, err error) error {
	_, isRefusal := errors.AsType[*apperr.Error](err)
	reason := endedByFailure
	switch {
	case errors.Is(context.Cause(ctx), httpx.ErrStopping):
		reason, err = endedByServer, nil
	case errors.Is(err, httpx.ErrSlowReader): // that its write failed has ended the context, too
		reason = endedBySlow
	case ctx.Err() != nil, errors.Is(err, httpx.ErrListenerGone):
		reason, err = endedByClient, nil
	case isRefusal:
		reason = endedByRights
	}
	b.metrics.ended.WithLabelValues(reason).Inc()

	return err
}
