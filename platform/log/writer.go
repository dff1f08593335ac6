package log

import (
	"bytes"
	"encoding/json"

	"go.uber.org/zap/zapcore"
)

// withheld takes the place of a line that would no longer be JSON without its secrets, which
// happens only when a secret looks like a piece of JSON itself.
const withheld = `{"level":"warn","msg":"a log line was withheld: a secret could not be cut out of it"}` + "\n"

// redactingWriter is the last step before the outside. zap writes each entry in one piece.
type redactingWriter struct {
	out    zapcore.WriteSyncer
	redact *Redactor
	isJSON bool
}

// Write implements io.Writer; it reports the length it was given.
func (w *redactingWriter) Write(line []byte) (int, error) {
	safe := w.redact.Redact(line)
	if w.isJSON && !bytes.Equal(safe, line) && !json.Valid(safe) {
		safe = []byte(withheld)
	}
	if _, err := w.out.Write(safe); err != nil {
		return 0, err
	}

	return len(line), nil
}

// Sync implements zapcore.WriteSyncer.
func (w *redactingWriter) Sync() error { return w.out.Sync() }
