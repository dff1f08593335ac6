package virtualhome

import (
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"
)

// The forms in which the API shows states are written by hand: they are most of what a
// home says.

// appendState writes the long form of get_states and REST.
func appendState(b []byte, id string, s *state) []byte {
	if s == nil {
		return append(b, "null"...)
	}
	b = append(b, `{"entity_id":`...)
	b = appendText(b, id)
	b = append(b, `,"state":`...)
	b = appendText(b, s.Value)
	b = append(b, `,"attributes":`...)
	b = appendAttributes(b, s.Attrs)
	b = append(b, `,"last_changed":"`...)
	b = appendTime(b, s.Changed)
	b = append(b, `","last_reported":"`...)
	b = appendTime(b, s.Updated)
	b = append(b, `","last_updated":"`...)
	b = appendTime(b, s.Updated)
	b = append(b, `","context":`...)
	b = appendContext(b, s.Context)

	return append(b, '}')
}

// appendCompressed writes the short form of subscribe_entities.
func appendCompressed(b []byte, s *state) []byte {
	b = append(b, `{"s":`...)
	b = appendText(b, s.Value)
	b = append(b, `,"a":`...)
	b = appendAttributes(b, s.Attrs)
	b = append(b, `,"c":`...)
	if s.Context.UserID == "" && s.Context.ParentID == "" {
		b = appendText(b, s.Context.ID)
	} else {
		b = appendContext(b, s.Context)
	}
	b = append(b, `,"lc":`...)
	b = appendUnix(b, s.Changed)
	if !s.Updated.Equal(s.Changed) {
		b = append(b, `,"lu":`...)
		b = appendUnix(b, s.Updated)
	}

	return append(b, '}')
}

// appendDiff writes the event of subscribe_entities for one change: added, removed, or
// what is different.
func appendDiff(b []byte, id string, from, to *state) []byte {
	switch {
	case to == nil:
		b = append(b, `{"r":[`...)
		b = appendText(b, id)

		return append(b, `]}`...)
	case from == nil:
		b = append(b, `{"a":{`...)
		b = appendText(b, id)
		b = append(b, ':')
		b = appendCompressed(b, to)

		return append(b, `}}`...)
	}
	b = append(b, `{"c":{`...)
	b = appendText(b, id)
	b = append(b, `:{"+":{`...)
	start := len(b)
	if from.Value != to.Value {
		b = append(b, `"s":`...)
		b = appendText(b, to.Value)
		b = append(b, ',')
	}
	if !from.Changed.Equal(to.Changed) {
		b = append(b, `"lc":`...)
		b = append(appendUnix(b, to.Changed), ',')
	} else if !from.Updated.Equal(to.Updated) {
		b = append(b, `"lu":`...)
		b = append(appendUnix(b, to.Updated), ',')
	}
	b = appendContextDiff(b, from.Context, to.Context)
	b = appendAdded(b, from.Attrs, to.Attrs)
	if len(b) > start {
		b = b[:len(b)-1]
	}
	b = append(b, '}')
	b = appendRemoved(b, from.Attrs, to.Attrs)

	return append(b, `}}}`...)
}

func appendContextDiff(b []byte, from, to eventContext) []byte {
	if from == to {
		return b
	}
	b = append(b, `"c":`...)
	if from.ParentID == to.ParentID && from.UserID == to.UserID {
		return append(appendText(b, to.ID), ',')
	}
	b = append(b, '{')
	if from.ParentID != to.ParentID {
		b = append(b, `"parent_id":`...)
		b = append(appendTextOrNull(b, to.ParentID), ',')
	}
	if from.UserID != to.UserID {
		b = append(b, `"user_id":`...)
		b = append(appendTextOrNull(b, to.UserID), ',')
	}
	if from.ID != to.ID {
		b = append(b, `"id":`...)
		b = append(appendText(b, to.ID), ',')
	}
	b[len(b)-1] = '}'

	return append(b, ',')
}

func appendAdded(b []byte, from, to attributes) []byte {
	open := false
	for _, x := range to {
		if from.has(x.Key) && sameValue(from.get(x.Key), x.Value) {
			continue
		}
		if !open {
			b = append(b, `"a":{`...)
			open = true
		}
		b = appendText(b, x.Key)
		b = append(b, ':')
		b = append(appendValue(b, x.Value), ',')
	}
	if open {
		b[len(b)-1] = '}'
		b = append(b, ',')
	}

	return b
}

func appendRemoved(b []byte, from, to attributes) []byte {
	open := false
	for _, x := range from {
		if to.has(x.Key) {
			continue
		}
		if !open {
			b = append(b, `,"-":{"a":[`...)
			open = true
		}
		b = append(appendText(b, x.Key), ',')
	}
	if open {
		b[len(b)-1] = ']'
		b = append(b, '}')
	}

	return b
}

func appendContext(b []byte, c eventContext) []byte {
	b = append(b, `{"id":`...)
	b = appendText(b, c.ID)
	b = append(b, `,"parent_id":`...)
	b = appendTextOrNull(b, c.ParentID)
	b = append(b, `,"user_id":`...)
	b = appendTextOrNull(b, c.UserID)

	return append(b, '}')
}

func appendAttributes(b []byte, a attributes) []byte {
	b = append(b, '{')
	for i, x := range a {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, x.Key)
		b = append(b, ':')
		b = appendValue(b, x.Value)
	}

	return append(b, '}')
}

// appendValue writes the usual values itself; the rest is left to encoding/json.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendText(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	raw, err := json.Marshal(v)
	if err != nil { // only values that came from JSON or YAML get here
		return append(b, "null"...)
	}

	return append(b, raw...)
}

// appendText writes a JSON string; plain text is copied as it is.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == 0x7f {
			return appendEscaped(b, s)
		}
	}
	if !utf8.ValidString(s) {
		return appendEscaped(b, s)
	}
	b = append(b, '"')
	b = append(b, s...)

	return append(b, '"')
}

func appendEscaped(b []byte, s string) []byte {
	raw, err := json.Marshal(s)
	if err != nil { // cannot be: every string has a JSON form
		return append(b, `""`...)
	}

	return append(b, raw...)
}

func appendTextOrNull(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}

	return appendText(b, s)
}

// appendTime writes a moment as Python does: microseconds, and +00:00 for UTC.
func appendTime(b []byte, t time.Time) []byte {
	layout := "2006-01-02T15:04:05.000000-07:00"
	if t.Nanosecond()/1000 == 0 {
		layout = "2006-01-02T15:04:05-07:00"
	}

	return t.UTC().AppendFormat(b, layout)
}

// appendUnix writes seconds since 1970 with microseconds.
func appendUnix(b []byte, t time.Time) []byte {
	return strconv.AppendFloat(b, unixSeconds(t), 'f', -1, 64)
}

func unixSeconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

func isoTime(t time.Time) string { return string(appendTime(nil, t)) }
