// Package classifier weighs evidence: it tells how likely each of a few classes is, given what was
// found in a text and what it is asked about. It is a small neural network over hashed features
// ("wide and deep"): every feature votes for or against every class by itself, and all of them together
// pass through a hidden layer, which learns what the votes mean for one context or another.
//
// It knows nothing of what the features, contexts and classes mean.
package classifier

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// Model holds what was learned. It is immutable and safe for concurrent use.
type Model struct {
	shape

	voteScale, pullScale float32
	// dense are the weights behind the features.
	dense dense
	// keys are the features that were learned, in order, four bytes each, and rows what each of them says: how
	// large a step of its votes is and one of its pulls, then half a byte of steps for every class, and for every
	// input of the hidden layer. Both are read where they lie.
	keys, rows string
	// starts are where in keys those begin that share their first bits.
	starts []uint32
}

// shape is how large a model is.
type shape struct {
	classes, contexts int
	// width is how many inputs the hidden layer has, and hidden how many units.
	width, hidden int
}

// dense are the weights that every text uses.
type dense struct {
	context []float32 // contexts x width: what a context adds to the inputs
	in      []float32 // hidden x width
	bias    []float32 // hidden
	out     []float32 // contexts x classes x hidden
}

// Layout of a model as bytes, little endian: magic, four sizes, the number of features, two scales, the dense
// weights, the features, their rows.
const (
	magic      = "hhw3"
	headerSize = len(magic) + 7*4
	// firstBits of a feature lead to where it is looked for.
	firstBits = 14
	maxSize   = 1 << 12 // of each part of a shape
)

// ErrFormat is returned for bytes that are no model, or were cut short.
var ErrFormat = errors.New("classifier: not a model")

func (s shape) isValid() bool {
	for _, size := range []int{s.classes, s.contexts, s.width, s.hidden} {
		if size < 1 || size > maxSize {
			return false
		}
	}

	return true
}

func newDense(s shape) dense {
	return dense{
		context: make([]float32, s.contexts*s.width), in: make([]float32, s.hidden*s.width),
		bias: make([]float32, s.hidden), out: make([]float32, s.contexts*s.classes*s.hidden),
	}
}

func (d *dense) parts() [][]float32 { return [][]float32{d.context, d.in, d.bias, d.out} }

// Load reads a model, which data must be all of, and stay unchanged.
func Load(data string) (*Model, error) {
	if len(data) < headerSize || data[:len(magic)] != magic {
		return nil, ErrFormat
	}
	var head [7]uint32
	for i := range head {
		head[i] = uint32At(data, len(magic)+4*i)
	}
	m := &Model{
		shape:     shape{classes: int(head[0]), contexts: int(head[1]), width: int(head[2]), hidden: int(head[3])},
		voteScale: math.Float32frombits(head[5]), pullScale: math.Float32frombits(head[6]),
	}
	if !m.isValid() {
		return nil, fmt.Errorf("%w: %+v", ErrFormat, m.shape)
	}
	features := int(head[4])
	small := m.contexts*m.width + m.hidden*m.width + m.hidden + m.contexts*m.classes*m.hidden
	if want := headerSize + 4*small + features*(4+m.rowSize()); len(data) != want {
		return nil, fmt.Errorf("%w: %d bytes instead of %d", ErrFormat, len(data), want)
	}
	m.dense = newDense(m.shape)
	at := headerSize
	for _, part := range m.dense.parts() {
		for i := range part {
			part[i] = math.Float32frombits(uint32At(data, at))
			at += 4
		}
	}
	m.keys, m.rows = data[at:at+4*features], data[at+4*features:]
	m.index()

	return m, nil
}

func uint32At(data string, at int) uint32 { return binary.LittleEndian.Uint32([]byte(data[at : at+4])) }

// index finds where the features with each of the first bits begin.
func (m *Model) index() {
	m.starts = make([]uint32, 1<<firstBits+1)
	for at := 0; at < len(m.keys); at += 4 {
		m.starts[uint32At(m.keys, at)>>(32-firstBits)+1]++
	}
	for i := 1; i < len(m.starts); i++ {
		m.starts[i] += m.starts[i-1]
	}
}

// halves is how many bytes so many halves of a byte take.
func halves(n int) int { return (n + 1) / 2 }

// rowSize is how many bytes a row takes, its two scales first.
func (s shape) rowSize() int { return scalesSize + halves(s.classes) + halves(s.width) }

const (
	scalesSize = 2
	// noSteps is how no step at all is written in half a byte.
	noSteps = 8
)

// Classes is how many classes the model tells apart, and Contexts in how many contexts.
func (m *Model) Classes() int { return m.classes }

// Contexts is how many contexts the model knows.
func (m *Model) Contexts() int { return m.contexts }

