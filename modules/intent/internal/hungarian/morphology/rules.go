package morphology

import (
	"slices"
	"strings"
	"sync"

	"homehub/modules/intent/internal/hungarian/data"
)

// RuleSet is data/morphology.yaml: how words change.
type RuleSet struct {
	Cases              map[string][3]string `yaml:"cases"`
	BackStems          []string             `yaml:"back_stems"`
	LongE              []string             `yaml:"long_e"`
	FrontHeads         []string             `yaml:"front_heads"`
	Lowering           []string             `yaml:"lowering"`
	Stems              map[string]string    `yaml:"stems"`
	PossessiveStems    map[string]string    `yaml:"possessive_stems"`
	WithoutJ           []string             `yaml:"possessive_without_j"`
	ModeHeads          []string             `yaml:"mode_heads"`
	DroppableHeads     []string             `yaml:"droppable_heads"`
	SharedHeads        []string             `yaml:"shared_heads"`
	Sizes              []string             `yaml:"sizes"`
	Sides              []string             `yaml:"sides"`
	OfSide             []string             `yaml:"of_side"`
	Demonstratives     []string             `yaml:"demonstratives"`
	OtherForms         map[string][]string  `yaml:"other_forms"`
	PrefixVariants     map[string][]string  `yaml:"prefix_variants"`
	FiniteEndings      []string             `yaml:"finite_endings"`
	AdjunctEndings     []string             `yaml:"adjunct_endings"`
	MannerEndings      []string             `yaml:"manner_endings"`
	ImperativeEndings  []string             `yaml:"imperative_endings"`
	ArgumentEndings    []string             `yaml:"argument_endings"`
	InfinitiveEndings  []string             `yaml:"infinitive_endings"`
	PastEndings        []string             `yaml:"past_endings"`
	VerbEndings        []string             `yaml:"verb_endings"`
	ConditionalEndings []string             `yaml:"conditional_endings"`
	GoingOn            []string             `yaml:"going_on"`
	WouldBe            []string             `yaml:"would_be"`
	Unwelcome          []string             `yaml:"unwelcome"`
	SaidSo             []string             `yaml:"said_so"`
	OwnEndings         []string             `yaml:"own_endings"`
	Needlessly         []string             `yaml:"needlessly"`
	Although           []string             `yaml:"although"`
	OwnDeeds           []string             `yaml:"own_deeds"`
	Daylight           []string             `yaml:"daylight"`
	OthersEndings      []string             `yaml:"others_endings"`
	DativeEndings      []string             `yaml:"dative_endings"`
	FleetingEndings    map[string]string    `yaml:"fleeting_endings"`
	Letters            map[string]string    `yaml:"letters"`
	OtherLetters       map[string]string    `yaml:"other_letters"`
	EnglishLetters     map[string]string    `yaml:"english_letters"`
	HalfEnglish        map[string]string    `yaml:"half_english_letters"`
	Digits             map[string]string    `yaml:"digits"`
}

// Rules is the morphology, read once.
var Rules = sync.OnceValue(func() *RuleSet {
	m := new(RuleSet)
	data.MustLoad("morphology", m)

	return m
})

// Harmony chooses among the three forms of an ending.
type Harmony uint8

// The harmonies, by the vowels that they go with.
const (
	Back         Harmony = iota // o, a, u
	Front                       // e, i
	FrontRounded                // ö, ü
)

// HarmonyOf follows the last vowels: a back vowel wins unless e stands after it (szoftver),
// while i, í and é after it are transparent (papír, garázsé).
func (m *RuleSet) HarmonyOf(word string) Harmony {
	if EndsWithAny(word, m.FrontHeads) {
		return frontOrRounded(word)
	}
	if EndsWithAny(word, m.BackStems) {
		return Back
	}

	neutralSeen := false
	runes := []rune(word)
	for _, r := range slices.Backward(runes) {
		switch r {
		case 'a', 'á', 'o', 'ó', 'u', 'ú':
			return Back
		case 'ö', 'ő', 'ü', 'ű':
			if neutralSeen {
				return Front
			}

			return FrontRounded
		case 'e':
			return Front
		case 'é', 'i', 'í', 'y':
			neutralSeen = neutralSeen || r != 'y'
		}
	}

	return Front
}

// frontOrRounded looks only at the last vowel of a word that is known to be front.
func frontOrRounded(word string) Harmony {
	switch lastVowel(word) {
	case 'ö', 'ő', 'ü', 'ű':
		return FrontRounded
	default:
		return Front
	}
}

// lowers reports whether the word takes a and e where others take o and ö (házat).
func (m *RuleSet) lowers(word string) bool { return EndsWithAny(word, m.Lowering) }

// ObliqueStem returns the stem before endings that begin with a vowel, and whether it
// lowers: bokor -> bokr, ló -> lov, forgalom -> forgalm.
func (m *RuleSet) ObliqueStem(word string) (stem string, lowers bool) {
	if changed, ok := m.Stems[word]; ok {
		return strings.CutSuffix(changed, "!")
	}
	for from := range word {
		changed, ok := m.Stems["-"+word[from:]]
		if ok {
			changed, lowers = strings.CutSuffix(changed, "!")

			return word[:from] + changed, lowers
		}
	}
	for ending, changed := range m.FleetingEndings {
		if head, ok := strings.CutSuffix(word, ending); ok && HasVowel(head) {
			return head + changed, true
		}
	}

	return word, m.lowers(word)
}

// OtherStems returns the folded stems that a word has before endings, where they differ from
// the folded word by more than the length of a vowel: bokr, lov, ajta.
func (m *RuleSet) OtherStems(word string) []string {
	var stems []string
	folded := Fold(word)
	if oblique, _ := m.ObliqueStem(word); Fold(oblique) != folded {
		stems = append(stems, Fold(oblique))
	}
	for ending, stem := range m.PossessiveStems {
		if head, ok := strings.CutSuffix(folded, ending); ok {
			stems = append(stems, head+stem)
		}
	}

	for _, other := range m.OtherForms[word] {
		stems = append(stems, Fold(other))
	}

	return stems
}

// WholeOf are the folded words that a folded stem may be of: ló, of lov.
func WholeOf(stem string) []string { return wholeOf()[stem] }

var wholeOf = sync.OnceValue(func() map[string][]string {
	words := map[string][]string{}
	for word, oblique := range Rules().Stems {
		stem := Fold(strings.TrimSuffix(oblique, "!"))
		words[stem] = append(words[stem], Fold(word))
	}

	return words
})
