package hungarian

import (
	"bytes"
	"crypto/sha256"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/wish"
)

// TestWeightsAreOfTheCorpus: whoever changes a sentence learns the weights anew.
func TestWeightsAreOfTheCorpus(t *testing.T) {
	t.Parallel()
	corpus, err := Corpus(os.DirFS("data/wishes"))
	require.NoError(t, err)
	_, err = ReadCorpus(bytes.NewReader(corpus))
	require.NoError(t, err)
	require.Equal(t, sha256.Sum256(corpus), wishes().Corpus(), "go generate ./modules/intent/... learns data/wishes.bin anew")
}

func TestReadCorpus(t *testing.T) {
	t.Parallel()
	got, err := ReadCorpus(strings.NewReader("light set\tLégy szíves, húszra a [nappali lámpát], ne {itt} égjen!\n"))
	require.NoError(t, err)
	require.Len(t, got, 1)

	e := got[0]
	assert.Equal(t, "light", e.Kind)
	assert.True(t, e.IsExclaimed)
	parts := make([]string, 0, len(e.Words))
	for _, w := range e.Words {
		parts = append(parts, w.Fold+map[bool]string{true: "~"}[w.IsAside])
	}
	assert.Equal(t, []string{"legy~", "szives~", "ra", "a", "lampat", "ne~", "itt~", "egjen~"}, parts)
	assert.Equal(t, []wish.Part{wish.Number, wish.Plain, wish.Thing}, []wish.Part{e.Words[2].Part, e.Words[3].Part, e.Words[4].Part})
	assert.Equal(t, wish.Place, e.Words[6].Part)
}

func TestReadCorpusNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no tab": "light on lámpát fel\n", "no such action": "light lock\tzárd be\n", "no such topic": "tea on\tfőzz teát\n",
		"no words": "light on\t...\n", "open bracket": "light on\tkapcsold fel a [lámpát\n",
	} {
		_, err := ReadCorpus(strings.NewReader("light on\t[lámpát] fel\n" + text))
		assert.ErrorContains(t, err, "line 2", name)
	}
}
