package virtualhome

import "time"

// returnTime is how long a robot takes to drive home.
const returnTime = 5 * time.Second

// Feature bits of vacuums and lawn mowers.
const (
	vacuumPause, vacuumStop, vacuumReturn, vacuumFanSpeed = 4, 8, 16, 32
	vacuumCommand, vacuumLocate, vacuumSpot, vacuumStart  = 256, 512, 1024, 8192
	mowerStart, mowerPause, mowerDock                     = 1, 2, 4
)

func vacuumServices() map[string]service {
	nothing := func(*call, *entity) error { return nil }
	pause := func(c *call, e *entity) error {
		if e.state.Value == "cleaning" || e.state.Value == "returning" {
			return robotTo("paused")(c, e)
		}

		return nil
	}

	return map[string]service{
		"start":          {needs: []int{vacuumStart}, run: robotTo("cleaning")},
		"pause":          {needs: []int{vacuumPause}, run: pause},
		"stop":           {needs: []int{vacuumStop}, run: stopVacuum},
		"return_to_base": {needs: []int{vacuumReturn}, run: driveHome},
		"clean_spot":     {needs: []int{vacuumSpot}, run: robotTo("cleaning")},
		"locate":         {needs: []int{vacuumLocate}, run: nothing},
		"set_fan_speed": {
			fields: fieldsOf(must("fan_speed", looseText)), needs: []int{vacuumFanSpeed},
			run: func(c *call, e *entity) error {
				for _, speed := range e.state.Attrs.texts("fan_speed_list") {
					if speed == c.text("fan_speed") {
						c.setAttr(e, "fan_speed", speed)
					}
				}

				return nil
			},
		},
		"send_command": {
			fields: fieldsOf(must("command", looseText), may("params", anything)), needs: []int{vacuumCommand}, run: nothing,
		},
	}
}

func mowerServices() map[string]service {
	return map[string]service{
		"start_mowing": {needs: []int{mowerStart}, run: robotTo("mowing")},
		"pause":        {needs: []int{mowerPause}, run: robotTo("paused")},
		"dock":         {needs: []int{mowerDock}, run: driveHome},
	}
}

// robotTo lets a robot do something else than driving home.
func robotTo(value string) func(*call, *entity) error {
	return func(c *call, e *entity) error {
		e.halt()
		c.setValue(e, value)

		return nil
	}
}

// stopVacuum leaves a docked vacuum where it is.
func stopVacuum(c *call, e *entity) error {
	if e.state.Value == "docked" {
		return nil
	}

	return robotTo("idle")(c, e)
}

func driveHome(c *call, e *entity) error {
	if e.state.Value == "docked" {
		return nil
	}
	e.halt()
	c.setValue(e, "returning")
	e.moving = &movement{by: c.by}
	e.moving.task = c.home.after(returnTime, func() {
		e.moving = nil
		if e.state != nil {
			c.home.set(e, "docked", e.state.Attrs, c.by)
		}
	})

	return nil
}