// row is what a feature says, empty where it was never learned.
func (m *Model) row(feature uint32) string {
	first := feature >> (32 - firstBits)
	for i := m.starts[first]; i < m.starts[first+1]; i++ {
		if uint32At(m.keys, int(4*i)) == feature {
			at := int(i) * m.rowSize()

			return m.rows[at : at+m.rowSize()]
		}
	}

	return ""
}

// Sum is what the features of a text say together, whatever the context. It is for one goroutine.
type Sum struct {
	m     *Model
	votes []float32 // for every class
	pulls []float32 // for every input of the hidden layer
	units []unitsOf // that were found
}

// Read sums up the features of a text.
func (m *Model) Read(features []uint32) *Sum {
	inVotes := halves(m.classes)
	votes, pulls := make([]int32, 2*inVotes), make([]int32, 2*halves(m.width))
	for _, f := range features {
		if row := m.row(f); row != "" {
			addSteps(votes, row[0], row[scalesSize:scalesSize+inVotes])
			addSteps(pulls, row[1], row[scalesSize+inVotes:])
		}
	}
	s := &Sum{m: m, votes: make([]float32, m.classes), pulls: make([]float32, m.width)}
	for i := range s.votes {
		s.votes[i] = float32(votes[i]) * m.voteScale
	}
	for i := range s.pulls {
		s.pulls[i] = float32(pulls[i]) * m.pullScale
	}

	return s
}

// addSteps adds what a row says, two numbers in each byte.
func addSteps(sums []int32, scale byte, steps string) {
	size := int32(scale)
	for i := range len(steps) {
		two := sums[2*i : 2*i+2]
		two[0] += size * (int32(steps[i]&15) - noSteps)
		two[1] += size * (int32(steps[i]>>4) - noSteps)
	}
}

// In tells how likely each of the possible classes is in a context; all others are 0.
func (s *Sum) In(context int, possible []int) []float32 {
	units := s.unitsIn(context)
	scores := make([]float32, s.m.classes)
	for some := range slices.Chunk(possible, abreast) {
		var rows [abreast][]float32
		for i, class := range some {
			rows[i] = s.m.outOf(context, class)
		}
		products := dots(&rows, units)
		for i, class := range some {
			scores[class] = s.votes[class] + products[i]
		}
	}
	softmax(scores, possible)

	return scores
}

// unitsIn are the outputs of the hidden layer in a context, each found once.
func (s *Sum) unitsIn(context int) []float32 {
	for _, known := range s.units {
		if known.context == context {
			return known.out
		}
	}
	out := s.m.units(context, s.pulls)
	s.units = append(s.units, unitsOf{context, out})

	return out
}

// unitsOf are the outputs of the hidden layer in a context.
type unitsOf struct {
	context int
	out     []float32
}

func (m *Model) units(context int, pulls []float32) []float32 {
	inputs := make([]float32, m.width)
	for i, own := range m.dense.context[context*m.width : (context+1)*m.width] {
		inputs[i] = own + pulls[i]
	}
	units := make([]float32, m.hidden)
	for from := 0; from < m.hidden; from += abreast {
		var rows [abreast][]float32
		n := min(abreast, m.hidden-from)
		for i := range n {
			rows[i] = m.dense.in[(from+i)*m.width : (from+i+1)*m.width]
		}
		products := dots(&rows, inputs)
		for i := range n {
			units[from+i] = max(0, m.dense.bias[from+i]+products[i])
		}
	}

	return units
}

func (m *Model) outOf(context, class int) []float32 {
	at := (context*m.classes + class) * m.hidden

	return m.dense.out[at : at+m.hidden]
}

// abreast is how many rows are multiplied at a time: each sum waits for its last addition, and so there is time for more.
const abreast = 4

// dots are the products of some rows with another one. Rows that are not there are multiplied for nothing.
func dots(rows *[abreast][]float32, with []float32) [abreast]float32 {
	for i := range rows {
		if rows[i] == nil {
			rows[i] = with
		}
	}
	n := len(with)
	a, b, c, d := rows[0][:n], rows[1][:n], rows[2][:n], rows[3][:n]
	var sums [abreast]float32
	for i, v := range with {
		sums[0] += a[i] * v
		sums[1] += b[i] * v
		sums[2] += c[i] * v
		sums[3] += d[i] * v
	}

	return sums
}

// softmax turns the scores of the possible classes into probabilities.
func softmax(scores []float32, possible []int) {
	highest := float32(math.Inf(-1))
	for _, class := range possible {
		highest = max(highest, scores[class])
	}
	var sum float64
	for _, class := range possible {
		p := math.Exp(float64(scores[class] - highest))
		scores[class] = float32(p)
		sum += p
	}
	for _, class := range possible {
		scores[class] = float32(float64(scores[class]) / sum)
	}
}
