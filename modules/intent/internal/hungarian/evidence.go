package hungarian

import (
	_ "embed"
	"strings"
	"sync"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/hungarian/tokens"
	"homehub/modules/intent/internal/wish"
)

// What was learned from data/wishes. Learn it anew after a change there: go generate ./modules/intent/...
//
//go:generate go run ./train data/wishes data/wishes.bin
//go:embed data/wishes.bin
var weights string

// wishes is the model, loaded once.
var wishes = sync.OnceValue(func() *wish.Model {
	m, err := wish.Load(weights)
	if err != nil {
		panic("hungarian: wishes.bin: " + err.Error())
	}

	return m
})

// topicOf is the topic that a device of a domain belongs to.
func topicOf(domain string) string {
	switch domain {
	case "light", "fan", "cover", "lock", "valve", "climate", "humidifier", "vacuum", "scene", "script", "todo", "weather":
		return domain
	case "switch", "input_boolean", "siren", "remote", "group":
		return "switch"
	case "water_heater":
		return "climate"
	case "media_player":
		return "media"
	case "lawn_mower":
		return "mower"
	case "automation", "button", "input_button":
		return "script"
	default:
		return wish.Any
	}
}

// topicsOf are the topics of what a span names.
func (sp *span) topicsOf() []string {
	var found []string
	if sp.is(cEntity) {
		for _, e := range sp.name.entities {
			found = appendOnce(found, topicOf(e.Domain))
		}

		return found
	}
	for _, l := range sp.lexemes {
		if l.class == cKind {
			found = appendOnce(found, topicOf(l.of.Domain))
		}
		if l.class == cAbout && l.value == "shopping" {
			found = appendOnce(found, "todo")
		}
	}

	return found
}

// wordOfEvidence is a token as evidence. Of a number only what follows it tells anything.
func wordOfEvidence(tok *tokens.Token, hasAccent bool) wish.Word {
	if tok.IsNumber {
		return wish.Word{Fold: strings.TrimLeft(tok.Fold, "0123456789.,/"), Part: wish.Number}
	}
	value, rest, ok := numberIn(tok, hasAccent)
	_, isEnding := hungarian().suffixes.Find(rest)
	if ok && (rest == "" && value != 1 || isEnding) { // "egy" is an article first
		return wish.Word{Fold: rest, Part: wish.Number}
	}

	return wish.Word{Fold: tok.Fold, Form: formOf(tok.Fold), Senses: hungarian().sensesOf(tok.Fold)}
}

// evidenceAt is a token of a sentence as evidence.
func (ix *Index) evidenceAt(s *sentence, at int) wish.Word {
	m := ix.memoryOf(s)
	if m.evidence == nil {
		m.evidence = make([]*wish.Word, len(s.Tokens))
	}
	if m.evidence[at] == nil {
		w := wordOfEvidence(&s.Tokens[at], s.HasAccent)
		m.evidence[at] = &w
	}

	return *m.evidence[at]
}

// sensesOf are what the language knows of a folded word by itself: as a verb its stem, its mood and what it asks
// for, else the meanings of its likeliest stem.
func (l *language) sensesOf(folded string) []wish.Sense {
	var senses []wish.Sense
	prefix, forms := l.formsOf(folded)
	for _, f := range forms {
		senses = appendOnce(senses, wish.Sense{Of: "stem", Is: f.verb.Stem})
		senses = appendOnce(senses, wish.Sense{Of: "mood", Is: f.mood.String()})
		if action := f.verb.Senses[prefix]; action != "" {
			senses = appendOnce(senses, wish.Sense{Of: "action", Is: action})
		}
	}
	morphology.EachStem(folded, l.suffixes, func(stem string, ending morphology.Suffix) bool {
		if !l.words.mayHave(stem) {
			return true
		}
		word, ok := l.vocabulary[stem]
		if !ok {
			word, ok = l.changed[stem]
		}
		if !ok {
			return true
		}
		for i := range l.phrases[word] {
			if p := &l.phrases[word][i]; len(p.words) == 1 {
				for _, x := range p.meanings(ending, false) {
					senses = appendOnce(senses, wish.Sense{Of: x.class.String(), Is: x.value})
				}
			}
		}

		return len(senses) == 0
	})

	return senses
}

// formOf tells what a folded word looks like.
func formOf(folded string) string {
	switch {
	case looksImperative(folded):
		return "command"
	case morphology.EndsWithAny(folded, morphology.Rules().InfinitiveEndings):
		return "infinitive"
	case morphology.EndsWithAny(folded, morphology.Rules().PastEndings):
		return "past"
	case morphology.EndsWithAny(folded, morphology.Rules().ConditionalEndings):
		return "would"
	default:
		return ""
	}
}

// piece is a part of a row of spans, from one to before another.
type piece struct{ from, to int }

// evidenceOf is what a row has, seen from one of its pieces: all else is aside.
func (ix *Index) evidenceOf(s *sentence, row []*span, of piece) *wish.Evidence {
	e := &wish.Evidence{Words: make([]wish.Word, 0, len(s.Tokens)), IsQuestion: s.IsQuestion, IsExclaimed: s.IsExclaimed}
	for i, sp := range row {
		if sp.said != "" {
			continue
		}
		isAside, from := i < of.from || i >= of.to, len(e.Words)
		switch {
		case sp.isWishedFor():
			e.Words = append(e.Words, wish.Word{Fold: s.Tokens[sp.to-1].Fold, Part: wish.Thing})
		case sp.is(cArea | cFloor):
			e.Words = append(e.Words, wish.Word{Fold: s.Tokens[sp.to-1].Fold, Part: wish.Place})
		default:
			for k := sp.from; k < sp.to; k++ {
				e.Words = append(e.Words, ix.evidenceAt(s, k))
			}
		}
		for k := from; k < len(e.Words); k++ {
			e.Words[k].IsAside = isAside
		}
	}

	return e
}

// isWishedFor reports whether a span names a device or a kind of device.
func (sp *span) isWishedFor() bool {
	switch {
	case sp.is(cEntity):
		return len(of(sp.name.entities, []string{"person"})) < len(sp.name.entities)
	case isCommanding(sp):
		return false
	default:
		return sp.is(cKind) && !sp.is(cFiller) || sp.means(cAbout, "shopping")
	}
}
