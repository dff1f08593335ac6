package virtualhome

import (
	"encoding/json"
	"errors"
	"strconv"
)

// handler is one command of the WebSocket API.
type handler struct {
	schema schema
	// durable commands are on disk before they are answered.
	durable bool
	// run answers under the home's lock. m is checked.
	run func(c *conn, id int, m map[string]any) (any, error)
}

// raw is a result that is already JSON.
type raw []byte

// sentItself is the result of a command that queued its own answer.
type sentItself struct{}

// codedError is an error with a code of the WebSocket API.
type codedError struct {
	code, message string
	// Translation, where Home Assistant gives one.
	key, domain  string
	placeholders map[string]any
}

func (e *codedError) Error() string { return e.message }

// Codes of the WebSocket API.
const (
	codeInvalidFormat = "invalid_format"
	codeInvalidInfo   = "invalid_info"
	codeNotFound      = "not_found"
	codeNotAllowed    = "not_allowed"
	codeUnknown       = "unknown_error"
	codeHomeAssistant = "home_assistant_error"
	codeValidation    = "service_validation_error"
)

func coded(code, message string) error { return &codedError{code: code, message: message} }

// errUnknown is how Home Assistant shows its own mistakes.
func errUnknown() error { return coded(codeUnknown, "Unknown error") }

// handle runs one message to its end.
func (c *conn) handle(message any) {
	cmd, echo, ok := readCommand(message)
	if !ok {
		c.sendError(echo, &codedError{code: codeInvalidFormat, message: "Message incorrectly formatted."})

		return
	}
	h := c.home
	h.mu.Lock()
	result, err, durable := c.run(cmd)
	h.mu.Unlock()
	if durable && err == nil {
		h.saveNow()
	}
	if _, itself := result.(sentItself); itself && err == nil {
		return
	}
	c.answer(cmd.id, result, err)
}

// run judges a command in Home Assistant's order. The caller holds the lock.
func (c *conn) run(cmd command) (result any, err error, durable bool) { //nolint:revive // err belongs with the result
	if cmd.id <= c.lastID {
		return nil, coded("id_reuse", "Identifier values have to increase."), false
	}
	handler, ok := handlers()[cmd.name]
	if !ok {
		return nil, coded("unknown_command", "Unknown command."), false
	}
	c.lastID = cmd.id
	if len(handler.schema.fields) == 0 && len(cmd.data) > 0 {
		return nil, coded(codeInvalidFormat, "extra keys not allowed"), false
	}
	data, err := handler.schema.validate(cmd.data)
	if err != nil {
		return nil, wsError(err), false
	}
	result, err = handler.run(c, cmd.id, data)

	return result, err, handler.durable
}

// wsError words a schema error as the WebSocket API does.
func wsError(err error) error {
	if invalid, ok := errors.AsType[*invalidError](err); ok {
		return coded(codeInvalidFormat, invalid.detail())
	}

	return err
}

// answer queues the result of a command.
func (c *conn) answer(id int, result any, err error) {
	if err != nil {
		c.sendError(id, err)

		return
	}
	body, isRaw := result.(raw)
	if !isRaw {
		if body, err = json.Marshal(result); err != nil {
			c.sendError(id, errUnknown())

			return
		}
	}
	b := make([]byte, 0, len(body)+60)
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, int64(id), 10)
	b = append(b, `,"type":"result","success":true,"result":`...)
	b = append(b, body...)
	c.send(append(b, '}'))
}

func (c *conn) sendError(id any, err error) {
	problem, ok := errors.AsType[*codedError](err)
	if !ok {
		problem = &codedError{code: codeUnknown, message: err.Error()}
		if invalid, isInvalid := errors.AsType[*invalidError](err); isInvalid {
			problem = &codedError{code: codeInvalidFormat, message: invalid.Error()}
		}
	}
	body := map[string]any{"code": problem.code, "message": problem.message}
	if problem.key != "" {
		body["translation_key"] = problem.key
		body["translation_domain"] = problem.domain
		body["translation_placeholders"] = problem.placeholders
	}
	message, err := json.Marshal(map[string]any{"id": id, "type": "result", "success": false, "error": body})
	if err != nil { // never: id came from JSON
		return
	}
	c.send(message)
}
