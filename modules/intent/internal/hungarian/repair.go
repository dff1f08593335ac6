package hungarian

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/meaning"
)

// What bounds the work of repairing one utterance.
const (
	maxRepairs  = 8  // ways to repair one place
	maxVariants = 12 // sentences that are read in the end
	maxRead     = 96 // their tokens in all
	maxBroken   = 4  // words that nobody knows; with more there is no telling what was said
	longestWord = 32 // letters of a word that is taken apart
)

// repair is one way to write a few tokens of a sentence so that they are known: another
// word, two words where they were run together, one where it was split.
type repair struct {
	from, to int // tokens
	tokens   []tokens.Token
	why      string // for people
}

// readRepaired reads a sentence that makes no sense as it was written. Words that nobody knows
// are replaced by those that they may be; known words are left alone. Every way to do so is
// read. Those that make no sense drop out; where more than one is left they must come to the same, or
// be one command to several things, which is then a question.
func (ix *Index) readRepaired(u meaning.Utterance, f *spanner) *interpretation {
	var found []*interpretation
	for _, s := range ix.variants(f) {
		r := ix.readExactly(u, s, ix.findSpans(s))
		if r == nil || f.asksUnlike(s, r) || r.isEmpty() || r.question != nil && len(r.commands) > 1 { // half of it would be done on a guess
			continue
		}
		if !slices.ContainsFunc(found, func(known *interpretation) bool { return known.isSame(r) }) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return nil
	case 1:
		return found[0]
	default:
		return ix.askWhich(found)
	}
}

// asksUnlike reports whether a question was made a command of by a repair, although no word that nobody knows looks like
// one: kigyulladt a lámpa? is no kigyulladj.
func (f *spanner) asksUnlike(repaired *sentence, r *interpretation) bool {
	return f.s.IsQuestion && !onlyAsks(r) && slices.ContainsFunc(repaired.Tokens, func(tok tokens.Token) bool { return tok.IsRepaired && looksImperative(tok.Fold) }) &&
		!slices.ContainsFunc(f.broken(), func(at int) bool { return looksImperative(f.s.Tokens[at].Fold) })
}

// variants are the sentences that a sentence may have been meant to be.
func (ix *Index) variants(f *spanner) []*sentence {
	broken := f.broken()
	if len(broken) > maxBroken {
		return nil
	}
	rows := [][]repair{nil}
	for _, at := range broken {
		if repairs := ix.repairsAt(f, at); len(repairs) > 0 {
			rows = withEach(rows, repairs, at)
		}
		if len(rows) > maxVariants || len(rows) > 1 && len(rows)*len(f.s.Tokens) > maxRead {
			return nil // it could be too much
		}
	}

	var all []*sentence
	for _, row := range rows {
		if len(row) > 0 && !f.s.isAllMistyped(row) {
			all = append(all, f.s.with(row))
		}
	}

	return all
}

// withEach continues every row of repairs with every repair of the token at a place, unless it was
// repaired together with the one before.
func withEach(rows [][]repair, repairs []repair, at int) [][]repair {
	var longer [][]repair
	for _, row := range rows {
		end := 0
		if len(row) > 0 {
			end = row[len(row)-1].to
		}
		if end > at {
			longer = append(longer, row)

			continue
		}
		for _, r := range repairs {
			if end <= r.from {
				longer = append(longer, append(slices.Clone(row), r))
			}
		}
	}

	return longer
}

// isAllMistyped reports whether no word is left that is as it should be: there is no telling what
// such a sentence was.
func (s *sentence) isAllMistyped(repairs []repair) bool {
	return len(repairs) == len(s.Tokens) && !slices.ContainsFunc(repairs, func(r repair) bool { return len(r.tokens) > 1 })
}

// broken lists the tokens that nobody knows.
func (f *spanner) broken() []int {
	n := len(f.s.Tokens)
	isKnown := make([]bool, n)
	for i := range f.spans {
		sp := &f.spans[i]
		if sp.classes == cUnknown {
			continue
		}
		for k := sp.from; k < sp.to; k++ {
			isKnown[k] = true
		}
	}
	var broken []int
	for i := range n {
		if !isKnown[i] {
			broken = append(broken, i)
		}
	}

	return broken
}

