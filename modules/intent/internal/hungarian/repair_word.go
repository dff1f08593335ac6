package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/spelling"
	"homehub/modules/intent/internal/hungarian/tokens"
)

// joined puts together what was written as two words: kony hában, nappali ban, kap csold.
// The other word may be known by itself; together they must be known.
func (ix *Index) joined(s *sentence, at int) []repair {
	var found []repair
	for _, from := range []int{at - 1, at} {
		if from < 0 || from+1 >= len(s.Tokens) || s.Tokens[from+1].BreakBefore {
			continue
		}
		left, right := &s.Tokens[from], &s.Tokens[from+1]
		whole := tokens.Token{Lower: left.Lower + right.Lower, Fold: left.Fold + right.Fold, HasAccent: left.HasAccent || right.HasAccent}
		isEnding := from == at-1 && ix.isEndingOf(left, right.Fold)
		if isEnding && left.IsNumber { // 50 re
			whole.IsNumber, whole.Number = true, left.Number
		}
		if isEnding || ix.isWhole(left, right, &whole) {
			found = append(found, repair{from: from, to: from + 2, tokens: []tokens.Token{whole}, why: "split"})
		}
	}

	return found
}

// isWhole reports whether two tokens are a known word together.
func (ix *Index) isWhole(left, right, whole *tokens.Token) bool {
	const shortestStem, shortest = 3, 5
	if left.IsNumber || right.IsNumber || len(left.Fold) < 2 || len(whole.Fold) < shortest || tokens.IsArticle(left.Fold) || tokens.IsArticle(right.Fold) {
		return false
	}

	return ix.isReadable(whole.Fold, shortestStem) || ix.startsWithNumber(whole)
}

// isLittle reports whether a word is an article or a verb's prefix, which stand alone.
func (ix *Index) isLittle(folded string) bool {
	return tokens.IsArticle(folded) || slices.Contains(ix.lang.prefixes, folded)
}

// isEndingOf reports whether a word is only the ending of the one before it: wc ben.
func (ix *Index) isEndingOf(word *tokens.Token, ending string) bool {
	_, ok := ix.lang.suffixes.Find(ending)

	return ok && (word.IsNumber || len(word.Fold) > 1 && ix.hasStem(word.Fold))
}

// isFormOf reports whether a folded word is only another one with an ending.
func (ix *Index) isFormOf(word *tokens.Token, folded string) bool {
	rest, ok := strings.CutPrefix(folded, word.Fold)

	return ok && (rest == "" || ix.isEndingOf(word, rest))
}

// joinedMistyped puts together what was split and has a letter wrong besides: víz foraló.
func (ix *Index) joinedMistyped(s *sentence, at int) repairs {
	const shortest = 7
	var found repairs
	for _, from := range []int{at - 1, at} {
		if from < 0 || from+1 >= len(s.Tokens) || s.Tokens[from+1].BreakBefore {
			continue
		}
		left, right := &s.Tokens[from], &s.Tokens[from+1]
		if left.IsNumber || right.IsNumber || ix.isLittle(left.Fold) || ix.isLittle(right.Fold) || len(left.Fold)+len(right.Fold) < shortest {
			continue
		}
		ix.eachMistyped(left.Fold+right.Fold, func(word string) {
			if !ix.isFormOf(left, word) { // legyen zöd is no form of legyen
				found.add(repair{from: from, to: from + 2}, "split, and a letter wrong", repairedToken(word))
			}
		})
	}

	return found
}

// startsWithNumber reports whether a word is a number, maybe with an ending: tizenhatra.
func (ix *Index) startsWithNumber(tok *tokens.Token) bool {
	_, rest, ok := numberIn(tok, false)
	if !ok || rest == "" {
		return ok
	}
	ending, ok := ix.lang.suffixes.Find(rest)

	return ok && !ending.IsPossessed
}

// undrawn returns the known word of which a vowel was drawn out: kapcsooold. "" without one.
func (ix *Index) undrawn(folded string) string {
	if short := withoutRuns(folded); short != folded && ix.isReadable(short, 2) {
		return short
	}

	return ""
}

// withoutRuns writes a letter once that was written three times or more.
func withoutRuns(folded string) string {
	var b strings.Builder
	for from := 0; from < len(folded); {
		to := from
		for to < len(folded) && folded[to] == folded[from] {
			to++
		}
		if to-from > 2 {
			b.WriteByte(folded[from])
		} else {
			b.WriteString(folded[from:to])
		}
		from = to
	}

	return b.String()
}

