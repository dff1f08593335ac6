package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/intent/internal/meaning"
)

// TestFollowThings: what was spoken of before tells which thing is meant now.
func TestFollowThings(t *testing.T) {
	t.Parallel()
	dialogs := []struct {
		said []string
		want []string // that the last sentence reaches
	}{
		{[]string{"kapcsold be a Kályha 5-öt", "a hatost is"}, []string{"switch.k6"}},
		{[]string{"kapcsold be a Kályha 5-öt", "a hatost is", "most mindkettőt kapcsold ki"}, []string{"switch.k5", "switch.k6"}},
		{[]string{"kapcsold be a Kályha 5-öt", "mindkettőt kapcsold ki"}, nil},
		{[]string{"mindkettőt kapcsold ki"}, nil},
		{[]string{"húzd le az alsó ablakredőnyt", "a felsőt is"}, []string{"cover.l2"}},
		{[]string{"kapcsold be a bal légfúvót", "a jobbot is"}, []string{"fan.f2"}},
		{[]string{"kapcsold be a bal légfúvót", "a kerekest is"}, nil},
	}
	ix := inn()
	for _, d := range dialogs {
		var before *meaning.Memory
		var got meaning.Understanding
		for _, said := range d.said {
			got = ix.Understand(meaning.Utterance{Text: said, Before: before})
			if done := meaning.Remember(got.Commands); done.Last() != nil {
				done.Follow(before)
				before = done
			}
		}
		assert.Equal(t, d.want, reached(got), d.said)
	}
}
