package virtualhome

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

func isEOF(err error) bool { return errors.Is(err, io.EOF) }

// decodeMessages reads one frame: a message, or a list of them. Numbers stay as they are
// written, so that 1 and 1.0 can be told apart. An error means that it is not JSON.
func decodeMessages(frame []byte) ([]any, error) {
	v, err := decodeJSON(frame)
	if err != nil {
		return nil, err
	}
	if list, ok := v.([]any); ok {
		return list, nil
	}

	return []any{v}, nil
}

var errTrailing = errors.New("more than one JSON value")

func decodeJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("decode JSON: %w", err)
	}
	if _, err := d.Token(); !isEOF(err) {
		return nil, errTrailing
	}

	return v, nil
}

// command is the head of a well-formed message.
type command struct {
	id   int
	name string
	data map[string]any // without id and type
}

// readCommand takes a decoded message apart. Where it is malformed, echo is the id to
// answer with, as Home Assistant echoes whatever stood there.
func readCommand(message any) (cmd command, echo any, ok bool) {
	m, isMap := message.(map[string]any)
	if !isMap {
		return command{}, 0, false
	}
	echo = m["id"]
	n, isNumber := echo.(json.Number)
	if !isNumber {
		return command{}, echo, false
	}
	id, err := strconv.Atoi(n.String())
	name, _ := m["type"].(string)
	if err != nil || id <= 0 || name == "" {
		return command{}, echo, false
	}
	delete(m, "id")
	delete(m, "type")

	return command{id: id, name: name, data: m}, id, true
}
