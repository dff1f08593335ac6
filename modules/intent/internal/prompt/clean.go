package prompt

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of the home's own words is shown, in characters.
const (
	maxName   = 40
	maxState  = 20
	maxPlaced = 30
)

// The longest texts that an answer may hold, in characters.
const (
	maxAnswer   = 240
	maxQuestion = 120
	maxItem     = 60
)

// clip makes data of a text of the home or of somebody: one line, without signs that part the
// prompt, that a model's own markup is made of or that nobody sees, of at most limit characters.
func clip(text string, limit int) string {
	var b strings.Builder
	count, isSpace := 0, true
	for _, r := range text {
		if unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`|"<>[]{}\`+"`", r) {
			r = ' '
		}
		if !unicode.IsPrint(r) || r == ' ' && isSpace {
			continue
		}
		if count == limit {
			break
		}
		isSpace = r == ' '
		b.WriteRune(r)
		count++
	}

	return strings.TrimSpace(b.String())
}

var (
	handles = regexp.MustCompile(`\be([1-9][0-9]?)\b`)
	links   = regexp.MustCompile(`(?i)\b(https?://|www\.)\S+`)
)

// forSpeech makes of a model's words a text that can be spoken: no markup, no links, no handles,
// at most limit characters, ended where a sentence or at least a word ends.
func (p *Prompt) forSpeech(text string, limit int) string {
	text = links.ReplaceAllString(text, "")
	text = handles.ReplaceAllStringFunc(text, func(handle string) string {
		if e := p.entity(handle); e != nil {
			return clip(e.Name, maxName)
		}

		return ""
	})
	var b strings.Builder
	isSpace := true
	for _, r := range text {
		if strings.ContainsRune("*_~`#", r) {
			continue // markup within words
		}
		if !isSpoken(r) {
			r = ' '
		}
		if r == ' ' && isSpace {
			continue
		}
		isSpace = r == ' '
		b.WriteRune(r)
	}

	return ended(strings.TrimSpace(b.String()), limit)
}

// isSpoken reports whether a sign belongs into a spoken sentence.
func isSpoken(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || strings.ContainsRune(` .,;:!?-–%°'"„”()/+`, r)
}

// ended cuts a text to a length and gives it an end.
func ended(text string, limit int) string {
	if utf8.RuneCountInString(text) > limit {
		text = string([]rune(text)[:limit])
		if at := strings.LastIndexAny(text, ".!?"); at > len(text)/2 {
			return text[:at+1]
		}
		if at := strings.LastIndexByte(text, ' '); at > 0 {
			text = text[:at]
		}
	}
	text = strings.TrimRight(text, " ,;:-–(")
	if text == "" || strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}

	return text + "."
}

// tellsOfDeeds reports whether words tell that something was done, or is being done now. What is
// negated tells of none.
func tellsOfDeeds(text string) bool {
	words := wordsIn(text)
	for i, word := range words {
		isNegated := slices.Contains(words[max(0, i-2):i], "nem") || slices.Contains(words[max(0, i-2):i], "sem")
		if isNegated || !endsLike(word, known().Told) {
			continue
		}
		for _, prefix := range append([]string{""}, known().Prefixes...) {
			if rest, ok := strings.CutPrefix(word, prefix); ok && beginsLike(rest, known().Deeds) {
				return true
			}
		}
	}

	return false
}

func endsLike(word string, ends []string) bool {
	return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(word, end) })
}

func beginsLike(word string, beginnings []string) bool {
	for _, beginning := range beginnings {
		if strings.HasPrefix(word, beginning) {
			return true
		}
	}

	return false
}

func handleOf(i int) string { return "e" + strconv.Itoa(i+1) }
