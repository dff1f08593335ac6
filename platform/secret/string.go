// Package secret keeps values that must never be seen: a String that prints as [redacted],
// the keys of this installation, and sealing for secrets at rest.
package secret

import "fmt"

// Redacted is what a secret prints as, and what the logger puts in its place.
const Redacted = "[redacted]"

// String is a secret. Every way of printing or encoding it yields [redacted]; only Reveal
// gives the value. It sits behind a pointer because fmt does not call the methods of
// unexported fields: %+v of a struct that hides a String shows an address, never the value.
type String struct{ value *string }

// New makes a String. An empty one equals the zero String.
func New(value string) String {
	if value == "" {
		return String{}
	}

	return String{value: &value}
}

// Reveal returns the value; empty when none was set.
func (s String) Reveal() string {
	if s.value == nil {
		return ""
	}

	return *s.value
}

// IsEmpty reports whether there is nothing to hide.
func (s String) IsEmpty() bool { return s.Reveal() == "" }

// String implements fmt.Stringer without giving the value.
func (s String) String() string {
	if s.IsEmpty() {
		return ""
	}

	return Redacted
}

// Format covers every verb, %#v and %q among them.
func (s String) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText covers the text, JSON and YAML encoders.
func (s String) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText takes the value from a setting.
func (s *String) UnmarshalText(text []byte) error {
	*s = New(string(text))

	return nil
}