// with returns the sentence with some of its tokens replaced.
func (s *sentence) with(repairs []repair) *sentence {
	repaired := *s
	repaired.Tokens = make([]tokens.Token, 0, len(s.Tokens)+len(repairs))
	at := 0
	for _, r := range repairs {
		repaired.Tokens = append(repaired.Tokens, s.Tokens[at:r.from]...)
		for i, tok := range r.tokens {
			tok.From, tok.To = s.Tokens[r.from].From, s.Tokens[r.to-1].To
			tok.BreakBefore = i == 0 && s.Tokens[r.from].BreakBefore
			tok.IsHesitated = i == 0 && s.Tokens[r.from].IsHesitated
			repaired.Tokens = append(repaired.Tokens, tok)
		}
		at = r.to
	}
	repaired.Tokens = append(repaired.Tokens, s.Tokens[at:]...)

	return &repaired
}

// isBegunAnew reports whether a token is only the beginning of the next.
func (s *sentence) isBegunAnew(at int) bool {
	folded := s.Tokens[at].Fold

	return at+1 < len(s.Tokens) && len(folded) > 1 && strings.HasPrefix(s.Tokens[at+1].Fold, folded)
}

// repairsAt finds what a token that nobody knows may have been meant to be.
func (ix *Index) repairsAt(f *spanner, at int) []repair {
	s := f.s
	if joined := ix.joined(s, at); len(joined) > 0 {
		return joined
	}
	tok := &s.Tokens[at]
	if tok.IsNumber || utf8.RuneCountInString(tok.Fold) != len(tok.Fold) || len(tok.Fold) > 2*longestWord {
		return nil
	}
	one := repair{from: at, to: at + 1}
	if s.isBegunAnew(at) {
		one.why = "begun anew"

		return []repair{one}
	}
	if short := ix.undrawn(tok.Fold); short != "" {
		one.tokens, one.why = []tokens.Token{repairedToken(short)}, "drawn out"

		return []repair{one}
	}

	var found repairs
	isAfterArticle := at > 0 && tokens.IsArticle(s.Tokens[at-1].Fold)
	ix.eachTakenApart(tok.Fold, isAfterArticle, func(words []string) { found.add(one, "run together", cutAs(tok, words)...) })
	if len(found) == 0 {
		found = ix.joinedMistyped(s, at)
	}
	if !ix.lang.isOtherWord(tok.Fold) {
		ix.eachMistypedAt(s, at, func(word string) { found.addMistyped(one, word, isAfterArticle && ix.lang.isSmall(word)) })
	}

	return found
}

// eachMistypedAt calls found with the words that a token may be mistyped for. What commands by its form where a clause begins is
// no noun: szellőzz is no szellőző.
func (ix *Index) eachMistypedAt(s *sentence, at int, found func(string)) {
	tok := &s.Tokens[at]
	isVerb := (at == 0 || tok.BreakBefore) && looksImperative(tok.Fold)
	ix.eachMistyped(tok.Fold, func(word string) {
		if !isVerb || looksImperative(word) {
			found(word)
		}
	})
}

// eachTakenApart calls found with the words that a word may be made of. After an article none of them is a prefix: a
// kiszobában is no a ki szobában.
func (ix *Index) eachTakenApart(folded string, isAfterArticle bool, found func([]string)) {
	for _, words := range ix.takenApart(folded) {
		if (!isAfterArticle || !ix.isLittle(words[0])) && !ix.isOfRoom(words) {
			found(words)
		}
	}
}

// isOfRoom reports whether words that were run together are rather one for a room that this home has not: mosó-konyhában.
func (ix *Index) isOfRoom(words []string) bool {
	last := len(words) - 1
	if last < 1 || ix.isLittle(words[last-1]) {
		return false
	}
	if _, forms := ix.lang.formsOf(words[last-1]); forms != nil {
		return false
	}
	isRoom := false
	morphology.EachStem(words[last], ix.lang.suffixes, func(stem string, _ morphology.Suffix) bool {
		isRoom = slices.Contains(placesSaid().Rooms, stem)

		return !isRoom
	})

	return isRoom
}

// isSmall reports whether a folded word of the language means nothing but a small word.
func (l *language) isSmall(folded string) bool {
	n, ok := l.vocabulary[folded]
	if !ok {
		return false
	}

	return !slices.ContainsFunc(l.phrases[n], func(p phrase) bool {
		return len(p.words) == 1 && slices.ContainsFunc(p.lexemes, func(lx lexeme) bool { return lx.class&^(cFiller|cConjunction|cAgain) != 0 })
	})
}

// repairs are the ways to repair one place, each of them once.
type repairs []repair

func (all *repairs) add(r repair, why string, tokens ...tokens.Token) {
	r.why, r.tokens = why, tokens
	isKnown := slices.ContainsFunc(*all, func(known repair) bool {
		return known.to == r.to && slices.EqualFunc(known.tokens, r.tokens, sameToken)
	})
	if len(*all) < maxRepairs && !isKnown {
		*all = append(*all, r)
	}
}

