package virtualhome

import "time"

// Feature bits of covers; valves share the first four.
const (
	coverOpen, coverClose, coverSetPosition, coverStop     = 1, 2, 4, 8
	tiltOpen, tiltClose, tiltStop, tiltSetPosition         = 16, 32, 64, 128
	stateOpen, stateClosed, stateOpening, stateClosingMove = "open", "closed", "opening", "closing"
)

// moveTick is how often something that moves reports where it is.
const moveTick = 500 * time.Millisecond

// speeds are per cent of the whole way in one tick, by device class.
//
//nolint:gochecknoglobals // a table
var speeds = map[string]int{"garage": 8, "gate": 5, "door": 10, "water": 25, "gas": 25}

const usualSpeed = 10

// movement is what a cover or valve is doing.
type movement struct {
	target int
	task   *task
	by     eventContext
}

func coverServices() map[string]service {
	position := fieldsOf(must("position", integer(0, 100)))
	tilt := fieldsOf(must("tilt_position", integer(0, 100)))

	return map[string]service{
		"open_cover":         {needs: []int{coverOpen}, run: moveTo(100)},
		"close_cover":        {needs: []int{coverClose}, run: moveTo(0)},
		"set_cover_position": {fields: position, needs: []int{coverSetPosition}, run: moveToPosition},
		"stop_cover":         {needs: []int{coverStop}, run: stopMoving},
		"toggle":             {needs: []int{coverOpen | coverClose}, run: toggleMoving},

		"open_cover_tilt":         {needs: []int{tiltOpen}, run: tiltTo(100)},
		"close_cover_tilt":        {needs: []int{tiltClose}, run: tiltTo(0)},
		"stop_cover_tilt":         {needs: []int{tiltStop}, run: func(*call, *entity) error { return nil }},
		"toggle_cover_tilt":       {needs: []int{tiltOpen | tiltClose}, run: toggleTilt},
		"set_cover_tilt_position": {fields: tilt, needs: []int{tiltSetPosition}, run: tiltToPosition},
	}
}

func valveServices() map[string]service {
	position := fieldsOf(must("position", integer(0, 100)))

	return map[string]service{
		"open_valve":         {needs: []int{coverOpen}, run: moveTo(100)},
		"close_valve":        {needs: []int{coverClose}, run: moveTo(0)},
		"set_valve_position": {fields: position, needs: []int{coverSetPosition}, run: moveToPosition},
		"stop_valve":         {needs: []int{coverStop}, run: stopMoving},
		"toggle":             {needs: []int{coverOpen | coverClose}, run: toggleMoving},
	}
}

func moveTo(target int) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		c.home.move(e, target, c.by)

		return nil
	}
}

func moveToPosition(c *call, e *entity) error {
	c.home.move(e, c.integer("position"), c.by)

	return nil
}

func stopMoving(c *call, e *entity) error {
	e.halt()
	c.set(e, restState(e.position()), e.state.Attrs)

	return nil
}

// toggleMoving stops what moves, opens what is closed, closes what is open, and turns
// round what stands between.
func toggleMoving(c *call, e *entity) error {
	canStop := e.state.Attrs.features()&coverStop != 0
	isMoving := e.state.Value == stateOpening || e.state.Value == stateClosingMove
	lastOpened, _ := e.memory.get("_opened").(bool)
	switch {
	case isMoving && canStop:
		return stopMoving(c, e)
	case e.state.Value == stateClosed || e.state.Value == stateClosingMove:
		c.home.move(e, 100, c.by)
	case e.position() == 100 || e.state.Value == stateOpening || lastOpened:
		c.home.move(e, 0, c.by)
	default:
		c.home.move(e, 100, c.by)
	}

	return nil
}

// position is where the cover stands, shown or not.
func (e *entity) position() int {
	if p, ok := e.state.Attrs.number("current_position"); ok {
		return int(p)
	}
	if p, ok := e.memory.number("_position"); ok {
		return int(p)
	}
	if e.state.Value == stateClosed {
		return 0
	}

	return 100
}

func restState(position int) string {
	if position == 0 {
		return stateClosed
	}

	return stateOpen
}

// halt ends a movement where it is.
func (e *entity) halt() {
	if e.moving != nil {
		e.moving.task.cancel()
		e.moving = nil
	}
}

// move begins a movement; it goes on by itself, tick by tick.
func (h *Home) move(e *entity, target int, by eventContext) {
	e.halt()
	here := e.position()
	if here == target {
		h.set(e, restState(here), e.state.Attrs, by)

		return
	}
	value := stateClosingMove
	if target > here {
		value = stateOpening
	}
	e.memory = e.memory.with("_opened", target > here)
	e.moving = &movement{target: target, by: by}
	h.set(e, value, e.state.Attrs, by)
	e.moving.task = h.after(moveTick, func() { h.moveOn(e) })
}

func (h *Home) moveOn(e *entity) {
	m := e.moving
	if m == nil || e.state == nil {
		return
	}
	step := usualSpeed
	if s, ok := speeds[e.state.Attrs.text("device_class")]; ok {
		step = s
	}
	here := e.position()
	if here < m.target {
		here = min(here+step, m.target)
	} else {
		here = max(here-step, m.target)
	}
	attrs := e.state.Attrs
	if attrs.has("current_position") {
		attrs = attrs.with("current_position", here)
	} else {
		e.memory = e.memory.with("_position", here)
	}
	if here == m.target {
		e.moving = nil
		h.set(e, restState(here), attrs, m.by)

		return
	}
	h.set(e, e.state.Value, attrs, m.by)
	m.task = h.after(moveTick, func() { h.moveOn(e) })
}

func tiltTo(target int) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		c.setAttr(e, "current_tilt_position", target)

		return nil
	}
}

func tiltToPosition(c *call, e *entity) error {
	c.setAttr(e, "current_tilt_position", c.integer("tilt_position"))

	return nil
}

func toggleTilt(c *call, e *entity) error {
	if e.state.Attrs.integer("current_tilt_position") > 0 {
		return tiltTo(0)(c, e)
	}

	return tiltTo(100)(c, e)
}
