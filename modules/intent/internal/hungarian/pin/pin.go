// Package pin hears a PIN, typed or said in any grouping, and hides it in what is kept of an utterance.
package pin

import (
	"slices"
	"strconv"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/numerals"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// Hidden stands in records where a PIN was said.
const Hidden = "••••"

// minPIN is how many digits make a PIN of a number; fewer are an ordinary number.
const minPIN = 4

// fillers may be said beside a PIN; folded.
var fillers = []string{
	"a", "az", "es", "ez", "hogy", "itt", "van", "kod", "kodom", "kodunk", "pin", "pinem", "pinkod", "pinkodom", "szam", "jelszo",
	"jelszavam", "igen", "tessek",
}

// Read reads the digits of a PIN, typed or said in any grouping: "1234", "1 2 3 4", "egy
// kettő három négy", "tizenkettő harmincnégy", "a kód 1234". Nothing else may be said with it.
func Read(text string) (digits string, ok bool) {
	s := tokens.Cut(text, morphology.IsEnding)
	if len(s.Tokens) > tokens.Max {
		return "", false
	}
	var b strings.Builder
	for i := range s.Tokens {
		said, isNumber := digitsOf(&s, i)
		if !isNumber && !slices.Contains(fillers, s.Tokens[i].Fold) {
			return "", false
		}
		b.WriteString(said)
	}

	return b.String(), b.Len() > 0
}

// Hide returns a text without its numbers where these have digits enough for a PIN.
func Hide(text string) string {
	s := tokens.Cut(text, morphology.IsEnding)
	if len(s.Tokens) > tokens.Max { // what stands beyond is not known
		return Hidden
	}
	var b strings.Builder
	said, at := 0, 0
	for i := range s.Tokens {
		digits, isNumber := digitsOf(&s, i)
		if !isNumber {
			continue
		}
		said += len(digits)
		if between := s.Text[at:s.Tokens[i].From]; at == 0 || strings.TrimSpace(between) != "" {
			b.WriteString(between)
			b.WriteString(Hidden)
		}
		at = s.Tokens[i].To
	}
	if said < minPIN {
		return text
	}
	b.WriteString(s.Text[at:])

	return b.String()
}

// digitsOf are the digits of a token that is a number, or several in one word.
func digitsOf(s *tokens.Sentence, i int) (digits string, ok bool) {
	tok := &s.Tokens[i]
	if tok.IsNumber {
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}

			return r
		}, s.Text[tok.From:tok.To]), true
	}

	var b strings.Builder
	for rest := tok.Fold; rest != ""; {
		value, size := numerals.First(rest)
		if size == 0 {
			return "", false
		}
		b.WriteString(strconv.Itoa(int(value)))
		rest = rest[size:]
	}

	return b.String(), true
}
