package hungarian

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"homehub/modules/intent/internal/hungarian/morphology"
	"homehub/modules/intent/internal/wish"
)

// Corpus is the text of a folder's *.txt files, in the order of their names.
func Corpus(folder fs.FS) ([]byte, error) {
	names, err := fs.Glob(folder, "*.txt")
	if err != nil {
		return nil, fmt.Errorf("list the corpus: %w", err)
	}
	var all []byte
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, fmt.Errorf("read the corpus: %w", err)
		}
		all = append(all, text...)
	}

	return all, nil
}

// ReadCorpus reads the sentences of data/wishes, which its README describes: on each line a topic and an
// action, a tab, and a sentence with its things in [square], its places in {curly} and the items of lists
// in <angle> brackets.
func ReadCorpus(r io.Reader) ([]wish.Example, error) {
	var all []wish.Example
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		label, said, ok := strings.Cut(lines.Text(), "\t")
		topic, action, _ := strings.Cut(label, " ")
		if !ok || !wish.IsLabel(topic, action) {
			return nil, fmt.Errorf("line %d: want a topic and its action, a tab and a sentence: %q", n, lines.Text())
		}
		m := marked{example: wish.Example{Topic: topic, Action: action}}
		if err := m.read(said); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		all = append(all, m.example)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the corpus: %w", err)
	}

	return all, nil
}

// marked is a sentence of the corpus while it is read.
type marked struct {
	example wish.Example
	isBreak bool // punctuation stood before what comes next
}

// bracket is what some words of the corpus are marked as.
type bracket struct {
	end  string
	part wish.Part
}

func bracketOf(open byte) bracket {
	switch open {
	case '[':
		return bracket{"]", wish.Thing}
	case '{':
		return bracket{"}", wish.Place}
	default:
		return bracket{">", wish.Item}
	}
}

func (m *marked) read(said string) error {
	for said != "" {
		at := strings.IndexAny(said, "[{<")
		if at < 0 {
			m.takePlain(said)

			break
		}
		m.takePlain(said[:at])
		b := bracketOf(said[at])
		inside, rest, ok := strings.Cut(said[at+1:], b.end)
		if !ok {
			return fmt.Errorf("a bracket without its end: %q", said)
		}
		m.takeMarked(inside, b.part)
		said = rest
	}
	if len(m.example.Words) == 0 {
		return errors.New("no words")
	}
	m.example.SetAside(m.example.Breaks)

	return nil
}

// takePlain takes words that stand outside brackets.
func (m *marked) takePlain(text string) {
	s := tokenize(text, morphology.IsEnding)
	e := &m.example
	for i := range s.Tokens {
		e.Words = append(e.Words, wordOfEvidence(&s.Tokens[i], s.HasAccent))
		e.Breaks = append(e.Breaks, i == 0 && m.isBreak || s.Tokens[i].BreakBefore)
	}
	e.IsQuestion, e.IsExclaimed = e.IsQuestion || s.IsQuestion, s.IsExclaimed
	if trimmed := strings.TrimRight(text, " "); trimmed != "" {
		m.isBreak = morphology.EndsWithAny(trimmed, []string{",", ";", ".", "!", "?", ":", "–", "—"})
	}
}

// takeMarked takes what stands in brackets, as one word.
func (m *marked) takeMarked(text string, part wish.Part) {
	tokens := tokenize(text, morphology.IsEnding).Tokens
	if len(tokens) == 0 {
		return
	}
	e := &m.example
	word := wish.Word{Fold: tokens[len(tokens)-1].Fold, Part: part}
	if part == wish.Thing && e.Kind == "" {
		e.Kind = hungarian().topicOfKind(word.Fold)
	}
	e.Words, e.Breaks = append(e.Words, word), append(e.Breaks, m.isBreak)
	m.isBreak = false
}

// topicOfKind is the topic of a folded word for a kind of device; empty where it is none.
func (l *language) topicOfKind(folded string) string {
	topic := ""
	morphology.EachStem(folded, l.suffixes, func(stem string, _ morphology.Suffix) bool {
		word, ok := l.vocabulary[stem]
		if !ok {
			word, ok = l.changed[stem]
		}
		if ok {
			topic = l.topicOfWord(word)
		}

		return topic == ""
	})

	return topic
}

func (l *language) topicOfWord(word int32) string {
	for _, p := range l.phrases[word] {
		for _, meant := range p.lexemes {
			if len(p.words) == 1 && meant.class == cKind {
				return topicOf(meant.of.Domain)
			}
		}
	}

	return ""
}
