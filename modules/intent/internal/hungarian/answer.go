package hungarian

import (
	"slices"
	"strings"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
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
	s := tokenize(text, ix.lang.isEnding)
	if len(s.tokens) == 0 || len(s.tokens) > maxTokens {
		return nil, nil
	}
	f := ix.findSpans(&s)
	rows, _ := f.coverings()

	return f, rows
}

// Choose finds the choices that an answer to a question means; none where it fits none, or
// leaves open which. It may name a choice or its room in any form, a part of the name that the
// others have not, its place in the row, several of them, or all.
func (ix *Index) Choose(text string, q meaning.Question) []int {
	s := tokenize(text, ix.lang.isEnding)
	if len(s.tokens) == 0 || len(s.tokens) > maxTokens || len(q.Choices) == 0 {
		return nil
	}
	if ix.choosesAll(&s, len(q.Choices)) {
		all := make([]int, len(q.Choices))
		for i := range all {
			all[i] = i
		}

		return all
	}
	var chosen []int
	for _, part := range partsOfAnswer(s) {
		at, ok := ix.chooseOne(part, q)
		switch {
		case !ok:
			return nil
		case !slices.Contains(chosen, at):
			chosen = append(chosen, at)
		}
	}

	return chosen
}

// choosesAll reads "mindet", "mindkettőt", "az összeset": nothing but a word for all. One that
// has a number in it must have the right one.
func (ix *Index) choosesAll(s *sentence, n int) bool {
	rows, _ := ix.findSpans(s).coverings()
	for _, row := range rows {
		isAll := false
		for _, sp := range row {
			isAll = isAll || sp.means(cQuantity, "all")
			if !sp.is(cQuantity | cFiller | cKind) {
				return false
			}
		}
		if isAll {
			first := s.tokens[row[len(row)-1].from].fold
			isOther := strings.HasPrefix(first, "mindk") && n != 2 || strings.HasPrefix(first, "mindh") && n != 3

			return !isOther
		}
	}

	return false
}

// partsOfAnswer cuts an answer at commas and at "and": a nappalit és a konyhait.
func partsOfAnswer(s sentence) []sentence {
	var parts []sentence
	from := 0
	for i, tok := range s.tokens {
		isAnd := tok.fold == "es" || tok.fold == "meg" || tok.fold == "valamint"
		if (isAnd || tok.breakBefore) && i > from {
			part := s
			part.tokens = s.tokens[from:i]
			parts = append(parts, part)
		}
		if isAnd {
			from = i + 1
		} else if tok.breakBefore {
			from = i
		}
	}
	s.tokens = s.tokens[min(from, len(s.tokens)):]
	if len(s.tokens) > 0 {
		parts = append(parts, s)
	}

	return parts
}

// chooseOne is Choose for one of several names.
func (ix *Index) chooseOne(s sentence, q meaning.Question) (int, bool) {
	if at, ok := ordinalIn(&s, len(q.Choices)); ok {
		return at, true
	}

	labels := NewIndex(ix.homeOf(q.Choices))
	f := labels.findSpans(&s)
	scores := make([]int, len(q.Choices))
	for i := range f.readings {
		var fits []int
		for k, choice := range q.Choices {
			if f.saysWordOf(i, ix, choice) {
				fits = append(fits, k)
			}
		}
		if len(fits) < len(q.Choices) { // a word that fits all chooses nothing
			for _, k := range fits {
				scores[k]++
			}
		}
	}

	best := slices.Max(scores)
	if best == 0 {
		return placeIn(&s, len(q.Choices))
	}
	if slices.Index(scores, best) != lastIndex(scores, best) {
		return 0, false
	}

	return slices.Index(scores, best), true
}

// homeOf makes a home of the choices alone, so that their words are found by the same rules.
func (ix *Index) homeOf(choices []meaning.Choice) *hamanagerapi.Home {
	var entities []*hamanagerapi.Entity
	home := hamanagerapi.Home{Areas: ix.home.Areas}
	for _, c := range choices {
		entities = append(entities, &hamanagerapi.Entity{ID: c.Label, Name: c.Label, Exposed: true})
		if e := ix.home.Entity(c.EntityID); e != nil {
			entities = append(entities, &hamanagerapi.Entity{ID: e.ID, Name: e.Name, Aliases: e.Aliases, Exposed: true})
		}
	}

	return hamanagerapi.NewHome(home, entities)
}

// saysWordOf reports whether token i is a word of the choice's label, names or room.
func (f *spanner) saysWordOf(i int, ix *Index, choice meaning.Choice) bool {
	texts := []string{choice.Label}
	areaID := choice.AreaID
	if e := ix.home.Entity(choice.EntityID); e != nil {
		texts = append(append(texts, e.Name), e.Aliases...)
		areaID = e.AreaID
	}
	if a := ix.home.Area(areaID); a != nil {
		texts = append(append(texts, a.Name), a.Aliases...)
	}
	for _, text := range texts {
		for _, tok := range tokenize(text, neverEnding).tokens {
			word := f.ix.wordNumber(tok.fold)
			if word >= 0 && slices.ContainsFunc(f.readings[i], func(r reading) bool { return r.word == word }) {
				return true
			}
		}
	}

	return false
}

// ordinalIn reads "az elsőt", "a másodikat", "az utolsót".
func ordinalIn(s *sentence, n int) (int, bool) {
	for _, tok := range s.tokens {
		at, found := -1, false
		eachStem(tok.fold, hungarian().suffixes, func(stem string, _ suffix) bool {
			at, found = hungarian().ordinals[stem]

			return !found
		})
		if found && at < 0 {
			at += n
		}
		if found && at >= 0 && at < n {
			return at, true
		}
	}

	return 0, false
}

// placeIn reads a lone number as a place: "2", "a kettő", "a 2-es". Names come first: they may
// have numbers of their own.
func placeIn(s *sentence, n int) (int, bool) {
	place := 0.0
	for i := range s.tokens {
		tok := &s.tokens[i]
		switch value, rest, ok := hungarian().numbers.parse(tok, s.hasAccent); {
		case place == 0 && tok.isNumber:
			place = tok.number
		case place == 0 && ok && rest == "":
			place = value
		case tok.fold != "a" && tok.fold != "az":
			return 0, false
		}
	}
	at := int(place)

	return at - 1, float64(at) == place && at >= 1 && at <= n
}

func lastIndex(scores []int, wanted int) int {
	for i, score := range slices.Backward(scores) {
		if score == wanted {
			return i
		}
	}

	return -1
}
