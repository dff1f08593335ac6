package hungarian

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/hungarian/inflect"
	"homehub/modules/intent/internal/hungarian/morphology"
)

// The dictionary of Debian's hunspell-hu knows far more words than this package, and knows
// nothing of it. These tests are skipped where it is not installed.
const dictionary = "/usr/share/hunspell/hu_HU.dic"

// askHunspell returns what hunspell prints about words.
func askHunspell(t *testing.T, mode string, words []string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "hunspell", "-i", "UTF-8", "-d", "hu_HU", mode)
	cmd.Stdin = strings.NewReader(strings.Join(words, "\n") + "\n")
	var out bytes.Buffer
	cmd.Stdout = &out
	require.NoError(t, cmd.Run())

	return strings.Split(out.String(), "\n")
}

// someNouns is a sample of the dictionary's nouns: what can be in something, and be something's
// object. Adjectives and names of people are among them.
func someNouns(t *testing.T, each int) []string {
	t.Helper()
	file, err := os.ReadFile(dictionary)
	if err != nil {
		t.Skip("hunspell-hu is not installed")
	}
	if _, err := exec.LookPath("hunspell"); err != nil {
		t.Skip("hunspell is not installed")
	}
	var sample, inside []string
	for i, line := range strings.Split(string(file), "\n") {
		word, _, ok := strings.Cut(line, "/")
		if i%each != 0 || !ok || utf8.RuneCountInString(word) < 3 || strings.Trim(word, "aábcdeéfghiíjklmnoóöőpqrstuúüűvwxyz") != "" {
			continue
		}
		sample = append(sample, word)
		inside = append(inside, lengthenedEnd(word)+"ban", lengthenedEnd(word)+"ben")
	}
	forms := map[string]bool{} // of other words: lovak
	for _, line := range askHunspell(t, "-s", sample) {
		if word, stem, ok := strings.Cut(line, " "); ok && stem != word {
			forms[word] = true
		}
	}
	unknown := askHunspell(t, "-l", inside)
	isKnown := func(form string) bool { return !slices.Contains(unknown, form) }

	return slices.DeleteFunc(sample, func(word string) bool {
		return forms[word] || !isKnown(lengthenedEnd(word)+"ban") && !isKnown(lengthenedEnd(word)+"ben")
	})
}

func lengthenedEnd(word string) string {
	if head, ok := strings.CutSuffix(word, "a"); ok {
		return head + "á"
	}
	if head, ok := strings.CutSuffix(word, "e"); ok {
		return head + "é"
	}

	return word
}

// TestInflectAgainstHunspell asks whether every form that the rules make exists.
func TestInflectAgainstHunspell(t *testing.T) {
	t.Parallel()
	nouns := someNouns(t, 29)
	for _, tc := range []struct {
		name    string
		inflect func(string) string
		least   float64
	}{
		{"accusative", inflect.Accusative, 0.97},
		{"plural", inflect.Plural, 0.96},
		{"inessive", inflect.Inessive, 0.98},
		{"superessive", inflect.Superessive, 0.97},
		{"sublative", inflect.Sublative, 0.98},
		{"dative", inflect.Dative, 0.98},
		{"instrumental", inflect.Instrumental, 0.98},
		{"possessive", inflect.Possessive, 0.93},
	} {
		forms := make([]string, 0, len(nouns))
		for _, noun := range nouns {
			forms = append(forms, tc.inflect(noun))
		}
		unknown := slices.DeleteFunc(askHunspell(t, "-l", forms), func(w string) bool { return w == "" })
		share := 1 - float64(len(unknown))/float64(len(forms))
		t.Logf("%-12s %.1f %% of %d exist; not %s", tc.name, 100*share, len(forms), strings.Join(unknown[:min(12, len(unknown))], " "))
		require.GreaterOrEqual(t, share, tc.least, tc.name)
	}
}

// TestFindHunspellForms names devices by nouns of the dictionary, and finds each by every form
// that hunspell says is one of it. The forms are put together without any of the rules.
func TestFindHunspellForms(t *testing.T) {
	t.Parallel()
	const leastFound = 0.99
	nouns := someNouns(t, 293)
	var entities []*hamanagerapi.Entity
	var candidates []string
	for _, noun := range nouns {
		entities = append(entities, &hamanagerapi.Entity{ID: "light." + noun, Name: noun, Domain: "light", Exposed: true})
		candidates = append(candidates, looseForms(noun)...)
	}
	ix := NewIndex(hamanagerapi.NewHome(hamanagerapi.Home{}, entities))

	found, all := 0, 0
	var missed []string
	for _, line := range askHunspell(t, "-s", candidates) {
		form, stem, ok := strings.Cut(line, " ")
		if !ok || !slices.Contains(nouns, stem) {
			continue
		}
		all++
		s := tokenize(form, morphology.IsEnding)
		f := ix.findSpans(&s)
		wanted := ix.wordNumber(morphology.Fold(stem))
		if slices.ContainsFunc(f.readings[0], func(r reading) bool { return r.word == wanted }) {
			found++
		} else {
			missed = append(missed, form+" ("+stem+")")
		}
	}
	share := float64(found) / float64(all)
	t.Logf("%.1f %% of %d forms of %d nouns found; not %s", 100*share, all, len(nouns), strings.Join(missed[:min(30, len(missed))], ", "))
	require.GreaterOrEqual(t, share, leastFound)
}

// looseForms puts every ending on every stem that a noun might have, most of them wrong.
func looseForms(noun string) []string {
	runes := []rune(noun)
	n := len(runes)
	stems := []string{noun, lengthenedEnd(noun)}
	if morphology.IsVowel(runes[n-2]) {
		stems = append(stems, string(runes[:n-2])+string(runes[n-1:])) // bokr
		short := slices.Clone(runes)
		short[n-2] = map[rune]rune{'á': 'a', 'é': 'e', 'í': 'i', 'ú': 'u', 'ű': 'ü'}[short[n-2]]
		if short[n-2] != 0 {
			stems = append(stems, string(short)) // kez, viz
		}
	}
	switch runes[n-1] {
	case 'ó':
		stems = append(stems, string(runes[:n-1])+"ov", string(runes[:n-1])+"av", string(runes[:n-1])+"a")
	case 'ő':
		stems = append(stems, string(runes[:n-1])+"öv", string(runes[:n-1])+"e")
	case 'ű':
		stems = append(stems, string(runes[:n-1])+"üv")
	}
	last, _ := morphology.LastConsonant(noun)
	var forms []string
	for _, stem := range stems {
		for ending := range strings.FieldsSeq("t ot at et öt k ok ak ek ök ban ben ba be ból ből n on en ön an ra re ról ről nál nél hoz hez höz tól től nak nek ig ért " +
			"val vel ja je a e ját jét át ét jában jében ában ében ával ével jával jével om em öm am od ed öd ad unk ünk jai jei ai ei ival ivel kat ket okat eket öket akat " +
			"okban ekben ökben akban kban kben oknak eknek i ban iban iben") {
			forms = append(forms, stem+ending)
		}
		forms = append(forms, stem+last[:1]+"al", stem+last[:1]+"el")
	}

	return forms
}
