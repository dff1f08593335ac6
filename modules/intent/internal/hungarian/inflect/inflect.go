// Package inflect puts names into the forms that answers need: the object (lámpát), several (lámpák),
// somebody's (lámpája), where and with what, each with its article.
package inflect

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"homehub/modules/intent/internal/hungarian/morphology"
)

// Article returns the definite article that goes before name: a or az.
func Article(name string) string {
	first := strings.Fields(name)
	if len(first) == 0 {
		return "a"
	}
	r, _ := utf8.DecodeRuneInString(morphology.Spoken(first[0]))
	if morphology.IsVowel(unicode.ToLower(r)) {
		return "az"
	}

	return "a"
}

// WithArticle returns name with its definite article before it: a lámpa, az ablak.
func WithArticle(name string) string { return Article(name) + " " + name }

// Accusative is the object: lámpát, redőnyt, házat, bokrot.
func Accusative(name string) string { return inflectLast(name, accusative) }

// Plural names several: lámpák, redőnyök, házak, bokrok.
func Plural(name string) string { return inflectLast(name, plural) }

// Inessive is "in": konyhában.
func Inessive(name string) string { return In(name, "inessive") }

// Superessive is "on": emeleten.
func Superessive(name string) string { return inflectLast(name, superessiveForm) }

// Sublative is "onto": emeletre, 22 fokra.
func Sublative(name string) string { return In(name, "sublative") }

// Dative is "to" and the owner before a possession: lámpának.
func Dative(name string) string { return In(name, "dative") }

// Instrumental is "with": lámpával, székkel.
func Instrumental(name string) string { return In(name, "instrumental") }

// Possessive is the possession of a third person: lámpája, ajtaja, kertje, háza.
func Possessive(name string) string { return inflectLast(name, possessive) }

// In is a name in the case that data/morphology.yaml calls so; as it is where there is no such case.
func In(name, grammaticalCase string) string {
	forms, ok := morphology.Rules().Cases[grammaticalCase]
	if !ok {
		return name
	}

	return inflectLast(name, func(w word) string { return w.attached(forms) })
}

// word is the last word of a name: as it is written, and as it sounds.
type word struct {
	written string // with its hyphen, where endings need one: TV-, 1-
	sound   string // lower case: lámpa, tévé, egy
	isAlien bool   // digits and abbreviations, whose written form never changes
}

// inflectLast applies change to the last word of name: the others stay.
func inflectLast(name string, change func(word) string) string {
	name = strings.TrimRight(name, " ")
	at := strings.LastIndexByte(name, ' ') + 1
	last := name[at:]
	if last == "" {
		return name
	}

	w := word{written: last, sound: morphology.Spoken(last)}
	if w.sound != strings.ToLower(last) {
		w.isAlien = true
		w.written += "-"
	} else if morphology.IsAcronym(last) {
		w.isAlien = true
		w.written += "-"
	}

	return name[:at] + change(w)
}

// attached is the word with the form of a case's ending that fits it.
func (w word) attached(forms [3]string) string {
	ending := forms[morphology.Rules().HarmonyOf(w.sound)]
	bare, isLinked := strings.CutPrefix(ending, "+")
	endsInVowel := morphology.EndsWithVowel(w.sound)

	switch {
	case isLinked && endsInVowel: // emeletke+n
		_, size := utf8.DecodeRuneInString(bare)

		return w.lengthened() + bare[size:]
	case isLinked:
		return w.written + bare
	case endsInVowel:
		return w.lengthened() + bare
	case strings.HasPrefix(bare, "v"):
		return w.assimilated(bare[1:])
	default:
		return w.written + bare
	}
}

// superessiveForm is the only one of the cases that changes the stem: bokron, lovon, but kézen.
func superessiveForm(w word) string {
	const name = "superessive"
	m := morphology.Rules()
	stem, _ := m.ObliqueStem(w.sound)
	isShort := utf8.RuneCountInString(stem) < utf8.RuneCountInString(w.sound)
	if w.isAlien || !isShort && !strings.HasSuffix(stem, "v") {
		return w.attached(m.Cases[name])
	}
	ending := m.Cases[name][m.HarmonyOf(w.sound)]

	return keepCase(w.written, stem) + strings.TrimPrefix(ending, "+")
}

