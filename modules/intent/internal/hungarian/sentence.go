package hungarian

import (
	"homehub/modules/intent/internal/hungarian/numerals"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// sentence is an utterance cut into tokens, and what is known of it as a whole.
type sentence struct {
	tokens.Sentence
	// left is what is left out of what the sentence commands.
	left []exception
	// memory is what was found out about its words.
	memory *memory
}

// tokenize cuts text into tokens. isEnding says which letters after a hyphen belong to the word
// before it (TV-t).
func tokenize(text string, isEnding func(folded string) bool) sentence {
	return sentence{Sentence: tokens.Cut(text, isEnding)}
}

// numberIn reads the number that a token begins with, and returns what is left of it when folded. Of
// what was not written so nobody knows the accents, nor of a long word without any: some are left out here and there.
func numberIn(tok *tokens.Token, hasAccent bool) (value float64, rest string, ok bool) {
	const shortest = 5
	value, rest, ok = numerals.Parse(tok.Fold, tok.Lower, hasAccent && !tok.IsRepaired)
	isRead := ok && len(tok.Fold)-len(rest) >= shortest
	if !isRead && tok.Lower == tok.Fold && len(tok.Fold) > shortest {
		plain, left, isNumber := numerals.Parse(tok.Fold, tok.Lower, false)
		if isNumber && len(tok.Fold)-len(left) >= shortest {
			return plain, left, true
		}
	}

	return value, rest, ok
}
