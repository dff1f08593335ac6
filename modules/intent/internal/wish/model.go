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
	weights *classifier.Model
	corpus  [sha256.Size]byte
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
	if m.weights, err = classifier.Load(data[sha256.Size:]); err != nil {
		return nil, fmt.Errorf("wish: %w", err)
	}
	if l := known(); m.weights.Classes() != l.classes() || m.weights.Contexts() != len(l.topics) {
		return nil, ErrOutdated
	}

	return m, nil
}

// Corpus is the SHA-256 of the examples that the weights were learned from.
func (m *Model) Corpus() [sha256.Size]byte { return m.corpus }

// Weighed is a sentence whose evidence was weighed, whatever it may be about.
type Weighed struct{ sum *classifier.Sum }

// Scale weighs what one utterance has, which is often the same seen from several sides: that is weighed once. It is for one
// goroutine.
type Scale struct {
	m     *Model
	known []weighing
}

// weighing is evidence that was weighed.
type weighing struct {
	features []uint32
	Weighed
}

// NewScale makes a scale.
func (m *Model) NewScale() *Scale { return &Scale{m: m} }

// Weigh reads evidence once, for all that can be asked about it.
func (s *Scale) Weigh(e *Evidence) Weighed {
	features := e.features()
	for i := range s.known {
		if slices.Equal(s.known[i].features, features) {
			return s.known[i].Weighed
		}
	}
	said := Weighed{s.m.weights.Read(features)}
	s.known = append(s.known, weighing{features, said})

	return said
}

// Of tells what a sentence wants of a thing that belongs to one of some topics. Which one is meant, its
// words tell, too.
func (w Weighed) Of(about ...string) Wish {
	l := known()
	if len(about) == 1 {
		return w.of(l.topic(about[0]))
	}
	topics := make([]int, 0, len(about))
	for _, name := range about {
		if topic := l.topic(name); topic > 0 && !slices.Contains(topics, topic) {
			topics = append(topics, topic)
		}
	}
	likely := w.likely(topics)
	best, most := Wish{Nothing: 1}, float32(-1)
	for i, topic := range topics {
		if wanted := w.of(topic); likely[i]*(wanted.Sure+wanted.Nothing) > most {
			best, most = wanted, likely[i]*(wanted.Sure+wanted.Nothing)
		}
	}

	return best
}

// of tells what a sentence wants of one topic.
func (w Weighed) of(topic int) Wish {
	l := known()
	can := l.possible[topic]
	scores := w.sum.In(topic, can)
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
func (w Weighed) OfAnything() Wish {
	likely := w.likely(known().everyTopic)
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
	wanted := w.of(best)
	wanted.Sure *= likely[best]

	return wanted
}

// likely is how likely each of some topics is.
func (w Weighed) likely(topics []int) []float32 {
	l := known()
	possible := make([]int, 0, len(topics))
	for _, topic := range topics {
		possible = append(possible, l.classOf(topic))
	}
	scores := w.sum.In(0, possible)
	likely := make([]float32, 0, len(topics))
	for _, class := range possible {
		likely = append(likely, scores[class])
	}

	return likely
}
