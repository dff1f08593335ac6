package morphology

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEndings(t *testing.T) {
	t.Parallel()
	e := newEndings(map[string]Suffix{
		"ban": {Case: Inessive, IsThere: true}, "n": {Case: Superessive, IsThere: true}, "kban": {Case: Inessive, IsPlural: true, IsThere: true},
	})
	for _, tt := range []struct {
		word  string
		stems []string
	}{
		{"kertekban", []string{"kertekba", "kertek", "kerte"}},
		{"ban", []string{"ba"}},
		{"szekrény", nil},
		{"ébán", []string{"ébá"}},
		{"n", nil},
	} {
		var stems []string
		e.cut(tt.word, func(stem string, _ Suffix) bool {
			stems = append(stems, stem)

			return true
		})
		assert.Equal(t, tt.stems, stems, tt.word)
	}
	_, isEnding := e.Find("an")
	assert.False(t, isEnding, "only the end of one")
	_, isEnding = e.Find("")
	assert.False(t, isEnding)
	found, isEnding := e.Find("ban")
	assert.True(t, isEnding)
	assert.Equal(t, Inessive, found.Case)
}
