package database

import "strings"

// Text is s as both databases can keep it: PostgreSQL refuses broken UTF-8 and NUL.
func Text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// JSON is a document as both databases can keep it: PostgreSQL's jsonb refuses an escaped NUL.
// A text that only spells the escape is changed with it.
func JSON(encoded []byte) string {
	return strings.ReplaceAll(string(encoded), `\u0000`, `\ufffd`)
}
