package wish_test

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/classifier"
	"homehub/modules/intent/internal/wish"
)

// said makes evidence of words; one in square brackets is a thing, a comma sets off what follows it.
func said(text string) (e wish.Evidence, breaks []bool) {
	isBreak := false
	for word := range strings.FieldsSeq(text) {
		w := wish.Word{Fold: strings.Trim(word, "[],")}
		if strings.HasPrefix(word, "[") {
			w.Part = wish.Thing
		}
		e.Words, breaks = append(e.Words, w), append(breaks, isBreak)
		isBreak = strings.HasSuffix(word, ",")
	}
	e.SetAside(breaks)

	return e, breaks
}

func example(topic, action, text string) wish.Example {
	e, breaks := said(text)

	return wish.Example{Topic: topic, Action: action, Evidence: e, Breaks: breaks}
}

func model(t *testing.T) *wish.Model {
	t.Helper()
	examples := []wish.Example{
		example("light", "on", "gyujtsd meg a [lampat]"), example("light", "on", "[lampat] fel"),
		example("light", "off", "oltsd el a [lampat]"), example("light", "off", "[lampat] le"),
		example("cover", "open", "huzd fel a [rolot]"), example("cover", "close", "huzd le a [rolot]"), example("cover", "close", "[rolot] le"),
		example("weather", wish.Ask, "esik az eso"), example("weather", wish.Ask, "milyen ido lesz"),
		example(wish.None, "-", "szep ez a [lampa]"), example(wish.None, "-", "jo reggelt kivanok"), example(wish.Nevermind, "-", "hagyd megse"),
	}
	data := wish.Train(slices.Repeat(examples, 5), sha256.Sum256([]byte("corpus")))
	m, err := wish.Load(string(data))
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256([]byte("corpus")), m.Corpus())

	return m
}

func TestWantedOfATopic(t *testing.T) {
	t.Parallel()
	m := model(t)
	off, _ := said("oltsd mar el azt a [lampat]")
	got := m.NewScale().Weigh(&off).Of("light")
	assert.Equal(t, "off", got.Action)
	assert.Greater(t, got.Sure, got.Nothing)

	// What is no action of the topic cannot be wanted of it.
	closed := m.NewScale().Weigh(&off).Of("cover")
	assert.NotEqual(t, "off", closed.Action)

	praise, _ := said("szep ez a [lampa]")
	assert.Empty(t, m.NewScale().Weigh(&praise).Of("light").Action)
	assert.Greater(t, m.NewScale().Weigh(&praise).Of("light").Nothing, float32(0.5))
}

// TestWhichTopic: where a thing could belong to two, the words tell which is meant.
func TestWhichTopic(t *testing.T) {
	t.Parallel()
	pulled, _ := said("huzd le a [papaet]")
	got := model(t).NewScale().Weigh(&pulled).Of("light", "cover")

	assert.Equal(t, "cover", got.Topic)
	assert.Equal(t, "close", got.Action)
}

func TestWantedOfAnything(t *testing.T) {
	t.Parallel()
	m := model(t)
	for text, want := range map[string]string{"milyen ido lesz ma": "weather", "megse hagyd": wish.Nevermind, "jo reggelt": ""} {
		e, _ := said(text)
		assert.Equal(t, want, m.NewScale().Weigh(&e).OfAnything().Topic, text)
	}
}

func TestSetAside(t *testing.T) {
	t.Parallel()
	e, _ := said("faradt vagyok, oltsd el a [lampat], koszonom")
	core := e.WithoutAsides()

	assert.Len(t, e.Words, 7)
	assert.Len(t, core.Words, 4)
	assert.Equal(t, "oltsd", core.Words[0].Fold)
	plain, _ := said("faradt vagyok, koszonom")
	assert.Len(t, plain.WithoutAsides().Words, 3, "nothing is aside where nothing is named")
}

func TestLabels(t *testing.T) {
	t.Parallel()
	assert.True(t, wish.IsLabel("light", "color"))
	assert.True(t, wish.IsLabel(wish.None, "-"))
	assert.False(t, wish.IsLabel("lock", "on"))
	assert.False(t, wish.IsLabel("none", "on"))
	assert.False(t, wish.IsLabel("", ""))
}

func TestLoadRefusesWhatIsNoModel(t *testing.T) {
	t.Parallel()
	small := classifier.Train(nil, classifier.Settings{Classes: 2, Contexts: 2, Width: 1, Hidden: 1})
	_, err := wish.Load(strings.Repeat("x", sha256.Size) + string(small))
	require.ErrorIs(t, err, wish.ErrOutdated)
	for _, data := range []string{"", "short", strings.Repeat("x", 100), strings.Repeat("x", sha256.Size) + string(small[:len(small)-1])} {
		_, err := wish.Load(data)
		require.ErrorIs(t, err, classifier.ErrFormat)
	}
}