func accusative(w word) string {
	stem, lowers := morphology.Rules().ObliqueStem(w.sound)
	switch {
	case stem != w.sound && !w.isAlien:
		return keepCase(w.written, stem) + linkingVowel(w.sound, lowers) + "t"
	case morphology.EndsWithVowel(w.sound):
		return w.lengthened() + "t"
	case takesBareT(w.sound) && !lowers:
		return w.written + "t"
	default:
		return w.written + linkingVowel(w.sound, lowers) + "t"
	}
}

func plural(w word) string {
	stem, lowers := morphology.Rules().ObliqueStem(w.sound)
	switch {
	case stem != w.sound && !w.isAlien:
		return keepCase(w.written, stem) + linkingVowel(w.sound, lowers) + "k"
	case morphology.EndsWithVowel(w.sound):
		return w.lengthened() + "k"
	default:
		return w.written + linkingVowel(w.sound, lowers) + "k"
	}
}

// possessive follows the commonest pattern: -ja after a vowel and after most consonants of
// back words, -a after the sounds that swallow the j, ajtó -> ajtaja not being predictable
// and therefore regular (ajtója is correct, too).
func possessive(w word) string {
	m := morphology.Rules()
	isBack := m.HarmonyOf(w.sound) == morphology.Back
	vowel := "e"
	if isBack {
		vowel = "a"
	}
	stem, lowers := m.ObliqueStem(w.sound)
	switch {
	case stem != w.sound && !w.isAlien:
		return keepCase(w.written, stem) + vowel
	case morphology.EndsWithVowel(w.sound):
		return w.lengthened() + "j" + vowel
	case lowers || swallowsJ(w.sound) || morphology.EndsWithAny(w.sound, m.WithoutJ):
		return w.written + vowel
	default:
		return w.written + "j" + vowel
	}
}

// linkingVowel stands between a final consonant and -t or -k.
func linkingVowel(sound string, lowers bool) string {
	switch morphology.Rules().HarmonyOf(sound) {
	case morphology.Back:
		if lowers {
			return "a"
		}

		return "o"
	case morphology.FrontRounded:
		if lowers {
			return "e"
		}

		return "ö"
	default:
		return "e"
	}
}

// lengthened is the word before an ending, a final a or e lengthened: lámpá-, teknő-.
func (w word) lengthened() string {
	if w.isAlien {
		return w.written
	}
	for short, long := range map[string]string{"a": "á", "e": "é", "A": "Á", "E": "É"} {
		if head, ok := strings.CutSuffix(w.written, short); ok {
			return head + long
		}
	}

	return w.written
}

// assimilated doubles the final consonant before an ending that lost its v: székkel,
// fénnyel. A consonant that is long already stays as it is: tollal.
func (w word) assimilated(ending string) string {
	last, stem := morphology.LastConsonant(w.sound)
	if w.isAlien {
		return w.written + last + ending
	}
	if strings.HasSuffix(stem, last) || strings.HasSuffix(stem, last[:1]) {
		return w.written + ending
	}
	head := w.written[:len(w.written)-len(last)]

	return head + last[:1] + last + ending
}

// takesBareT reports whether the accusative needs no linking vowel: lámpást, redőnyt, motort.
func takesBareT(sound string) bool {
	consonant, head := morphology.LastConsonant(sound)
	switch consonant {
	case "j", "l", "ly", "n", "ny", "r", "s", "sz", "z", "zs":
		return morphology.EndsWithVowel(head)
	default:
		return false
	}
}

// swallowsJ reports whether the possessive has no j after this final consonant: redőnye.
func swallowsJ(sound string) bool {
	consonant, _ := morphology.LastConsonant(sound)
	switch consonant {
	case "cs", "gy", "j", "ly", "ny", "s", "sz", "ty", "z", "zs", "dzs", "h", "c", "m", "v":
		return true
	default:
		return false
	}
}

// keepCase gives stem the capital that written begins with.
func keepCase(written, stem string) string {
	first, _ := utf8.DecodeRuneInString(written)
	r, size := utf8.DecodeRuneInString(stem)
	if unicode.IsUpper(first) {
		return string(unicode.ToUpper(r)) + stem[size:]
	}

	return stem
}
