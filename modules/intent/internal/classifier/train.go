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
	// Sources tells of each feature which word of the text it was found in; negative for the whole text. Nil tells nothing.
	Sources []int
	Answers []Answer
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
	// Rounds is how often every example is learned, and Mean of how many of the last rounds the weights are the mean,
	// which is calmer than what the last examples left behind.
	Rounds, Mean int
	// Dropout is the share of a text's features that are hidden each time, so that none of them
	// is relied upon alone.
	Dropout float64
	// Unknown is the share of a text's words that are hidden each time with all their features, for there
	// always are words that nothing was learned of.
	Unknown float64
	// VoteRate is how far one example moves the votes, and DenseRate all else.
	VoteRate, DenseRate float32
	// Seed orders the examples. The same examples and settings give the same bytes on the same processor.
	Seed uint64
}

// Train learns a model by gradient descent with a rate of its own for every weight (AdaGrad), and
// returns its bytes.
func Train(examples []Example, s Settings) []byte {
	t := newTrainer(examples, s)
	for round := range s.Rounds {
		for _, at := range t.random.Perm(len(examples)) {
			t.learn(&examples[at])
		}
		if round >= s.Rounds-s.Mean {
			t.addToMeans()
		}
	}
	t.takeMeans()

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

	// means are the sums of all weights of the last rounds.
	means [][]float64

	// seen are the features of the example at hand that are not hidden; said are their votes and pulled their pulls together.
	seen         []int
	isHidden     []bool // of each source
	said, pulled []float32
	// The rest is what was made of them for one answer, and which way the votes and pulls are to be moved by all.
	inputs, before, units, scores, unitSlopes []float32
	voteSlopes, pullSlopes, slopes            []float32
}

