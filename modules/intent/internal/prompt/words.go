package prompt

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/unicode/norm"
)

//go:embed data
var files embed.FS

// words is data/words.yaml.
type words struct {
	Kinds    map[string][]string `yaml:"kinds"`
	States   []string            `yaml:"states"`
	Later    []string            `yaml:"later"`
	Deeds    []string            `yaml:"deeds"`
	Told     []string            `yaml:"told"`
	Prefixes []string            `yaml:"prefixes"`
	Colors   []string            `yaml:"colors"`
}

// known is the data, read once.
//
//nolint:gochecknoglobals // immutable
var known = sync.OnceValue(func() *words {
	w := new(words)
	if err := yaml.Unmarshal(mustRead("words.yaml"), w); err != nil {
		panic("prompt: words.yaml: " + err.Error()) // part of the build
	}

	return w
})

// instructions is the first message: the same for everybody.
//
//nolint:gochecknoglobals // immutable
var instructions = sync.OnceValue(func() string { return strings.TrimSpace(string(mustRead("instructions.txt"))) })

func mustRead(name string) []byte {
	content, err := files.ReadFile("data/" + name)
	if err != nil {
		panic("prompt: " + err.Error()) // part of the build
	}

	return content
}

// layout changes with what the code makes of an utterance, beside the data.
const layout = "1"

// Version names what a prompt is made of: equal versions make equal prompts of equal homes.
//
//nolint:gochecknoglobals // immutable
var Version = sync.OnceValue(func() string {
	sum := sha256.New()
	sum.Write([]byte(layout))
	sum.Write([]byte(instructions()))
	sum.Write(mustRead("words.yaml"))

	return hex.EncodeToString(sum.Sum(nil)[:8])
})

// fold writes a text without accents and capitals.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		r = unicode.ToLower(r)
		if r >= utf8.RuneSelf {
			r = unaccented(r)
		}
		b.WriteRune(r)
	}

	return b.String()
}

func unaccented(r rune) rune {
	switch r {
	case 'á':
		return 'a'
	case 'é':
		return 'e'
	case 'í':
		return 'i'
	case 'ó', 'ö', 'ő':
		return 'o'
	case 'ú', 'ü', 'ű':
		return 'u'
	}
	base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))

	return base
}

// wordsIn cuts a text into its folded words.
func wordsIn(s string) []string {
	return strings.FieldsFunc(fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// Normal is a sentence without what does not change its meaning: capitals, spaces, the signs
// between its words. A question mark stays, and so does what is a word of its own: +, or a picture.
func Normal(text string) string {
	fields := strings.FieldsFunc(strings.ToLower(norm.NFC.String(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '?' && r != '%' && r != '-' && !unicode.IsSymbol(r)
	})

	return strings.Join(fields, " ")
}
