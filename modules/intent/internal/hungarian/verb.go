package hungarian

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"homehub/modules/intent/internal/hungarian/data"
	"homehub/modules/intent/internal/hungarian/morphology"
)

// mood is how a verb is said.
type mood uint8

const (
	commands     mood = iota // kapcsold, kapcsolja, kapcsoljuk
	asks                     // kapcsolnád, kapcsolod: a command in the form of a question
	namesAction              // kapcsolni, kapcsolás
	tellsState               // kapcsolva
	tellsPresent             // kapcsol: someone does it now
	tellsOther               // kapcsolom: a statement
	tellsPast                // kapcsoltam: a statement of what is over
)

// String names a mood for people, and as evidence.
func (m mood) String() string {
	return [...]string{"commands", "asks", "names", "is so", "does", "tells", "told"}[m]
}

// verb is one entry of data/verbs.yaml.
type verb struct {
	Stem       string            `yaml:"stem"`
	Imperative []string          `yaml:"imperative"`
	OtherStem  string            `yaml:"other_stem"`
	Noun       string            `yaml:"noun"`
	Only       bool              `yaml:"only"`
	Back       bool              `yaml:"back"`
	Denied     string            `yaml:"denied"` // the action where it is wished not to be: ne égjen
	Much       string            `yaml:"much"`   // of what there is too much where it is wished not to be so: ne forogjon ilyen gyorsan
	Of         string            `yaml:"of"`     // the domain that it is said of where nothing is named: olts el mindent
	Senses     map[string]string `yaml:"senses"` // folded prefix -> action
}

// verbForm is one form of a verb.
type verbForm struct {
	verb *verb
	mood mood
}