// addMistyped adds a word that differs by a letter, unless it is too small to be meant: a nagyot is no nagyon.
func (all *repairs) addMistyped(r repair, word string, isTooSmall bool) {
	if !isTooSmall {
		all.add(r, "a letter wrong", repairedToken(word))
	}
}

func sameToken(a, b tokens.Token) bool { return a.Fold == b.Fold }

// cutAs cuts a token into words, with the accents that it was written with.
func cutAs(tok *tokens.Token, words []string) []tokens.Token {
	written := []rune(tok.Lower)
	tokens := make([]tokens.Token, 0, len(words))
	for _, w := range words {
		piece := repairedToken(w)
		if len(w) <= len(written) { // folded letters are bytes here, one for each letter
			piece.Lower, written = string(written[:len(w)]), written[len(w):]
			piece.HasAccent, piece.IsRepaired = piece.Lower != piece.Fold, !tok.HasAccent
		}
		tokens = append(tokens, piece)
	}

	return tokens
}

// repairedToken is a token whose accents nobody has written, and so none speaks against it.
func repairedToken(folded string) tokens.Token {
	tok := tokens.Token{Lower: folded, Fold: folded, IsRepaired: true}
	if morphology.IsDigits(folded) {
		tok.IsNumber = true
		tok.Number, _ = strconv.ParseFloat(folded, 64)
	}

	return tok
}

// isReadable reports whether a folded word is known as it stands, with or without endings.
func (ix *Index) isReadable(folded string, shortest int) bool {
	if _, forms := ix.lang.formsOf(folded); forms != nil {
		return true
	}
	isKnown := false
	morphology.EachStem(folded, ix.lang.suffixes, func(stem string, _ morphology.Suffix) bool {
		isKnown = len(stem) >= shortest && ix.hasStem(stem)

		return !isKnown
	})

	return isKnown
}

// hasStem reports whether the language or the home has a word with this stem.
func (ix *Index) hasStem(stem string) bool {
	k := ix.look(stem)

	return k.word >= 0 || k.stemOf >= 0 || ix.wordBeforeHead(stem) >= 0
}

// isSame reports whether two readings come to the same.
func (r *interpretation) isSame(other *interpretation) bool {
	return slices.EqualFunc(r.commands, other.commands, func(a, b meaning.Command) bool {
		return a.Intent == b.Intent && a.Reason == b.Reason && slices.Equal(a.Targets, b.Targets) && sameValues(a.Slots, b.Slots)
	}) && sameQuestion(r.question, other.question)
}

// sameValues compares what is to be done, and not how its targets were called.
func sameValues(a, b meaning.Slots) bool {
	covers := func(a, b meaning.Slots) bool {
		for slot := range a {
			switch slot {
			case "name", "area", "floor", "domain", "device_class":
			default:
				if !reflect.DeepEqual(a[slot], b[slot]) {
					return false
				}
			}
		}

		return true
	}

	return covers(a, b) && covers(b, a)
}

func sameQuestion(a, b *meaning.Question) bool {
	if a == nil || b == nil {
		return a == b
	}

	return a.Command == b.Command && slices.Equal(a.Choices, b.Choices)
}

// askWhich makes a question of readings that do the same to different things; nil where
// they do different things, for then nothing is known.
func (ix *Index) askWhich(found []*interpretation) *interpretation {
	const most = 4
	first := found[0]
	var targets []*hamanagerapi.Entity
	for _, r := range found {
		if !r.doesAs(first) {
			return nil
		}
		for _, e := range r.commands[0].Targets {
			if !slices.Contains(targets, e) {
				targets = append(targets, e)
			}
		}
	}
	if len(targets) < 2 || len(targets) > most {
		return nil
	}
	command := first.commands[0]
	command.Targets = nil

	return &interpretation{commands: []meaning.Command{command}, question: meaning.Ask(ix.home, targets), score: first.score, frame: first.frame}
}

// doesAs reports whether a reading is one command that does what another does, maybe to something else.
func (r *interpretation) doesAs(other *interpretation) bool {
	if len(r.commands) != 1 || len(other.commands) != 1 || r.question != nil {
		return false
	}
	a, b := r.commands[0], other.commands[0]

	return a.Intent == b.Intent && a.Reason == "" && !meaning.IsQuestion(a.Intent) && sameValues(a.Slots, b.Slots)
}
