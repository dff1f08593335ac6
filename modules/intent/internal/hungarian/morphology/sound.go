package morphology

import (
	"strings"
	"unicode"
)

// Spoken tells how a written word sounds, as far as endings and articles need it: numbers
// by their last word (21: egy), letter by letter abbreviations by the names of letters.
func Spoken(written string) string {
	lower := strings.ToLower(written)
	switch {
	case lower == "":
		return ""
	case unicode.IsDigit(rune(lower[0])) && IsDigits(lower):
		return spokenNumber(lower)
	case IsAcronym(written) && !HasVowel(lower):
		return spelledOut(lower)
	case unicode.IsDigit(rune(lower[len(lower)-1])): // TV2, HP1
		return lower + "-" + spokenNumber(strings.TrimLeftFunc(lower, func(r rune) bool { return !unicode.IsDigit(r) }))
	default:
		return strings.TrimRight(lower, `.,!?:;)"'`)
	}
}

// spokenNumber returns words whose first and last sound are those of the number.
func spokenNumber(digits string) string {
	m := Rules()
	last := ""
	for size := min(3, len(digits)); size > 0; size-- {
		if name, ok := m.Digits[digits[len(digits)-size:]]; ok && (name != "nulla" || len(digits) == 1) {
			last = name

			break
		}
	}
	if last == "" {
		last = m.Digits[digits[len(digits)-1:]]
	}

	return firstNumberWord(digits) + last
}

// firstNumberWord is what a longer number begins with; empty where its end says it already.
func firstNumberWord(digits string) string {
	m := Rules()
	switch group := (len(digits)-1)%3 + 1; {
	case len(digits) == 1:
		return ""
	case group == 2: // tizen-, huszon-, harminc-
		return m.Digits[digits[:1]+"0"]
	case digits[0] == '1': // száz-, ezer-
		return m.Digits["0"+strings.Repeat("0", min(len(digits), 4)-2)]
	default:
		return m.Digits[digits[:1]]
	}
}

// IsDigits reports whether a word is written in digits only.
func IsDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}

	return s != ""
}

// IsAcronym reports whether a word is written in capitals only: TV, LED.
func IsAcronym(written string) bool {
	letters := 0
	for _, r := range written {
		if !unicode.IsUpper(r) {
			return false
		}
		letters++
	}

	return letters > 1
}

// spelledOut says an abbreviation letter by letter: tv -> tévé.
func spelledOut(lower string) string {
	var b strings.Builder
	for _, r := range lower {
		if name, ok := Rules().Letters[string(r)]; ok {
			b.WriteString(name)

			continue
		}
		b.WriteRune(r)
	}

	return b.String()
}