// loadVerbs makes every form of every verb by rule.
func (l *language) loadVerbs() {
	var verbs []verb
	data.MustLoad("verbs", &verbs)
	l.verbs = make(map[string][]verbForm, 6000)
	prefixes := map[string]bool{} // as they are written
	for _, also := range morphology.Rules().PrefixVariants {
		for _, variant := range also {
			prefixes[variant] = true
		}
	}
	for i := range verbs {
		v := &verbs[i]
		senses := make(map[string]string, len(v.Senses))
		for prefix, action := range v.Senses {
			senses[morphology.Fold(prefix)] = action
			prefixes[prefix] = true
		}
		for prefix, also := range morphology.Rules().PrefixVariants {
			for _, variant := range also {
				if action, ok := senses[morphology.Fold(prefix)]; ok {
					senses[morphology.Fold(variant)] = action
				}
			}
		}
		v.Senses = senses
		if v.Stem == "" {
			l.bare = senses

			continue
		}
		l.addForms(v)
	}
	delete(prefixes, "")
	for _, prefix := range slices.Sorted(maps.Keys(prefixes)) {
		l.prefixes = append(l.prefixes, morphology.Fold(prefix))
		l.add(prefix, lexeme{class: cPrefix, value: morphology.Fold(prefix)})
	}
	slices.SortFunc(l.prefixes, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	for _, p := range l.prefixes {
		first, last := p[0], p[len(p)-1]
		l.prefixesByFirst[first] = append(l.prefixesByFirst[first], p)
		l.prefixesByLast[last] = append(l.prefixesByLast[last], p)
	}
}

func (l *language) addForms(v *verb) {
	add := func(m mood, forms ...string) {
		for _, form := range forms {
			folded := morphology.Fold(form)
			known := slices.ContainsFunc(l.verbs[folded], func(f verbForm) bool { return f.verb == v })
			if !known { // the first mood wins: kapcsolja commands rather than tells
				l.verbs[folded] = append(l.verbs[folded], verbForm{verb: v, mood: m})
			}
		}
	}
	add(commands, v.imperative()...)
	if v.Only {
		return
	}

	stem := cmp.Or(v.OtherStem, v.Stem)
	isBack := v.isBack()
	add(asks, endings(stem, isBack, "nád/néd nál/nél ná/né nánk/nénk na/ne anád/enéd anál/enél hatjuk/hetjük hatja/hetje hatsz/hetsz aná/ené anánk/enénk hatnád/hetnéd hatnál/hetnél hatná/hetné hatnánk/hetnénk hatod/heted")...)
	add(asks, endings(v.Stem, isBack, "od/ed od/öd sz/sz asz/esz")...)
	add(namesAction, endings(stem, isBack, "ni/ni nod/ned nom/nem nia/nie ani/eni")...)
	add(namesAction, nouns(v, isBack)...)
	add(tellsState, endings(v.Stem, isBack, "va/ve")...)
	add(tellsPresent, v.Stem, v.Stem+"ik")
	add(tellsOther, endings(v.Stem, isBack, "om/em om/öm ok/ek ok/ök nak/nek ják/ik")...)
	add(tellsPast, endings(v.Stem, isBack, "tam/tem tad/ted ta/te tuk/tük ták/ték tak/tek tál/tél t/t ott/ett ott/ött ottam/ettem ottam/öttem ottad/etted otta/ette ottuk/ettük ották/ették tunk/tünk tatok/tetek ottak/ettek")...)
}

func (v *verb) isBack() bool {
	return v.Back || morphology.Rules().HarmonyOf(v.Stem) == morphology.Back
}

// nouns are the forms of the verbal noun that follow a possessor: lámpa kapcsolása.
func nouns(v *verb, isBack bool) []string {
	noun := v.Noun
	if noun == "" {
		noun = endings(v.Stem, isBack, "ás/és")[0]
	}
	vowel := "e"
	if isBack {
		vowel = "a"
	}

	return []string{noun, noun + vowel, noun + "t", noun + vowel + "t"}
}

// imperative makes the forms that command: the j of the imperative joins the stem's end.
func (v *verb) imperative() []string {
	if len(v.Imperative) > 0 {
		return v.Imperative
	}
	joined := withJ(v.Stem)
	isBack := v.isBack()
	forms := endings(joined, isBack, "ad/ed a/e uk/ük átok/étek ák/ék ál/él on/en on/ön unk/ünk atok/etek anak/enek")
	short := v.Stem
	if strings.HasSuffix(joined, "ss") && strings.HasSuffix(v.Stem, "t") { // nyit: nyisd
		short = strings.TrimSuffix(joined, "s")
	} else if strings.HasSuffix(joined, "s") && strings.HasSuffix(v.Stem, "t") { // állít: állítsd
		short = joined
	} else if stem, ok := strings.CutSuffix(v.Stem, "szt"); ok { // ereszt: ereszd
		short = stem + "sz"
	}

	return append(forms, joined, short+"d")
}

// withJ joins a stem with the j of the imperative.
func withJ(stem string) string {
	runes := []rune(stem)
	switch {
	case strings.HasSuffix(stem, "szt"):
		return strings.TrimSuffix(stem, "szt") + "ssz"
	case strings.HasSuffix(stem, "ít"):
		return stem + "s"
	case strings.HasSuffix(stem, "t") && len(runes) > 1 && strings.ContainsRune("aeioöuü", runes[len(runes)-2]):
		return strings.TrimSuffix(stem, "t") + "ss"
	case strings.HasSuffix(stem, "t"):
		return stem + "s"
	case strings.HasSuffix(stem, "sz"):
		return strings.TrimSuffix(stem, "sz") + "ssz"
	case strings.HasSuffix(stem, "s"), strings.HasSuffix(stem, "z"):
		return stem + stem[len(stem)-1:]
	default:
		return stem + "j"
	}
}

// endings joins a stem with each "back/front" pair of endings.
func endings(stem string, isBack bool, pairs string) []string {
	var forms []string
	for pair := range strings.FieldsSeq(pairs) {
		backForm, frontForm, _ := strings.Cut(pair, "/")
		if isBack {
			forms = append(forms, stem+backForm)
		} else {
			forms = append(forms, stem+frontForm)
		}
	}

	return forms
}

// loadRemarks makes the forms of the verbs that ask for nothing.
func (l *language) loadRemarks() {
	var file struct {
		Stems    []string `yaml:"stems"`
		Forms    []string `yaml:"forms"`
		Handwork []string `yaml:"handwork"`
	}
	data.MustLoad("remarks", &file)
	l.remarks = make(map[string]bool, 40*len(file.Stems))
	for _, stem := range file.Stems {
		v := &verb{Stem: stem}
		l.remarks[morphology.Fold(stem)] = true
		for _, form := range endings(stem, v.isBack(), "ik/ik om/em om/öm ok/ek ok/ök nak/nek unk/ünk ja/i juk/jük ják/ik tam/tem ta/te tuk/tük ták/ték tak/tek tunk/tünk t/t ott/ett ott/ött ottam/ettem otta/ette otta/ötte ották/ették ottak/ettek ottunk/ettünk ni/ni nék/nék hat/het") {
			l.remarks[morphology.Fold(form)] = true
		}
	}
	for _, form := range file.Forms {
		l.remarks[morphology.Fold(form)] = true
	}
	for _, stem := range file.Handwork {
		l.handwork = append(l.handwork, handwork{stem, morphology.Fold(stem)})
	}
}

// formsOf returns the forms that a folded word can be, and the prefix written together
// with it, rightly (felkapcsolnád) or not (kapcsoldfel).
func (l *language) formsOf(word string) (prefix string, forms []verbForm) {
	if forms = l.formsOfWhole(word); forms != nil {
		return "", forms
	}
	for _, p := range l.prefixesOf(word) {
		rest, ok := strings.CutPrefix(word, p)
		if !ok {
			continue
		}
		if forms = l.formsOfWhole(rest); forms != nil {
			return p, forms
		}
	}
	for _, p := range l.prefixesAfter(word) {
		rest, ok := strings.CutSuffix(word, p)
		if !ok {
			continue
		}
		if forms = l.formsOfWhole(rest); forms != nil && forms[0].mood == commands { // kapcsoldfel
			return p, forms
		}
	}

	return "", nil
}

// formsOfWhole are the forms that a folded word can be without a prefix.
func (l *language) formsOfWhole(word string) []verbForm {
	if !l.verbForms.mayHave(word) {
		return nil
	}

	return l.verbs[word]
}

// prefixesOf are the prefixes that begin with the letter that a folded word begins with, longest
// first: every word of a sentence is asked for them several times.
func (l *language) prefixesOf(folded string) []string {
	if folded == "" {
		return nil
	}

	return l.prefixesByFirst[folded[0]]
}

// prefixesAfter are those that end with the letter that a folded word ends with.
func (l *language) prefixesAfter(folded string) []string {
	if folded == "" {
		return nil
	}

	return l.prefixesByLast[folded[len(folded)-1]]
}