// takenApart returns the ways to cut a word into the fewest known ones: konyhailámpát,
// akonyhában, kapcsoldle, huszonkétfokra.
func (ix *Index) takenApart(folded string) [][]string {
	const shortest = 3
	if len(folded) < shortest || len(folded) > longestWord {
		return nil
	}
	var whole [longestWord + 1]bool // a row of known words ends here
	var ways [longestWord + 1][][]string
	whole[0], ways[0] = true, [][]string{nil}
	for from := range len(folded) {
		if !whole[from] {
			continue
		}
		for to := from + 1; to <= len(folded); to++ {
			if to-from == len(folded) || !ix.isPiece(folded[from:to], to == len(folded)) {
				continue
			}
			whole[to] = true
			for _, way := range ways[from] {
				if ix.isNumberPiece(folded[from:to]) && slices.ContainsFunc(way, ix.isNumberPiece) {
					continue // a mistyped number is no two numbers
				}
				ways[to] = addWay(ways[to], append(slices.Clone(way), folded[from:to]))
			}
		}
	}

	return ways[len(folded)]
}

// addWay keeps the shortest ways only, and few of them.
func addWay(ways [][]string, way []string) [][]string {
	const most, longest = 3, 4
	switch {
	case len(way) > longest || len(ways) > 0 && len(ways[0]) < len(way):
		return ways
	case len(ways) > 0 && len(way) < len(ways[0]):
		return append(ways[:0:0], way)
	case len(ways) == most:
		return ways
	default:
		return append(ways, way)
	}
}

func (ix *Index) isNumberPiece(piece string) bool {
	tok := repairedToken(piece)

	return tok.IsNumber || ix.startsWithNumber(&tok)
}

// isPiece reports whether letters can be one of the words that were run together. Short ones
// must be articles and prefixes, for anything is put together of short words.
func (ix *Index) isPiece(piece string, isLast bool) bool {
	const shortest = 3
	if ix.isLittle(piece) {
		return true
	}
	if morphology.IsDigits(piece) {
		return !isLast || len(piece) > 1
	}
	if len(piece) < shortest {
		return false
	}

	return ix.isNumberPiece(piece) || ix.isReadable(piece, shortest)
}

// eachMistyped calls found with every known word that a written one is but for a letter.
// Where that letter may belong to an ending, the ending is repaired.
func (ix *Index) eachMistyped(folded string, found func(string)) {
	if len(folded) > longestWord {
		return
	}
	morphology.EachStem(folded, ix.lang.suffixes, func(stem string, _ morphology.Suffix) bool {
		ending, ok := strings.CutPrefix(folded, stem)
		if !ok { // the instrumental of a word that ends in a digraph
			return true
		}
		accept := func(word string) {
			if !ix.lang.isFixed(word) {
				found(word + ending)
			}
		}
		ix.lang.neighbours.Each(stem, accept)
		ix.neighbours.Each(stem, accept)

		return true
	})
	ix.eachMistypedVerb(folded, found)
	ix.eachMistypedEnding(folded, found)
}

// eachMistypedVerb looks for the forms of verbs. The prefix says which way, and so must be
// written as it should be.
func (ix *Index) eachMistypedVerb(folded string, found func(string)) {
	ix.lang.verbNeighbours.Each(folded, found)
	for _, prefix := range ix.lang.prefixesOf(folded) {
		if rest, ok := strings.CutPrefix(folded, prefix); ok {
			ix.lang.verbNeighbours.Each(rest, func(form string) { found(prefix + form) })
		}
	}
}

// eachMistypedEnding repairs the ending after a word that is known: konyhábna.
func (ix *Index) eachMistypedEnding(folded string, found func(string)) {
	const shortestStem, shortestEnding = 4, 2
	for cut := len(folded) - shortestEnding; cut >= shortestStem && len(folded)-cut <= 5; cut-- {
		if !ix.hasStem(folded[:cut]) {
			continue
		}
		for _, ending := range repairedEndings() {
			if spelling.IsOneEdit(folded[cut:], ending) {
				found(folded[:cut] + ending)
			}
		}

		return
	}
}

// repairedEndings are the endings that are told apart even with a letter wrong.
func repairedEndings() []string {
	return []string{"ban", "ben", "bol", "nak", "nek", "nal", "nel", "rol", "tol", "hoz", "hez", "ra", "re", "okat", "eket", "oket", "akat", "kat", "ket"}
}

// isOtherWord reports whether a word, in any form, is known to mean something else.
func (l *language) isOtherWord(folded string) bool {
	isOther := false
	morphology.EachStem(folded, l.suffixes, func(stem string, _ morphology.Suffix) bool {
		isOther = l.otherWords[stem]

		return !isOther
	})

	return isOther
}

// isFixed reports whether a word must be written as it should be: one that says which way
// something is to go, where another letter may be the other way (feljebb, lejjebb).
func (l *language) isFixed(folded string) bool {
	at, ok := l.vocabulary[folded]
	if !ok {
		return false
	}
	for i := range l.phrases[at] {
		for _, lex := range l.phrases[at][i].lexemes {
			isWay := lex.class&(cState|cVerb|cClass) != 0 && l.hasPrefix(folded)
			if lex.class&(cChange|cNegation|cPrefix|cNevermind) != 0 || isWay {
				return true
			}
		}
	}

	return false
}

func (l *language) hasPrefix(folded string) bool {
	return slices.ContainsFunc(l.prefixesOf(folded), func(p string) bool { return strings.HasPrefix(folded, p) })
}
