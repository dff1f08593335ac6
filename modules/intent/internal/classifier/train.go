package classifier

import (
	"encoding/binary"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
)

// Example is one text of which some answers are known.
type Example struct {
	Features []uint32
	Answers  []Answer
}

// Answer is the class of a text in one context.
type Answer struct {
	Context, Class int
	// Possible are the classes that could be meant, Class among them.
	Possible []int
}

// Settings are how a model is learned.
type Settings struct {
	Classes, Contexts int
	// Width is how many inputs the hidden layer has, and Hidden how many units.
	Width, Hidden int
	// Least is in how many examples a feature must be found to be learned.
	Least int
	// Rounds is how often every answer is learned.
	Rounds int
	// Dropout is the share of a text's features that are hidden each time, so that none of them
	// is relied upon alone.
	Dropout float64
	// VoteRate is how far one example moves the votes, and DenseRate all else.
	VoteRate, DenseRate float32
	// Seed orders the examples. The same examples and settings give the same bytes on the same processor.
	Seed uint64
}

// Train learns a model by gradient descent with a rate of its own for every weight (AdaGrad), and
// returns its bytes.
func Train(examples []Example, s Settings) []byte {
	t := newTrainer(examples, s)
	type lesson struct{ example, answer int }
	var lessons []lesson
	for i := range examples {
		for k := range examples[i].Answers {
			lessons = append(lessons, lesson{i, k})
		}
	}
	for range s.Rounds {
		for _, at := range t.random.Perm(len(lessons)) {
			e := &examples[lessons[at].example]
			t.learn(e.Features, &e.Answers[lessons[at].answer])
		}
	}

	return t.bytes()
}

// weight is a number that is learned; moved is the sum of the squares of what moved it.
type weight struct{ value, moved float32 }

func (w *weight) move(gradient, rate float32) {
	w.moved += gradient * gradient
	w.value -= rate * gradient / float32(math.Sqrt(float64(w.moved)+1e-6))
}

type trainer struct {
	shape

	s      Settings
	random *rand.Rand
	keys   []uint32
	number map[uint32]int // of each feature in keys
	votes  []weight       // features x classes
	pulls  []weight       // features x width

	context, in, bias []weight
	// out is for every context, shared what they have in common.
	out, shared []weight

	// seen are the features of the example at hand, the rest what was made of them.
	seen                         []int
	inputs, before, units, slope []float32
	scores                       []float32
}

func newTrainer(examples []Example, s Settings) *trainer {
	t := &trainer{
		shape: shape{classes: s.Classes, contexts: s.Contexts, width: s.Width, hidden: s.Hidden}, s: s,
		random: rand.New(rand.NewPCG(s.Seed, s.Seed)), //nolint:gosec // an order that can be repeated, no secret
		keys:   frequent(examples, s.Least), number: map[uint32]int{},
		inputs: make([]float32, s.Width), before: make([]float32, s.Hidden), units: make([]float32, s.Hidden), slope: make([]float32, s.Width),
		scores: make([]float32, s.Classes),
	}
	for i, key := range t.keys {
		t.number[key] = i
	}
	// Small random numbers to begin with, so that the units learn different things.
	const pulls, contexts, out = 0.05, 0.3, 0.02
	t.votes = t.weights(len(t.keys)*s.Classes, 0)
	t.pulls = t.weights(len(t.keys)*s.Width, pulls)
	t.context = t.weights(s.Contexts*s.Width, contexts)
	t.in = t.weights(s.Hidden*s.Width, math.Sqrt(2/float64(s.Width)))
	t.bias = t.weights(s.Hidden, 0)
	t.out = t.weights(s.Contexts*s.Classes*s.Hidden, out)
	t.shared = t.weights(s.Classes*s.Hidden, out)

	return t
}

// frequent are the features of at least so many examples, in order.
func frequent(examples []Example, least int) []uint32 {
	counts := map[uint32]int{}
	for i := range examples {
		distinct := slices.Clone(examples[i].Features)
		slices.Sort(distinct)
		for _, f := range slices.Compact(distinct) {
			counts[f]++
		}
	}
	maps.DeleteFunc(counts, func(_ uint32, n int) bool { return n < least })

	return slices.Sorted(maps.Keys(counts))
}

func (t *trainer) weights(n int, spread float64) []weight {
	all := make([]weight, n)
	for i := range all {
		all[i].value = float32(t.random.NormFloat64() * spread)
	}

	return all
}

// learn moves the weights that a text uses towards its class in one context.
func (t *trainer) learn(features []uint32, e *Answer) {
	t.see(features)
	t.score(e)
	clear(t.slope)
	unitSlopes := make([]float32, t.hidden)
	for _, class := range e.Possible {
		gradient := t.scores[class]
		if class == e.Class {
			gradient--
		}
		if math.Abs(float64(gradient)) < 1e-4 { // as good as learned
			continue
		}
		for _, f := range t.seen {
			t.votes[f*t.classes+class].move(gradient, t.s.VoteRate)
		}
		t.learnOut(e.Context, class, gradient, unitSlopes)
	}
	t.learnIn(e.Context, unitSlopes)
}

