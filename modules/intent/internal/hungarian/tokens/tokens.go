package tokens

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// Max bounds the work that one utterance can cause; nobody commands in so many words.
const Max = 96

// Token is one word, number or sign of an utterance.
type Token struct {
	Lower string // in lower case, a hyphen before an ending removed
	Fold  string // lower without accents
	// From and To are its place in the text.
	From, To int
	IsNumber bool
	Number   float64
	// BreakBefore: punctuation stands before it.
	BreakBefore bool
	HasAccent   bool
	// IsAsked: a question mark stands after it.
	IsAsked bool
	// IsRepaired: it was not written so, and nothing is known of its accents.
	IsRepaired bool
	// IsHesitated: somebody hesitated before it, in words: a nappali, izé, a konyhai.
	IsHesitated bool
}

// Sentence is an utterance cut into tokens.
type Sentence struct {
	Text   string
	Tokens []Token
	// IsQuestion: it has a question mark. IsStatement: it ends in a full stop or an
	// exclamation mark, and so was written by someone who would have written the other.
	IsQuestion, IsStatement bool
	// IsExclaimed: the last full stop or exclamation mark is one of exclamation.
	IsExclaimed bool
	// IsQuoted: it has quotation marks, dashes or colons, which set off what someone else says.
	IsQuoted bool
	// IsOnlySetOff: it has none of them but colons and dashes, which may also part a remark.
	IsOnlySetOff bool
	HasAccent    bool
}

// Cut cuts text into tokens. Names of a home are cut by the same rules, so that both
// meet. isEnding says which letters after a hyphen belong to the word before it (TV-t).
func Cut(text string, isEnding func(folded string) bool) Sentence {
	if !norm.NFC.IsNormalString(text) {
		text = norm.NFC.String(text)
	}
	text = strings.Map(plainDigit, text)
	t := tokenizer{text: text, isEnding: isEnding}
	t.s.Text = text
	t.s.Tokens = make([]Token, 0, min(strings.Count(text, " ")+2, Max+1))
	for t.at < len(text) && len(t.s.Tokens) <= Max {
		t.step()
	}

	return t.s
}

type tokenizer struct {
	text     string
	isEnding func(string) bool
	at       int
	afterGap bool // punctuation was seen since the last token
	isMarked bool // quotation marks were seen
	s        Sentence
}

// step consumes one token or one character between tokens.
func (t *tokenizer) step() {
	r, size := utf8.DecodeRuneInString(t.text[t.at:])
	switch {
	case r >= '0' && r <= '9':
		t.takeNumber()
	case isLetter(r):
		t.takeWord(t.at)
	case r == '%' || r == '°':
		t.takeSign(size)
	default:
		t.takePunctuation(r)
		t.at += size
	}
}

func (t *tokenizer) takePunctuation(r rune) {
	switch r {
	case '?':
		t.s.IsQuestion = true
		if last := len(t.s.Tokens) - 1; last >= 0 {
			t.s.Tokens[last].IsAsked = true
		}
	case '.', '!':
		if r == '.' && t.isOrdinal() {
			return // a 2. redőny
		}
		t.s.IsStatement = true
		t.s.IsExclaimed = r == '!'
	case '"', '„', '“', '”', '«', '»':
		t.s.IsOnlySetOff, t.isMarked = false, true
		t.s.IsQuoted = true

		return
	case '–', '—', ':':
		t.s.IsOnlySetOff = !t.isMarked
		t.s.IsQuoted = true
	case ',', ';', '\n':
	default:
		return
	}
	t.afterGap = true
}

// isOrdinal reports whether the full stop at the present place belongs to the number before it: a
// word in small letters follows.
func (t *tokenizer) isOrdinal() bool {
	n := len(t.s.Tokens)
	if n == 0 || !t.s.Tokens[n-1].IsNumber || t.s.Tokens[n-1].To != t.at {
		return false
	}
	after := strings.TrimLeft(t.text[t.at+1:], " ")
	r, _ := utf8.DecodeRuneInString(after)

	return len(after) < len(t.text)-t.at-1 && unicode.IsLower(r)
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Mn, r) }

