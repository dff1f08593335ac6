package log

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"homehub/platform/secret"
)

// minLength keeps a short secret from masking ordinary words. Generated ones are far longer.
const minLength = 6

// Redactor masks secrets in text: those it was told, in every spelling they may have in a log
// line, and what by its shape is one. It is safe for concurrent use.
type Redactor struct {
	mu    sync.Mutex               // held to add
	known atomic.Pointer[[][]byte] // spellings, longest first
}

// NewRedactor makes a Redactor that knows shapes only.
func NewRedactor() *Redactor { return &Redactor{} }

// Add makes values known from now on. It is for the secrets of an installation, which are few;
// tokens that are made for requests have shapes.
func (r *Redactor) Add(values ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()

	var all [][]byte
	if known := r.known.Load(); known != nil {
		all = slices.Clone(*known)
	}
	for _, value := range values {
		for _, s := range spellings(value) {
			if len(s) >= minLength {
				all = append(all, []byte(s))
			}
		}
	}
	// A spelling may be part of a longer one, which has to go first.
	slices.SortFunc(all, func(a, b []byte) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}

		return bytes.Compare(a, b)
	})
	all = slices.CompactFunc(all, bytes.Equal)
	r.known.Store(&all)
}

// Redact returns line without its secrets; line itself when there are none.
func (r *Redactor) Redact(line []byte) []byte {
	if known := r.known.Load(); known != nil {
		for _, s := range *known {
			if bytes.Contains(line, s) {
				line = bytes.ReplaceAll(line, s, []byte(secret.Redacted))
			}
		}
	}

	return redactShapes(line)
}

// spellings returns the forms a value takes in a line: as it is, in a JSON string by either
// encoder, in JSON within JSON, in Go's quotes, in a URL.
func spellings(value string) []string {
	inJSON := jsonSpelling(value, false)

	return []string{
		value,
		inJSON,
		jsonSpelling(value, true),
		jsonSpelling(inJSON, false),
		zapSpelling(value),
		zapSpelling(inJSON),
		unquote(strconv.Quote(value)),
		jsonSpelling(unquote(strconv.Quote(value)), false),
		url.QueryEscape(value),
		url.PathEscape(value),
	}
}

func jsonSpelling(value string, escapeHTML bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(escapeHTML)
	if err := enc.Encode(value); err != nil { // cannot happen: a string always encodes
		return value
	}

	return unquote(string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))))
}

func unquote(s string) string { return s[1 : len(s)-1] }
