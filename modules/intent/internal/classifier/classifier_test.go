package classifier_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/classifier"
)

// settings are small enough for a test.
func settings() classifier.Settings {
	return classifier.Settings{
		Classes: 3, Contexts: 2, Width: 8, Hidden: 16, Least: 1, Rounds: 600, VoteRate: 0.1, DenseRate: 0.3, Seed: 1,
	}
}

func all() []int { return []int{0, 1, 2} }

// examples tell class 1 by feature 10, class 2 by feature 20; feature 1 stands everywhere.
func examples() []classifier.Example {
	of := func(class int, features ...uint32) classifier.Example {
		return classifier.Example{Features: features, Answers: []classifier.Answer{{Class: class, Possible: all()}}}
	}

	return []classifier.Example{of(0, 1), of(1, 1, 10), of(2, 1, 20)}
}

func train(t *testing.T, examples []classifier.Example, s classifier.Settings) *classifier.Model {
	t.Helper()
	m, err := classifier.Load(string(classifier.Train(examples, s)))
	require.NoError(t, err)
	require.Equal(t, 3, m.Classes())
	require.Equal(t, 2, m.Contexts())

	return m
}

func TestLearnsWhichFeaturesTell(t *testing.T) {
	t.Parallel()
	m := train(t, examples(), settings())
	for class, features := range [][]uint32{{1}, {1, 10}, {1, 20, 30}} {
		likely := m.Read(features).In(0, all())

		assert.Greater(t, likely[class], float32(0.8), "%v: %v", features, likely)
		assert.InDelta(t, 1, likely[0]+likely[1]+likely[2], 1e-5)
	}
}

// TestLearnsWhatOnlyTogetherTells: of two features each says nothing by itself, but one of them alone does.
func TestLearnsWhatOnlyTogetherTells(t *testing.T) {
	t.Parallel()
	of := func(class int, features ...uint32) classifier.Example {
		return classifier.Example{Features: features, Answers: []classifier.Answer{{Class: class, Possible: all()}}}
	}
	m := train(t, []classifier.Example{of(0, 1), of(1, 1, 10), of(1, 1, 20), of(0, 1, 10, 20)}, settings())

	assert.Greater(t, m.Read([]uint32{1, 10}).In(0, all())[1], float32(0.8))
	assert.Greater(t, m.Read([]uint32{1, 10, 20}).In(0, all())[0], float32(0.8))
}

// TestLearnsWhatAContextChanges: the same text is of another class where it is asked about something else.
func TestLearnsWhatAContextChanges(t *testing.T) {
	t.Parallel()
	m := train(t, []classifier.Example{
		{Features: []uint32{7}, Answers: []classifier.Answer{{Context: 0, Class: 1, Possible: all()}, {Context: 1, Class: 2, Possible: all()}}},
	}, settings())
	said := m.Read([]uint32{7})

	assert.Greater(t, said.In(0, all())[1], float32(0.8))
	assert.Greater(t, said.In(1, all())[2], float32(0.8))
}

func TestOnlyPossibleClassesCompete(t *testing.T) {
	t.Parallel()
	likely := train(t, examples(), settings()).Read([]uint32{1, 10}).In(0, []int{0, 2})

	assert.Zero(t, likely[1])
	assert.InDelta(t, 1, likely[0]+likely[2], 1e-5)
}

// TestLeavesOutWhatIsRare: a feature of fewer examples than asked for says nothing.
func TestLeavesOutWhatIsRare(t *testing.T) {
	t.Parallel()
	s := settings()
	s.Least = 2
	m := train(t, examples(), s)

	assert.Equal(t, m.Read([]uint32{1}).In(0, all()), m.Read([]uint32{1, 10}).In(0, all()))
}

// TestSurvivesDropout: what is learned while features are hidden holds when all of them are seen.
func TestSurvivesDropout(t *testing.T) {
	t.Parallel()
	s := settings()
	s.Dropout = 0.5
	m := train(t, examples(), s)
	for class, features := range [][]uint32{{1}, {1, 10}, {1, 20}} {
		likely := m.Read(features).In(0, all())
		assert.Equal(t, class, slices.Index(likely, slices.Max(likely)), "%v: %v", features, likely)
	}
}

// TestWordsThatAreHiddenTeachTheRest: of two words that tell the same, each tells it alone once either may be unknown,
// although both have more than one feature.
func TestWordsThatAreHiddenTeachTheRest(t *testing.T) {
	t.Parallel()
	of := func(class int, features ...uint32) classifier.Example {
		return classifier.Example{
			Features: features, Sources: []int{-1, 0, 0, 1, 1}[:len(features)], Answers: []classifier.Answer{{Class: class, Possible: all()}},
		}
	}
	s := settings()
	s.Unknown, s.Mean = 0.4, 300
	m := train(t, []classifier.Example{of(0, 1), of(1, 1, 10, 11, 20, 21), of(2, 1, 30, 31, 40, 41)}, s)
	for class, halves := range [][][]uint32{1: {{1, 10, 11}, {1, 20, 21}}, 2: {{1, 30, 31}, {1, 40, 41}}} {
		for _, half := range halves {
			likely := m.Read(half).In(0, all())
			assert.Equal(t, class, slices.Index(likely, slices.Max(likely)), "%v: %v", half, likely)
		}
	}
}

func TestSameExamplesSameBytes(t *testing.T) {
	t.Parallel()
	once, again := classifier.Train(examples(), settings()), classifier.Train(examples(), settings())
	assert.Equal(t, once, again)
}

func TestLoadRefusesWhatIsNoModel(t *testing.T) {
	t.Parallel()
	whole := string(classifier.Train(examples(), settings()))
	with := func(at int, size uint32) string {
		data := []byte(whole)
		binary.LittleEndian.PutUint32(data[at:], size)

		return string(data)
	}
	const classes, hidden, features = 4, 16, 20
	for name, data := range map[string]string{
		"empty": "", "cut short": whole[:len(whole)-1], "header alone": whole[:10], "too long": whole + "x", "other": "zzzz" + whole[4:],
		"no classes": with(classes, 0), "too many units": with(hidden, 1<<31), "too many features": with(features, 1<<31),
	} {
		_, err := classifier.Load(data)
		assert.ErrorIs(t, err, classifier.ErrFormat, name)
	}
}
