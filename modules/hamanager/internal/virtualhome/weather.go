package virtualhome

import (
	"fmt"
	"math"
	"time"
)

func weatherServices() map[string]service {
	return map[string]service{
		"get_forecasts": {
			fields: fieldsOf(must("type", oneOf("daily", "hourly", "twice_daily"))), responds: onlyResponds, run: forecast,
		},
	}
}

// forecast makes weather up from the present one: the same at every call within an hour.
func forecast(c *call, e *entity) error {
	kind := c.text("type")
	bit := map[string]int{"daily": 1, "hourly": 2, "twice_daily": 4}[kind]
	if e.state.Attrs.features()&bit == 0 {
		return coded(codeHomeAssistant, fmt.Sprintf("Weather entity '%s' does not support '%s' forecast", e.id, kind))
	}
	step, steps := 24*time.Hour, 7
	switch kind {
	case "hourly":
		step, steps = time.Hour, 24
	case "twice_daily":
		step, steps = 12*time.Hour, 14
	}
	conditions := []string{e.state.Value, "cloudy", "rainy", "sunny", "partlycloudy", "sunny", "cloudy"}
	mean := e.state.Attrs.numberOr("temperature", 15)
	start := c.home.now().Truncate(time.Hour)
	items := make([]map[string]any, steps)
	for i := range items {
		swing := 3 * math.Sin(float64(i)*1.3)
		item := map[string]any{
			"datetime": isoTime(start.Add(time.Duration(i) * step)), "condition": conditions[i%len(conditions)],
			"temperature": round(mean+swing, 1), "precipitation": 0.0, "precipitation_probability": 10 * (i % 4),
		}
		if kind != "hourly" {
			item["templow"] = round(mean+swing-7, 1)
		}
		if kind == "twice_daily" {
			item["is_daytime"] = i%2 == 0
		}
		if conditions[i%len(conditions)] == "rainy" {
			item["precipitation"] = 2.5
		}
		items[i] = item
	}
	c.answer[e.id] = map[string]any{"forecast": items}

	return nil
}
