package spelling

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"homehub/modules/intent/internal/hungarian/data"
)

// Hearing is data/hearing.yaml: how words reach us that were heard.
type Hearing struct {
	Hesitations []string          `yaml:"hesitations"`
	Trailing    []string          `yaml:"trailing"`
	OtherWords  []string          `yaml:"other_words"`
	Sounds      map[string]string `yaml:"sounds"`
	Foreign     map[string]string `yaml:"foreign"`
	LongVowels  map[string]string `yaml:"long_vowels"`

	Spoken map[string][]string `yaml:"spoken"`
}

// Heard is the data, read once.
var Heard = sync.OnceValue(func() *Hearing {
	h := new(Hearing)
	data.MustLoad("hearing", h)

	return h
})

// heardAs writes a folded word roughly as it sounds, so that words which sound alike are
// written alike: aszt and azt, mongyad and mondjad, filipsz and Philips. What it returns is
// no word, only good for comparing.
func heardAs(folded string) string {
	sounds := make([]byte, 0, len(folded))
	for at := 0; at < len(folded); {
		sound, size := soundAt(folded[at:])
		at += size
		if len(sounds) == 0 || sounds[len(sounds)-1] != sound { // long or short is not told apart
			sounds = append(sounds, sound)
		}
	}

	return string(sounds)
}

// soundAt returns the sound that letters begin with, and how many letters it takes.
func soundAt(letters string) (sound byte, size int) {
	if len(letters) > 1 && letters[0] == 'c' && (letters[1] == 'e' || letters[1] == 'i') { // elsewhere a foreign c is a k
		return 'c', 1
	}
	for _, known := range sounds()[letters[0]] {
		if strings.HasPrefix(letters, known.written) {
			return known.sound, len(known.written)
		}
	}

	return letters[0], 1
}

// written is how a sound may be written.
type written struct {
	written string
	sound   byte
}

// sounds are the ways to write sounds by their first letter, the longest first.
var sounds = sync.OnceValue(func() *[256][]written {
	all := new([256][]written)
	for letters, sound := range Heard().Sounds {
		all[letters[0]] = append(all[letters[0]], written{letters, sound[0]})
	}
	for _, same := range all {
		slices.SortFunc(same, func(a, b written) int { return cmp.Compare(len(b.written), len(a.written)) })
	}

	return all
})
