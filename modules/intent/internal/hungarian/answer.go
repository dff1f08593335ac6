package hungarian

import (
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// Answer is how a question that wants a yes was answered.
type Answer uint8

// The answers.
const (
	AnswerOther Answer = iota // neither: a new command, or something else
	AnswerYes
	AnswerNo
)

// ReadAnswer reads "igen", "persze", "mégse" and their like. Anything else said with it
// makes it another answer: only a plain yes is a yes.
func ReadAnswer(text string) Answer {
	f, rows := readAlone(text)
	if f == nil {
		return AnswerOther
	}
	for _, row := range rows {
		yes, no, other := 0, 0, 0
		for _, sp := range row {
			switch {
			case sp.is(cNo):
				no++
			case sp.is(cYes):
				yes++
			case !sp.is(cFiller | cConjunction):
				other++
			}
		}
		switch {
		case other > 0:
			continue
		case no > 0:
			return AnswerNo
		case yes > 0:
			return AnswerYes
		}
	}

	return AnswerOther
}

// readAlone covers a text with the words of the language, without any home.
func readAlone(text string) (*spanner, [][]*span) {
	ix := NewIndex(&hamanagerapi.Home{})
	s := tokenize(text, morphology.IsEnding)
	if len(s.Tokens) == 0 || len(s.Tokens) > tokens.Max {
		return nil, nil
	}
	f := ix.findSpans(&s)
	rows, _ := f.coverings()

	return f, rows
}
