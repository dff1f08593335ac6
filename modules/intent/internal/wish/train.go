package wish

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"

	"homehub/modules/intent/internal/classifier"
)

// Example is a sentence of which is known what it wants.
type Example struct {
	Topic, Action string
	Evidence

	// Kind is the topic that the words for the thing themselves tell (a lamp); empty where they tell none.
	Kind string
	// Breaks tells for each word whether punctuation stands before it.
	Breaks []bool
}

// Train learns a model from examples, and returns it as bytes: the same examples give the same ones on
// the same processor. corpus is the sum of what they were read from.
func Train(examples []Example, corpus [sha256.Size]byte) []byte {
	l := known()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // an order that can be repeated, no secret
	var topics []int
	for _, topic := range l.everyTopic {
		topics = append(topics, l.classOf(topic))
	}
	var all []classifier.Example
	for i := range examples {
		e := &examples[i]
		answers := []classifier.Answer{{Class: l.classOf(l.topic(e.Topic)), Possible: topics}}
		for _, topic := range e.topicsToLearn(random) {
			answers = append(answers, e.wantedOf(topic))
		}
		all = append(all, classifier.Example{Features: e.features(), Sources: e.sources(), Answers: answers})
		all = append(all, e.mistaken(random)...)
	}

	return append(corpus[:], classifier.Train(all, settings())...)
}

// settings are how the weights are learned: what told best what was not learned from, of what was tried.
func settings() classifier.Settings {
	return classifier.Settings{
		Classes: known().classes(), Contexts: len(known().topics), Width: 16, Hidden: 32, Least: 4,
		Rounds: 12, Mean: 6, Dropout: 0.5, Unknown: 0.1, VoteRate: 0.1, DenseRate: 0.03, Seed: 1,
	}
}

// wantedOf is what an example teaches of a topic.
func (e *Example) wantedOf(topic int) classifier.Answer {
	return classifier.Answer{Context: topic, Class: known().action(e.Action), Possible: known().possible[topic]}
}

// topicsToLearn are the topics that an example teaches something of: its own; of a question, and of what
// asks for nothing, any that its thing could belong to.
func (e *Example) topicsToLearn(random *rand.Rand) []int {
	switch e.Topic {
	case Nevermind:
		return nil
	case None, Any:
	default:
		return []int{known().topic(e.Topic)}
	}
	learn := []int{known().topic(Any)}
	if e.Kind != "" {
		learn = append(learn, known().topic(e.Kind))
	} else {
		learn = append(learn, anyDevice(random), anyDevice(random))
	}

	return slices.DeleteFunc(learn, func(topic int) bool { return e.Topic == Any && !known().canAsk(topic) })
}

func anyDevice(random *rand.Rand) int { return 1 + random.IntN(lastOfDevices) }

// mistaken makes examples of a sentence that asks for nothing and names no device, in which some word is
// taken for one, as happens in homes whose devices are called by common words.
func (e *Example) mistaken(random *rand.Rand) []classifier.Example {
	const tries, shortest = 3, 4
	isNamed := slices.ContainsFunc(e.Words, func(w Word) bool { return w.Part == Thing })
	if e.Topic != None || isNamed {
		return nil
	}
	var made []classifier.Example
	for range tries {
		at := random.IntN(len(e.Words))
		if len(e.Words[at].Fold) < shortest || e.Words[at].Part != Plain {
			continue
		}
		other := Example{Topic: None, Action: noAction, Evidence: e.Evidence}
		other.Words = slices.Clone(e.Words)
		other.Words[at].Part = Thing
		other.SetAside(e.Breaks)
		made = append(made, classifier.Example{
			Features: other.features(), Sources: other.sources(), Answers: []classifier.Answer{other.wantedOf(anyDevice(random))},
		})
	}

	return made
}