func newTrainer(examples []Example, s Settings) *trainer {
	t := &trainer{
		shape: shape{classes: s.Classes, contexts: s.Contexts, width: s.Width, hidden: s.Hidden}, s: s,
		random: rand.New(rand.NewPCG(s.Seed, s.Seed)), //nolint:gosec // an order that can be repeated, no secret
		keys:   frequent(examples, s.Least), number: map[uint32]int{},
		said: make([]float32, s.Classes), pulled: make([]float32, s.Width),
		inputs: make([]float32, s.Width), before: make([]float32, s.Hidden), units: make([]float32, s.Hidden), scores: make([]float32, s.Classes),
		unitSlopes: make([]float32, s.Hidden), voteSlopes: make([]float32, s.Classes), pullSlopes: make([]float32, s.Width), slopes: make([]float32, s.Width),
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

// all are all weights.
func (t *trainer) all() [][]weight {
	return [][]weight{t.votes, t.pulls, t.context, t.in, t.bias, t.out, t.shared}
}

func (t *trainer) addToMeans() {
	for i, part := range t.all() {
		if len(t.means) <= i {
			t.means = append(t.means, make([]float64, len(part)))
		}
		for k := range part {
			t.means[i][k] += float64(part[k].value)
		}
	}
}

func (t *trainer) takeMeans() {
	for i, sums := range t.means {
		part := t.all()[i]
		for k, sum := range sums {
			part[k].value = float32(sum / float64(t.s.Mean))
		}
	}
}

// learn moves the weights that a text uses towards its class in every context that is known.
func (t *trainer) learn(e *Example) {
	t.see(e)
	t.sum()
	clear(t.voteSlopes)
	clear(t.pullSlopes)
	for i := range e.Answers {
		t.learnAnswer(&e.Answers[i])
	}
	for _, f := range t.seen {
		moveAll(t.votes[f*t.classes:(f+1)*t.classes], t.voteSlopes, t.s.VoteRate)
		moveAll(t.pulls[f*t.width:(f+1)*t.width], t.pullSlopes, t.s.DenseRate)
	}
}

// moveAll moves weights, each against its own slope.
func moveAll(weights []weight, slopes []float32, rate float32) {
	for i, slope := range slopes {
		if slope != 0 {
			weights[i].move(slope, rate)
		}
	}
}

// see finds the features that are not hidden this time.
func (t *trainer) see(e *Example) {
	t.seen = t.seen[:0]
	t.isHidden = t.isHidden[:0]
	for _, source := range e.Sources {
		for source >= len(t.isHidden) {
			t.isHidden = append(t.isHidden, t.random.Float64() < t.s.Unknown)
		}
	}
	for i, f := range e.Features {
		if len(e.Sources) > 0 && e.Sources[i] >= 0 && t.isHidden[e.Sources[i]] {
			continue
		}
		if number, ok := t.number[f]; ok && t.random.Float64() >= t.s.Dropout {
			t.seen = append(t.seen, number)
		}
	}
}

// sum adds up what the features say, whatever is asked.
func (t *trainer) sum() {
	clear(t.said)
	clear(t.pulled)
	for _, f := range t.seen {
		for i, w := range t.votes[f*t.classes : (f+1)*t.classes] {
			t.said[i] += w.value
		}
		for i, w := range t.pulls[f*t.width : (f+1)*t.width] {
			t.pulled[i] += w.value
		}
	}
}

// learnAnswer moves what one answer uses, and adds up which way the features' weights should move.
func (t *trainer) learnAnswer(a *Answer) {
	t.score(a)
	clear(t.unitSlopes)
	for _, class := range a.Possible {
		slope := t.scores[class]
		if class == a.Class {
			slope--
		}
		if math.Abs(float64(slope)) < 1e-4 { // as good as learned
			continue
		}
		t.voteSlopes[class] += slope
		t.learnOut(a.Context, class, slope)
	}
	t.learnIn(a.Context)
}

// score tells how likely each class seems now.
func (t *trainer) score(a *Answer) {
	for i := range t.inputs {
		t.inputs[i] = t.context[a.Context*t.width+i].value + t.pulled[i]
	}
	for u := range t.units {
		t.before[u] = t.bias[u].value
		for i, input := range t.inputs {
			t.before[u] += t.in[u*t.width+i].value * input
		}
		t.units[u] = max(0, t.before[u])
	}
	for _, class := range a.Possible {
		t.scores[class] = t.said[class]
		own, shared := t.outOf(a.Context, class)
		for u, unit := range t.units {
			t.scores[class] += (own[u].value + shared[u].value) * unit
		}
	}
	softmax(t.scores, a.Possible)
}

func (t *trainer) outOf(context, class int) (own, shared []weight) {
	at, sharedAt := (context*t.classes+class)*t.hidden, class*t.hidden

	return t.out[at : at+t.hidden], t.shared[sharedAt : sharedAt+t.hidden]
}

// learnOut moves what leads from the hidden layer to a class, and adds up what the units should change.
func (t *trainer) learnOut(context, class int, slope float32) {
	own, shared := t.outOf(context, class)
	for u, unit := range t.units {
		t.unitSlopes[u] += slope * (own[u].value + shared[u].value)
		if unit > 0 {
			own[u].move(slope*unit, t.s.DenseRate)
			shared[u].move(slope*unit, t.s.DenseRate)
		}
	}
}

// learnIn moves what leads to the hidden layer.
func (t *trainer) learnIn(context int) {
	clear(t.slopes)
	for u, slope := range t.unitSlopes {
		if t.before[u] <= 0 || slope == 0 {
			continue
		}
		for i, input := range t.inputs {
			w := &t.in[u*t.width+i]
			t.slopes[i] += slope * w.value
			w.move(slope*input, t.s.DenseRate)
		}
		t.bias[u].move(slope, t.s.DenseRate)
	}
	moveAll(t.context[context*t.width:(context+1)*t.width], t.slopes, t.s.DenseRate)
	for i, slope := range t.slopes {
		t.pullSlopes[i] += slope
	}
}

// bytes writes the model as Load reads it. A text that is read shows all of its features, hence what they say
// counts for less than it did while some were hidden.
func (t *trainer) bytes() []byte {
	shown := float32(1 - t.s.Dropout)
	votes, pulls := newRows(t.votes, t.classes), newRows(t.pulls, t.width)
	var data []byte
	data = append(data, magic...)
	for _, size := range []int{t.classes, t.contexts, t.width, t.hidden, len(t.keys)} {
		data = binary.LittleEndian.AppendUint32(data, uint32(size)) //nolint:gosec // bounded by Load
	}
	for _, scale := range []float32{votes.scale * shown, pulls.scale * shown} {
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
		data = append(data, votes.sizes[i], pulls.sizes[i])
		data = votes.appendTo(data, i)
		data = pulls.appendTo(data, i)
	}

	return data
}

// rows are weights as small numbers of steps, whose size is each row's own.
type rows struct {
	all   []weight
	width int
	// scale is what 1 of the sizes stands for.
	scale float32
	sizes []byte
}

// mostSteps fit into half a byte in either direction.
const mostSteps = 7

func newRows(all []weight, width int) *rows {
	r := &rows{all: all, width: width, scale: 1}
	best := make([]float32, 0, len(all)/width)
	var largest float32
	for i := range len(all) / width {
		best = append(best, bestStep(r.row(i)))
		largest = max(largest, best[i])
	}
	if largest > 0 {
		r.scale = largest / math.MaxUint8
	}
	for _, step := range best {
		r.sizes = append(r.sizes, byte(max(1, math.Round(float64(step/r.scale)))))
	}

	return r
}

func (r *rows) row(i int) []weight { return r.all[i*r.width : (i+1)*r.width] }

// bestStep is the size of step that loses least: the largest weights may be cut for the sake of all others.
func bestStep(row []weight) float32 {
	var largest float32
	for _, w := range row {
		largest = max(largest, w.value, -w.value)
	}
	best, least := largest/mostSteps, float32(math.Inf(1))
	for tenths := 10; tenths >= 5; tenths-- {
		step := largest / mostSteps * float32(tenths) / 10
		var lost float32
		for _, w := range row {
			off := w.value - step*float32(steps(w.value, step))
			lost += off * off
		}
		if lost < least {
			best, least = step, lost
		}
	}

	return best
}

// steps is how many steps of a size come nearest to a weight.
func steps(value, size float32) int {
	if size == 0 {
		return 0
	}

	return int(max(-mostSteps, min(mostSteps, math.Round(float64(value/size)))))
}

// appendTo writes a row, two numbers in each byte.
func (r *rows) appendTo(data []byte, i int) []byte {
	size := r.scale * float32(r.sizes[i])
	for k, w := range r.row(i) {
		half := byte(steps(w.value, size) + noSteps) //nolint:gosec // at most 15
		if k%2 == 0 {
			data = append(data, half|noSteps<<4)
		} else {
			data[len(data)-1] = data[len(data)-1]&15 | half<<4
		}
	}

	return data
}
