package log

import (
	"bytes"
	"regexp"

	"go.uber.org/zap/zapcore"

	"homehub/platform/secret"
)

// sensitive matches the name of a field whose value is nobody's business, with its prefix:
// access_token, newPassword, X-Auth-Token.
const sensitive = `([\w-]*(?:password|passwd|passphrase|secret|token|authorization|auth_code|cookie|credentials?|` +
	`api_?key|private_key|refresh_key|encryption_keys?|audit_keys?|device_code|user_code)|\bpin)`

// The values of such fields, from the most to the least structured.
const (
	jsonString  = `"(?:[^"\\]|\\.)*"`
	jsonInJSON  = `\\"(?:[^"\\]|\\\\(?:\\"|\\\\|[^"\\]))*\\"`
	deeperJSON  = `\\+"[^"]*"`
	goQuoted    = `'[^']*'`
	bracketed   = `\[[^\]]*\]|\{[^{}]*\}`
	credentials = `(?:bearer|basic|digest)\s+[^\s"'\\,;}\]]+`
	bare        = `(?:[^\s"'\\,;&{}\[\]()]|\\\\)+`
	quoted      = jsonString + `|` + jsonInJSON + `|` + deeperJSON + `|` + goQuoted
)

// shape is a pattern with a cheap test that rules most lines out.
type shape struct {
	hints       []string // lower case; one of them is in every line that matches
	pattern     *regexp.Regexp
	replacement []byte
}

//nolint:gochecknoglobals // constants that need compiling
var (
	nameHints = []string{
		"pass", "secret", "token", "authorization", "auth_code", "cookie", "credential", "api_key", "apikey",
		"private_key", "refresh_key", "encryption_key", "audit_key", "device_code", "user_code", "pin",
	}
	shapes = []shape{
		{ // "name": value, also where the quotes are escaped
			hints:       nameHints,
			pattern:     regexp.MustCompile(`(?i)` + sensitive + `(\\*")(\s*:\s*)(?:` + quoted + `|` + bracketed + `|` + bare + `)`),
			replacement: []byte(`${1}${2}${3}${2}` + secret.Redacted + `${2}`),
		},
		{ // name=value and name:value, as in forms and in %+v; a space after the colon makes it prose
			hints:       nameHints,
			pattern:     regexp.MustCompile(`(?i)` + sensitive + `([=:])(?:` + credentials + `|` + quoted + `|` + bracketed + `|` + bare + `)`),
			replacement: []byte(`${1}${2}` + secret.Redacted),
		},
		{ // name: "value" and the header Authorization: Bearer value
			hints:       nameHints,
			pattern:     regexp.MustCompile(`(?i)` + sensitive + `(:\s+)(?:` + credentials + `|` + quoted + `)`),
			replacement: []byte(`${1}${2}` + secret.Redacted),
		},
		{
			hints:       []string{"bearer ", "basic "},
			pattern:     regexp.MustCompile(`(?i)\b(bearer|basic) +[\w.~+/=-]{16,}`),
			replacement: []byte(`${1} ` + secret.Redacted),
		},
		{ // a JSON Web Token
			hints:       []string{"eyj"},
			pattern:     regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]*`),
			replacement: []byte(secret.Redacted),
		},
		{ // homehub's own opaque tokens: refresh, invitation, password reset, device code
			hints:       []string{"hhr_", "hhi_", "hhp_", "hhd_"},
			pattern:     regexp.MustCompile(`hh[ripd]_[\w-]{16,}`),
			replacement: []byte(secret.Redacted),
		},
		{ // the password in a URL
			hints:       []string{"://"},
			pattern:     regexp.MustCompile(`(://[^\s/?#"':@]*):[^\s/"]+@`),
			replacement: []byte(`${1}:` + secret.Redacted + `@`),
		},
	}
)

func redactShapes(line []byte) []byte {
	var buffer [1024]byte // on the stack; longer lines grow onto the heap
	lower := appendLower(buffer[:0], line)
	for _, s := range shapes {
		if s.isPossible(lower) && s.pattern.Match(line) {
			line = s.pattern.ReplaceAll(line, s.replacement)
		}
	}

	return line
}

func (s shape) isPossible(lower []byte) bool {
	for _, hint := range s.hints {
		if bytes.Contains(lower, []byte(hint)) {
			return true
		}
	}

	return false
}

// appendLower lowers ASCII letters only, which keeps lengths and is all that hints need.
func appendLower(dst, src []byte) []byte {
	for _, c := range src {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}

	return dst
}

// zapSpelling is value within a JSON string as zap writes it.
func zapSpelling(value string) string {
	line, err := zapcore.NewJSONEncoder(zapcore.EncoderConfig{MessageKey: "m", SkipLineEnding: true}).
		EncodeEntry(zapcore.Entry{Message: value}, nil)
	if err != nil {
		return value
	}
	defer line.Free()

	return string(bytes.TrimSuffix(bytes.TrimPrefix(line.Bytes(), []byte(`{"m":"`)), []byte(`"}`)))
}
