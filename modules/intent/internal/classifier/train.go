package classifier

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
)

// Example is one text of which the class is known.
type Example struct {
	Features []uint32
	Class    int
	// Possible are the classes that could be meant; all where nil.
	Possible []int
}

// Settings are how a model is learned.
type Settings struct {
	Classes int
	// Bits of the hash: the model has 2^Bits rows.
	Bits int
	// Rounds is how often every example is seen.
	Rounds int
	// Rate is how far one example moves the weights; Decay how fast weights that nothing supports go
	// back to zero.
	Rate, Decay float32
	// Seed orders the examples. The same examples and settings give the same bytes.
	Seed uint64
}

// Train learns a model by gradient descent with a rate of its own for every weight (AdaGrad), and
// returns its bytes.
func Train(examples []Example, s Settings) []byte {
	t := trainer{s: s, weights: make([]float32, s.Classes<<s.Bits), seen: make([]float32, s.Classes<<s.Bits), scores: make([]float32, s.Classes)}
	order := rand.New(rand.NewPCG(s.Seed, s.Seed)) //nolint:gosec // an order that can be repeated, no secret
	for range s.Rounds {
		for _, at := range order.Perm(len(examples)) {
			t.learn(&examples[at])
		}
	}

	return t.bytes()
}

type trainer struct {
	s       Settings
	weights []float32
	seen    []float32 // the sum of the squares of what moved each weight
	scores  []float32
}

// learn moves the weights of one example's features towards its class.
func (t *trainer) learn(e *Example) {
	mask := uint32(1)<<t.s.Bits - 1
	possible := make([]bool, t.s.Classes)
	for class := range possible {
		possible[class] = e.Possible == nil
	}
	for _, class := range e.Possible {
		possible[class] = true
	}
	clear(t.scores)
	for _, f := range e.Features {
		at := int(f&mask) * t.s.Classes
		for class := range t.scores {
			t.scores[class] += t.weights[at+class]
		}
	}
	Softmax(t.scores, func(class int) bool { return possible[class] })
	for class := range t.scores {
		if !possible[class] {
			continue
		}
		gradient := t.scores[class]
		if class == e.Class {
			gradient--
		}
		if math.Abs(float64(gradient)) < 1e-4 {
			continue
		}
		for _, f := range e.Features {
			t.move(int(f&mask)*t.s.Classes+class, gradient)
		}
	}
}

func (t *trainer) move(at int, gradient float32) {
	gradient += t.s.Decay * t.weights[at]
	t.seen[at] += gradient * gradient
	t.weights[at] -= t.s.Rate * gradient / float32(math.Sqrt(float64(t.seen[at])+1e-6))
}

// bytes writes the weights, each as a signed byte of the largest.
func (t *trainer) bytes() []byte {
	const most = 127
	var largest float32
	for _, w := range t.weights {
		largest = max(largest, w, -w)
	}
	scale := largest / most
	if scale == 0 {
		scale = 1
	}
	data := make([]byte, 0, headerSize+len(t.weights))
	data = append(data, magic...)
	data = binary.LittleEndian.AppendUint32(data, uint32(t.s.Classes)) //nolint:gosec // bounded by Load
	data = binary.LittleEndian.AppendUint32(data, uint32(t.s.Bits))    //nolint:gosec // bounded by Load
	data = binary.LittleEndian.AppendUint32(data, math.Float32bits(scale))
	for _, w := range t.weights {
		data = append(data, byte(int8(math.Round(float64(w/scale))))) //nolint:gosec // a byte is how the sign is stored
	}

	return data
}