// see finds the features that are not hidden this time.
func (t *trainer) see(features []uint32) {
	t.seen = t.seen[:0]
	for _, f := range features {
		if number, ok := t.number[f]; ok && t.random.Float64() >= t.s.Dropout {
			t.seen = append(t.seen, number)
		}
	}
}

// score tells how likely each class seems now.
func (t *trainer) score(e *Answer) {
	for i := range t.inputs {
		t.inputs[i] = t.context[e.Context*t.width+i].value
	}
	clear(t.scores)
	for _, f := range t.seen {
		for i := range t.inputs {
			t.inputs[i] += t.pulls[f*t.width+i].value
		}
		for _, class := range e.Possible {
			t.scores[class] += t.votes[f*t.classes+class].value
		}
	}
	for u := range t.units {
		t.before[u] = t.bias[u].value
		for i, input := range t.inputs {
			t.before[u] += t.in[u*t.width+i].value * input
		}
		t.units[u] = max(0, t.before[u])
	}
	for _, class := range e.Possible {
		own, shared := t.outOf(e.Context, class)
		for u, unit := range t.units {
			t.scores[class] += (own[u].value + shared[u].value) * unit
		}
	}
	softmax(t.scores, e.Possible)
}

func (t *trainer) outOf(context, class int) (own, shared []weight) {
	at, sharedAt := (context*t.classes+class)*t.hidden, class*t.hidden

	return t.out[at : at+t.hidden], t.shared[sharedAt : sharedAt+t.hidden]
}

// learnOut moves what leads from the hidden layer to a class, and adds up what the units should change.
func (t *trainer) learnOut(context, class int, gradient float32, unitSlopes []float32) {
	own, shared := t.outOf(context, class)
	for u, unit := range t.units {
		unitSlopes[u] += gradient * (own[u].value + shared[u].value)
		if unit > 0 {
			own[u].move(gradient*unit, t.s.DenseRate)
			shared[u].move(gradient*unit, t.s.DenseRate)
		}
	}
}

// learnIn moves what leads to the hidden layer.
func (t *trainer) learnIn(context int, unitSlopes []float32) {
	for u, slope := range unitSlopes {
		if t.before[u] <= 0 || slope == 0 {
			continue
		}
		for i, input := range t.inputs {
			w := &t.in[u*t.width+i]
			t.slope[i] += slope * w.value
			w.move(slope*input, t.s.DenseRate)
		}
		t.bias[u].move(slope, t.s.DenseRate)
	}
	for i, slope := range t.slope {
		if slope == 0 {
			continue
		}
		t.context[context*t.width+i].move(slope, t.s.DenseRate)
		for _, f := range t.seen {
			t.pulls[f*t.width+i].move(slope, t.s.DenseRate)
		}
	}
}

// bytes writes the model as Load reads it. A text that is read shows all of its features, hence what they say
// counts for less than it did while some were hidden.
func (t *trainer) bytes() []byte {
	shown := float32(1 - t.s.Dropout)
	voteScale, pullScale := scaleOf(t.votes), scaleOf(t.pulls)
	var data []byte
	data = append(data, magic...)
	for _, size := range []int{t.classes, t.contexts, t.width, t.hidden, len(t.keys)} {
		data = binary.LittleEndian.AppendUint32(data, uint32(size)) //nolint:gosec // bounded by Load
	}
	for _, scale := range []float32{voteScale * shown, pullScale * shown} {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(scale))
	}
	for i := range t.out {
		t.out[i].value += t.shared[i%len(t.shared)].value
	}
	for _, part := range [][]weight{t.context, t.in, t.bias, t.out} {
		for _, w := range part {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(w.value))
		}
	}
	for _, key := range t.keys {
		data = binary.LittleEndian.AppendUint32(data, key)
	}
	for i := range t.keys {
		data = appendBytes(data, t.votes[i*t.classes:(i+1)*t.classes], voteScale)
		data = appendBytes(data, t.pulls[i*t.width:(i+1)*t.width], pullScale)
	}

	return data
}

// most is the largest signed byte.
const most = 127

// scaleOf is what a step of a signed byte stands for, so that all weights fit.
func scaleOf(all []weight) float32 {
	var largest float32
	for _, w := range all {
		largest = max(largest, w.value, -w.value)
	}
	if largest == 0 {
		return 1
	}

	return largest / most
}

func appendBytes(data []byte, all []weight, scale float32) []byte {
	for _, w := range all {
		data = append(data, byte(int8(math.Round(float64(w.value/scale))))) //nolint:gosec // a byte is how the sign is stored
	}

	return data
}
