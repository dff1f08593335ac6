// Package classifier weighs evidence: it tells how likely each of a few classes is, given what was
// found in a text. It is a multinomial logistic regression (maximum entropy) over hashed features:
// every feature votes for or against every class with a weight that was learned from examples.
//
// It knows nothing of what the features and classes mean.
package classifier

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Model holds the learned weights of one set of classes. It is immutable and safe for concurrent use.
type Model struct {
	classes int
	mask    uint32
	scale   float32
	weights string // a row of classes for each hash, each a signed byte
}

// Layout of a model as bytes: magic, classes, bits of the hash, scale, the weights.
const (
	magic      = "hhw1"
	headerSize = len(magic) + 3*4
	maxBits    = 20
	maxClasses = 256
)

// ErrFormat is returned for bytes that are no model, or were cut short.
var ErrFormat = errors.New("classifier: not a model")

// Load reads a model at the beginning of data, which must stay unchanged, and returns what follows it.
func Load(data string) (m *Model, rest string, err error) {
	if len(data) < headerSize || data[:len(magic)] != magic {
		return nil, "", ErrFormat
	}
	head := []byte(data[len(magic):headerSize])
	classes, bits := binary.LittleEndian.Uint32(head), binary.LittleEndian.Uint32(head[4:])
	if classes == 0 || classes > maxClasses || bits > maxBits {
		return nil, "", fmt.Errorf("%w: %d classes, %d bits", ErrFormat, classes, bits)
	}
	size := headerSize + int(classes)<<bits
	if len(data) < size {
		return nil, "", fmt.Errorf("%w: cut short", ErrFormat)
	}

	return &Model{
		classes: int(classes), mask: 1<<bits - 1,
		scale: math.Float32frombits(binary.LittleEndian.Uint32(head[8:])), weights: data[headerSize:size],
	}, data[size:], nil
}

// Classes is how many classes the model tells apart.
func (m *Model) Classes() int { return m.classes }

// Score adds up what the features say of every class. into must have room for all classes; higher is
// likelier, and what counts is the difference between two of them.
func (m *Model) Score(features []uint32, into []float32) {
	sums := make([]int32, m.classes)
	for _, f := range features {
		at := int(f&m.mask) * m.classes
		row := m.weights[at : at+m.classes]
		for class := range sums {
			sums[class] += int32(int8(row[class])) //nolint:gosec // a byte is how the sign is stored
		}
	}
	for class, sum := range sums {
		into[class] = float32(sum) * m.scale
	}
}

// Softmax turns the scores of those classes that are possible into probabilities, and those of the
// others into zero.
func Softmax(scores []float32, isPossible func(class int) bool) {
	highest := float32(math.Inf(-1))
	for class, s := range scores {
		if isPossible(class) {
			highest = max(highest, s)
		}
	}
	var sum float64
	for class, s := range scores {
		if !isPossible(class) {
			scores[class] = 0

			continue
		}
		p := math.Exp(float64(s - highest))
		scores[class] = float32(p)
		sum += p
	}
	if sum == 0 {
		return
	}
	for class := range scores {
		scores[class] = float32(float64(scores[class]) / sum)
	}
}
