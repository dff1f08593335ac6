package meaning

import (
	"bytes"
	"encoding/json"
)

// Attribute is one of a state's attributes, as JSON; nil where it is not there. All others are passed over and not
// decoded: whoever reads a sentence asks for one of twenty, of many entities.
func Attribute(attributes json.RawMessage, name string) json.RawMessage {
	depth := 0
	for at := 0; at < len(attributes); {
		switch attributes[at] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			end := endOfText(attributes, at)
			value, isKey := bytes.CutPrefix(bytes.TrimLeft(attributes[end:], spaces), []byte{':'})
			if isKey && depth == 1 && string(attributes[at+1:end-1]) == name {
				return firstValue(bytes.TrimLeft(value, spaces))
			}
			at = end

			continue
		}
		at++
	}

	return nil
}

const spaces = " \t\r\n"

// endOfText is where a text in quotation marks ends that begins at some place.
func endOfText(data []byte, at int) int {
	for at++; at < len(data); at++ {
		switch data[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}

	return len(data)
}

// firstValue is the value that JSON begins with.
func firstValue(data []byte) []byte {
	depth := 0
	for at := 0; at < len(data); {
		switch data[at] {
		case '{', '[':
			depth++
		case '"':
			if at = endOfText(data, at); depth == 0 {
				return data[:at]
			}

			continue
		case '}', ']', ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return data[:at]
			}
			if data[at] == '}' || data[at] == ']' {
				if depth--; depth == 0 {
					return data[:at+1]
				}
			}
		}
		at++
	}

	return data
}
