package classifier_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/classifier"
)

// settings are small enough for a test.
func settings() classifier.Settings {
	return classifier.Settings{Classes: 3, Bits: 6, Rounds: 600, Rate: 0.3, Decay: 1e-5, Seed: 1}
}

// examples tell class 1 by feature 10, class 2 by feature 20; feature 1 stands everywhere.
func examples() []classifier.Example {
	return []classifier.Example{
		{Features: []uint32{1}, Class: 0}, {Features: []uint32{1, 10}, Class: 1}, {Features: []uint32{1, 20}, Class: 2},
	}
}

func train(t *testing.T) *classifier.Model {
	t.Helper()
	m, rest, err := classifier.Load(string(classifier.Train(examples(), settings())) + "more")
	require.NoError(t, err)
	require.Equal(t, "more", rest)
	require.Equal(t, 3, m.Classes())

	return m
}

func TestLearnsWhichFeaturesTell(t *testing.T) {
	t.Parallel()
	m := train(t)
	for class, features := range [][]uint32{{1}, {1, 10}, {1, 20, 30}} {
		scores := make([]float32, m.Classes())
		m.Score(features, scores)
		classifier.Softmax(scores, func(int) bool { return true })

		assert.Greater(t, scores[class], float32(0.8), "%v: %v", features, scores)
		assert.InDelta(t, 1, scores[0]+scores[1]+scores[2], 1e-5)
	}
}

func TestOnlyPossibleClassesCompete(t *testing.T) {
	t.Parallel()
	m := train(t)
	scores := make([]float32, m.Classes())
	m.Score([]uint32{1, 10}, scores)
	classifier.Softmax(scores, func(class int) bool { return class != 1 })

	assert.Zero(t, scores[1])
	assert.InDelta(t, 1, scores[0]+scores[2], 1e-5)
}

// TestPossibleClassesOfExamples: what could not be meant loses nothing by an example.
func TestPossibleClassesOfExamples(t *testing.T) {
	t.Parallel()
	of := func(possible []int) []float32 {
		all := append(examples(), classifier.Example{Features: []uint32{10}, Class: 0, Possible: possible})
		m, _, err := classifier.Load(string(classifier.Train(all, settings())))
		require.NoError(t, err)
		scores := make([]float32, 3)
		m.Score([]uint32{10}, scores)

		return scores
	}

	assert.Greater(t, of([]int{0, 2})[1], of(nil)[1])
}

func TestSameExamplesSameBytes(t *testing.T) {
	t.Parallel()
	once, again := classifier.Train(examples(), settings()), classifier.Train(examples(), settings())
	assert.Equal(t, once, again)
}

func TestLoadRefusesWhatIsNoModel(t *testing.T) {
	t.Parallel()
	whole := string(classifier.Train(examples(), settings()))
	for name, data := range map[string]string{
		"empty": "", "cut short": whole[:len(whole)-1], "header alone": whole[:10], "other": "zzzz" + whole[4:],
		"no classes":    whole[:4] + "\x00\x00\x00\x00" + whole[8:],
		"too many bits": whole[:8] + "\xff\x00\x00\x00" + whole[12:],
	} {
		_, _, err := classifier.Load(data)
		assert.ErrorIs(t, err, classifier.ErrFormat, name)
	}
}