// takeNumber reads 22, 22,5, 1/2 and the ending that may follow: 50-re. Letters that are no
// ending begin a word of their own: 22fokra.
func (t *tokenizer) takeNumber() {
	from := t.at
	t.at = skipDigits(t.text, t.at)
	value, _ := strconv.ParseFloat(t.text[from:t.at], 64)
	if t.at+1 < len(t.text) && isDigit(t.text[t.at+1]) {
		switch t.text[t.at] {
		case ',', '.':
			t.at = skipDigits(t.text, t.at+1)
			value, _ = strconv.ParseFloat(strings.Replace(t.text[from:t.at], ",", ".", 1), 64)
		case '/':
			divisor := t.text[t.at+1 : skipDigits(t.text, t.at+1)]
			t.at += 1 + len(divisor)
			if d, _ := strconv.ParseFloat(divisor, 64); d > 0 {
				value /= d
			}
		}
	}

	number := t.text[from:t.at]
	t.add(Token{Lower: number, Fold: number, From: from, To: t.at, IsNumber: true, Number: value})
	ending, end := t.endingAfterHyphen()
	if ending == "" {
		ending, end = t.adjectiveEnding()
	}
	if ending != "" {
		last := &t.s.Tokens[len(t.s.Tokens)-1]
		last.Fold, last.Lower, last.To = number+morphology.Fold(ending), number+ending, end
		t.at = end
	}
}

// adjectiveEnding looks for what makes a number an adjective, written without a hyphen: 2es.
func (t *tokenizer) adjectiveEnding() (ending string, end int) {
	for _, ending := range morphology.NumberAdjectives() {
		if rest := t.text[t.at:]; len(rest) >= len(ending) && strings.EqualFold(rest[:len(ending)], ending) {
			if r, _ := utf8.DecodeRuneInString(rest[len(ending):]); !isLetter(r) {
				return ending, t.at + len(ending)
			}
		}
	}

	return "", t.at
}

// takeWord reads letters and digits, and an ending after a hyphen.
func (t *tokenizer) takeWord(from int) {
	end := from
	for end < len(t.text) {
		r, size := utf8.DecodeRuneInString(t.text[end:])
		if !isLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' {
			break
		}
		end += size
	}
	t.at = end
	written := t.text[from:end]
	lower := strings.ToLower(written)
	folded := morphology.Fold(lower)
	tok := Token{Lower: lower, Fold: folded, From: from, To: end, HasAccent: len(folded) != len(lower)}
	if ending, to := t.endingAfterHyphen(); ending != "" {
		tok.Lower += ending
		tok.Fold += morphology.Fold(ending)
		tok.To, t.at = to, to
	}
	t.add(tok)
}

// takeSign reads % or °, with the ending said after it: %-ra, %ra.
func (t *tokenizer) takeSign(size int) {
	from := t.at
	t.at += size
	sign := t.text[from:t.at]
	if t.at < len(t.text) && t.text[t.at] == '-' {
		t.at++
	}
	end := t.at
	for end < len(t.text) {
		r, n := utf8.DecodeRuneInString(t.text[end:])
		if !isLetter(r) {
			break
		}
		end += n
	}
	rest := strings.ToLower(t.text[t.at:end])
	t.at = end
	t.add(Token{Lower: sign + rest, Fold: sign + morphology.Fold(rest), From: from, To: end})
}

// endingAfterHyphen looks for "-ra" at the present place.
func (t *tokenizer) endingAfterHyphen() (ending string, end int) {
	if t.at >= len(t.text) || t.text[t.at] != '-' {
		return "", t.at
	}
	end = t.at + 1
	for end < len(t.text) {
		r, size := utf8.DecodeRuneInString(t.text[end:])
		if !isLetter(r) {
			break
		}
		end += size
	}
	ending = strings.ToLower(t.text[t.at+1 : end])
	if ending == "" || ending == "e" || !t.isEnding(morphology.Fold(ending)) {
		return "", t.at
	}

	return ending, end
}

func (t *tokenizer) add(tok Token) {
	tok.BreakBefore = t.afterGap
	t.afterGap, t.s.IsStatement = false, false
	t.s.HasAccent = t.s.HasAccent || tok.HasAccent
	t.s.Tokens = append(t.s.Tokens, tok)
}

// plainDigit is what numbers are read in; keyboards of other scripts have digits of their own.
func plainDigit(r rune) rune {
	for _, zero := range [...]rune{'\u0660', '\u06f0', '\uff10'} { // Arabic-Indic, its eastern form, full width
		if r >= zero && r <= zero+9 {
			return '0' + r - zero
		}
	}

	return r
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func skipDigits(text string, at int) int {
	for at < len(text) && isDigit(text[at]) {
		at++
	}

	return at
}
