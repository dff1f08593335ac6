package morphology

import (
	"strings"
	"sync"
)

// Case is what the ending of a noun says about its part in the sentence.
type Case uint8

// The cases.
const (
	Nominative Case = iota
	Accusative
	Inessive
	Illative
	Elative
	Superessive
	Sublative
	Delative
	Adessive
	Allative
	Ablative
	Dative
	Instrumental
	Terminative
	Causal
)

// Suffix is what the end of a word adds to its stem.
type Suffix struct {
	Case        Case
	IsPlural    bool
	IsPossessed bool // someone's: lámpája
	IsAdjective bool // konyhai
	IsOwners    bool // Zsófié: what is Zsófi's
	IsMine      bool // the speaker's: szobámban, lámpánk
	IsThere     bool // any ending at all
}

// maxSuffix is the length of the longest ending in letters.
const maxSuffix = 12

// Suffixes is every ending that a noun can have, made once. It is not to be changed.
var Suffixes = sync.OnceValue(func() *Endings { return newEndings(Rules().suffixes()) })

// suffixes puts the endings together from the layers of a Hungarian noun: stem, plural or owner, case.
func (m *RuleSet) suffixes() map[string]Suffix {
	table := make(map[string]Suffix, 2000)
	for owner, s := range ownerEndings() {
		for ending, c := range m.caseEndings() {
			whole := owner + ending
			if whole == "" || len(whole) > maxSuffix {
				continue
			}
			s.Case, s.IsThere = c, true
			if known, ok := table[whole]; !ok || s.isSimplerThan(known) {
				table[whole] = s
			}
		}
	}

	return table
}

// isSimplerThan prefers the reading with fewer layers: "ban" is a case, not b-an.
func (s Suffix) isSimplerThan(other Suffix) bool { return s.Layers() < other.Layers() }

// SaysWhere reports whether the ending is one of place: -ban, -n, -nál, -i and so on.
func (s Suffix) SaysWhere() bool {
	switch s.Case {
	case Inessive, Superessive, Adessive:
		return true
	default:
		return s.IsAdjective && s.Case == Nominative
	}
}

// Layers is how many things the ending says: several, whose, what like, which case.
func (s Suffix) Layers() int {
	n := 0
	for _, is := range [...]bool{s.IsPlural && !s.IsAdjective, s.IsPossessed && !s.IsAdjective, s.IsAdjective, s.Case != Nominative} {
		if is {
			n++
		}
	}

	return n
}

// ownerEndings is the layer between stem and case.
func ownerEndings() map[string]Suffix {
	table := map[string]Suffix{"": {}}
	for e := range strings.FieldsSeq("k ok ek ak") {
		table[e] = Suffix{IsPlural: true}
	}
	for e := range strings.FieldsSeq("m om em am d od ed ad a e ja je nk unk tok otok etek atok juk uk jai jei ai ei aim eim jaim jeim aid eid jaid jeid aink eink jaink jeink im id ink ik aik eik jaik jeik") {
		table[e] = Suffix{IsPossessed: true, IsPlural: strings.Contains(e, "i")}
	}
	for e := range strings.FieldsSeq("m om em am nk unk aim eim jaim jeim aink eink jaink jeink im ink") {
		mine := table[e]
		mine.IsMine = true
		table[e] = mine
	}
	for e := range strings.FieldsSeq("beli iak iek") {
		table[e] = Suffix{IsAdjective: true, IsPlural: e != "beli"}
	}
	table["i"] = Suffix{IsAdjective: true, IsPossessed: true, IsPlural: true} // konyhai; lámpái

	return table
}

// caseEndings is the last layer, from data/morphology.yaml. The instrumental after a
// consonant is not among them: its v has become that consonant, see stems.
func (m *RuleSet) caseEndings() map[string]Case {
	table := map[string]Case{
		"": Nominative, "t": Accusative, "ot": Accusative, "et": Accusative, "at": Accusative,
		"an": Superessive, "n": Superessive, "kent": Nominative, "kor": Superessive,
	}
	for name, c := range map[string]Case{
		"inessive": Inessive, "illative": Illative, "elative": Elative, "superessive": Superessive, "sublative": Sublative,
		"delative": Delative, "adessive": Adessive, "allative": Allative, "ablative": Ablative, "dative": Dative,
		"instrumental": Instrumental, "terminative": Terminative, "causal": Causal,
	} {
		for _, form := range m.Cases[name] {
			table[strings.TrimPrefix(Fold(form), "+")] = c
		}
	}

	return table
}

// EachStem calls try with every way to cut an ending off a folded word, the uncut word
// first. It stops when try returns false.
func EachStem(word string, table *Endings, try func(stem string, s Suffix) bool) {
	if !try(word, Suffix{}) || !table.cut(word, try) {
		return
	}
	reduced, ok := Unassimilated(word)
	if !ok || !try(reduced, Suffix{Case: Instrumental, IsThere: true}) {
		return
	}
	table.cut(reduced, func(stem string, s Suffix) bool {
		if s.Case != Nominative {
			return true // one case is enough
		}
		s.Case = Instrumental

		return try(stem, s)
	})
}

// Unassimilated undoes the doubling of a consonant before -val, -vel: szekkel -> szek,
// fennyel -> feny.
func Unassimilated(word string) (string, bool) {
	base, ok := strings.CutSuffix(word, "al")
	if !ok {
		base, ok = strings.CutSuffix(word, "el")
	}
	n := len(base)
	if !ok || n < 3 {
		return "", false
	}
	if base[n-1] == base[n-2] {
		return base[:n-1], true
	}
	if base[n-2] == base[n-3] && isDigraph(base[n-2:]) {
		return base[:n-3] + base[n-2:], true
	}

	return "", false
}

func isDigraph(s string) bool {
	switch s {
	case "cs", "gy", "ly", "ny", "sz", "ty", "zs":
		return true
	default:
		return false
	}
}

// IsOntoOrOff reports whether the ending is one of what something is put to or taken from.
func (s Suffix) IsOntoOrOff() bool {
	switch s.Case {
	case Sublative, Allative, Delative, Ablative:
		return !s.IsPossessed
	default:
		return false
	}
}

// IsAtSomeones reports whether the ending is one of somebody's place: Zsófinál, Zsófihoz, Zsófitól.
func (s Suffix) IsAtSomeones() bool {
	return s.Case == Adessive || s.Case == Allative || s.Case == Ablative
}

// SaysAll reports whether an ending says that all are meant: gyerekszobákban. What makes an
// adjective says nothing of it (gyerekszobai).
func (s Suffix) SaysAll() bool { return s.IsPlural && !s.IsAdjective }

// NumberAdjectives are what makes a number an adjective: 2-es, 3-as, 6-os, kettes.
func NumberAdjectives() []string { return []string{"es", "as", "os"} }

// IsEnding reports whether folded letters can stand after a hyphen as an ending.
func IsEnding(folded string) bool {
	table := Suffixes()
	if _, ok := table.Find(folded); ok {
		return true
	}
	for _, adjective := range NumberAdjectives() { // a 3-asban
		if _, ok := table.Find(strings.TrimPrefix(folded, adjective)); ok {
			return true
		}
	}

	// -val after a consonant: 5-tel, 3-mal, 1-gyel
	return len(folded) <= 4 && (strings.HasSuffix(folded, "al") || strings.HasSuffix(folded, "el") || folded == "es" || folded == "os" || folded == "as")
}
