// Package hungarian understands Hungarian sentences about one home.
//
// The language itself lives in data/*.yaml, which a native speaker can extend without
// touching the code; it is read once and shared by all homes. What needs neither a home nor the
// meaning of words has packages of its own below: morphology, inflect, numerals, spelling, tokens and
// pin; the answers are in speech. What belongs to one home is its Index, immutable and built once
// for every new structure of the home.
//
// A sentence goes through five steps: tokens (package tokens), what each token or group of tokens
// may be (spans.go: names of the home, words of the language, numbers), the best few
// coverings of the sentence by those (segment.go), one or more clauses (clause.go), and the
// commands that a clause makes (frame*.go). What no frame understands to its last word is weighed
// (weigh*.go). Every step is bounded; docs/decisions/0050 says why the whole cannot explode.
package hungarian
