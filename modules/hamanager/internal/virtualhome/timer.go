package virtualhome

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func timerServices() map[string]service {
	return map[string]service{
		"start":  {fields: fieldsOf(may("duration", timePeriod)), run: startTimer},
		"pause":  {run: pauseTimer},
		"cancel": {run: endTimer("timer.cancelled")},
		"finish": {run: endTimer("timer.finished")},
		"change": {fields: fieldsOf(must("duration", timePeriod)), run: changeTimer},
	}
}

// timePeriod takes seconds, H:MM:SS, or a mapping of hours, minutes and seconds.
func timePeriod(v any) (any, error) {
	if f, err := asFloat(v); err == nil {
		return time.Duration(f * float64(time.Second)), nil
	}
	switch v := v.(type) {
	case string:
		if d, ok := parseClock(v); ok {
			return d, nil
		}
	case map[string]any:
		var total time.Duration
		for unit, size := range map[string]time.Duration{
			"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute, "seconds": time.Second,
		} {
			f, _ := toFloat(v[unit])
			total += time.Duration(f * float64(size))
		}

		return total, nil
	}

	return nil, invalidf("offset %s should be format 'HH:MM', 'HH:MM:SS' or 'HH:MM:SS.F'", repr(v))
}

func parseClock(s string) (time.Duration, bool) {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	var total time.Duration
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second}[:len(parts)] {
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return 0, false
		}
		total += time.Duration(n) * unit
	}

	return total, true
}

// clockTime writes a duration as Python does: 0:05:00.
func clockTime(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)

	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

func startTimer(c *call, e *entity) error {
	attrs := e.state.Attrs
	left, _ := parseClock(attrs.text("duration"))
	if e.state.Value == "paused" {
		left, _ = parseClock(attrs.text("remaining"))
	}
	if d, ok := c.data["duration"].(time.Duration); ok {
		if e.memory.get("duration") == nil {
			e.memory = e.memory.with("duration", attrs.text("duration"))
		}
		left = d
		attrs = attrs.with("duration", clockTime(d))
	}
	event := "timer.started"
	if e.state.Value == "paused" {
		event = "timer.restarted"
	}
	c.runTimer(e, attrs, left)
	c.timerEvent(e, event)

	return nil
}

// runTimer lets a timer run for as long as is left.
func (c *call) runTimer(e *entity, attrs attributes, left time.Duration) {
	e.halt()
	ends := c.home.now().Truncate(time.Second).Add(left)
	c.set(e, "active", attrs.with("finishes_at", isoTime(ends)).with("remaining", clockTime(left)))
	e.moving = &movement{by: c.by}
	e.moving.task = c.home.after(left, func() { _ = endTimer("timer.finished")(c, e) })
}

func pauseTimer(c *call, e *entity) error {
	if e.state.Value != "active" {
		return nil
	}
	e.halt()
	left := clockTime(c.timeLeft(e))
	c.set(e, "paused", e.state.Attrs.without("finishes_at").with("remaining", left))
	c.timerEvent(e, "timer.paused")

	return nil
}

func (c *call) timeLeft(e *entity) time.Duration {
	ends, err := time.Parse(time.RFC3339, e.state.Attrs.text("finishes_at"))
	if err != nil {
		return 0
	}

	return max(ends.Sub(c.home.now().Truncate(time.Second)), 0)
}

func changeTimer(c *call, e *entity) error {
	if e.state.Value != "active" {
		return coded(codeHomeAssistant, "Timer "+e.id+" is not running, only active timers can be changed")
	}
	by, _ := c.data["duration"].(time.Duration)
	c.runTimer(e, e.state.Attrs, max(c.timeLeft(e)+by, 0))
	c.timerEvent(e, "timer.changed")

	return nil
}

func endTimer(event string) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		if e.state == nil || e.state.Value == "idle" {
			return nil
		}
		e.halt()
		attrs := e.state.Attrs.without("remaining", "finishes_at")
		if usual := e.memory.get("duration"); usual != nil {
			attrs = attrs.with("duration", usual)
			e.memory = e.memory.without("duration")
		}
		c.set(e, "idle", attrs)
		c.timerEvent(e, event)

		return nil
	}
}

func (c *call) timerEvent(e *entity, event string) {
	c.home.fire(event, c.by, func() any { return map[string]any{"entity_id": e.id} })
}
