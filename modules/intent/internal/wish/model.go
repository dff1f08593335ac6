package wish

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"homehub/modules/intent/internal/classifier"
)

// Model weighs evidence. It is immutable and safe for concurrent use.
type Model struct {
	topics, actions *classifier.Model
	corpus          [sha256.Size]byte
}

// ErrOutdated is returned for weights that were learned for other topics or actions than these.
var ErrOutdated = errors.New("wish: learned for other topics or actions")

// Load reads what Train learned. data must stay unchanged.
func Load(data string) (*Model, error) {
	m := new(Model)
	if len(data) < sha256.Size {
		return nil, classifier.ErrFormat
	}
	copy(m.corpus[:], data)
	var err error
	rest := data[sha256.Size:]
	if m.topics, rest, err = classifier.Load(rest); err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	if m.actions, _, err = classifier.Load(rest); err != nil {
		return nil, fmt.Errorf("actions: %w", err)
	}
	if m.topics.Classes() != len(known().topics) || m.actions.Classes() != len(known().actions) {
		return nil, ErrOutdated
	}

	return m, nil
}

// Corpus is the SHA-256 of the examples that the weights were learned from.
func (m *Model) Corpus() [sha256.Size]byte { return m.corpus }

// Of tells what a sentence wants of a thing that belongs to one of some topics. Which one is meant, its
// words tell, too.
func (m *Model) Of(e *Evidence, about ...string) Wish {
	l := known()
	if len(about) == 1 {
		return m.of(e, l.topic(about[0]))
	}
	likely := m.likely(e, func(topic int) bool { return topic > 0 && slices.Contains(about, l.topics[topic]) })
	best, most := Wish{Nothing: 1}, float32(0)
	for _, name := range about {
		topic := l.topic(name)
		if w := m.of(e, topic); likely[topic]*(w.Sure+w.Nothing) > most {
			best, most = w, likely[topic]*(w.Sure+w.Nothing)
		}
	}

	return best
}

// of tells what a sentence wants of one topic.
func (m *Model) of(e *Evidence, topic int) Wish {
	l := known()
	scores := make([]float32, len(l.actions))
	m.actions.Score(e.features(topic), scores)
	can := l.possible[topic]
	classifier.Softmax(scores, func(class int) bool { return slices.Contains(can, class) })
	best := can[0]
	for _, class := range can {
		if scores[class] > scores[best] {
			best = class
		}
	}
	if best == 0 {
		return Wish{Nothing: scores[0]}
	}

	return Wish{Topic: l.topics[topic], Action: l.actions[best], Sure: scores[best], Nothing: scores[0]}
}

// OfAnything tells what a sentence wants that names no thing.
func (m *Model) OfAnything(e *Evidence) Wish {
	likely := m.likely(e, func(int) bool { return true })
	best := 0
	for topic := range likely {
		if likely[topic] > likely[best] {
			best = topic
		}
	}
	switch known().topics[best] {
	case None:
		return Wish{Nothing: likely[best]}
	case Any:
		return Wish{Topic: Any, Action: Ask, Sure: likely[best], Nothing: likely[0]}
	case Nevermind:
		return Wish{Topic: Nevermind, Sure: likely[best], Nothing: likely[0]}
	}
	w := m.of(e, best)
	w.Sure *= likely[best]

	return w
}

// likely is how likely each topic is that is possible.
func (m *Model) likely(e *Evidence, isPossible func(topic int) bool) []float32 {
	scores := make([]float32, len(known().topics))
	m.topics.Score(e.features(0), scores)
	classifier.Softmax(scores, isPossible)

	return scores
}
