package hungarian

import "strings"

// grammaticalCase is what the ending of a noun says about its part in the sentence.
type grammaticalCase uint8

const (
	nominative grammaticalCase = iota
	accusativeCase
	inessive
	illative
	elative
	superessive
	sublative
	delative
	adessive
	allative
	ablative
	dative
	instrumental
	terminative
	causal
)

// suffix is what the end of a word adds to its stem.
type suffix struct {
	grammaticalCase grammaticalCase
	isPlural        bool
	isPossessed     bool // someone's: lámpája
	isAdjective     bool // konyhai
	isOwners        bool // Zsófié: what is Zsófi's
	isMine          bool // the speaker's: szobámban, lámpánk
	isThere         bool // any ending at all
}

// maxSuffix is the length of the longest ending in letters.
const maxSuffix = 12

// suffixes is every ending that a noun can have, without accents. It is put together from
// the layers of a Hungarian noun: stem, plural or owner, case.
func (m *morphology) suffixes() map[string]suffix {
	table := make(map[string]suffix, 2000)
	for owner, s := range ownerEndings() {
		for ending, c := range m.caseEndings() {
			whole := owner + ending
			if whole == "" || len(whole) > maxSuffix {
				continue
			}
			s.grammaticalCase, s.isThere = c, true
			if known, ok := table[whole]; !ok || s.isSimplerThan(known) {
				table[whole] = s
			}
		}
	}

	return table
}

// isSimplerThan prefers the reading with fewer layers: "ban" is a case, not b-an.
func (s suffix) isSimplerThan(other suffix) bool { return s.layers() < other.layers() }

// saysWhere reports whether the ending is one of place: -ban, -n, -nál, -i and so on.
func (s suffix) saysWhere() bool {
	switch s.grammaticalCase {
	case inessive, superessive, adessive:
		return true
	default:
		return s.isAdjective && s.grammaticalCase == nominative
	}
}

func (s suffix) layers() int {
	n := 0
	for _, is := range [...]bool{s.isPlural && !s.isAdjective, s.isPossessed && !s.isAdjective, s.isAdjective, s.grammaticalCase != nominative} {
		if is {
			n++
		}
	}

	return n
}

// ownerEndings is the layer between stem and case.
func ownerEndings() map[string]suffix {
	table := map[string]suffix{"": {}}
	for e := range strings.FieldsSeq("k ok ek ak") {
		table[e] = suffix{isPlural: true}
	}
	for e := range strings.FieldsSeq("m om em am d od ed ad a e ja je nk unk tok otok etek atok juk uk jai jei ai ei aim eim jaim jeim aid eid jaid jeid aink eink jaink jeink im id ink ik aik eik jaik jeik") {
		table[e] = suffix{isPossessed: true, isPlural: strings.Contains(e, "i")}
	}
	for e := range strings.FieldsSeq("m om em am nk unk aim eim jaim jeim aink eink jaink jeink im ink") {
		mine := table[e]
		mine.isMine = true
		table[e] = mine
	}
	for e := range strings.FieldsSeq("beli iak iek") {
		table[e] = suffix{isAdjective: true, isPlural: e != "beli"}
	}
	table["i"] = suffix{isAdjective: true, isPossessed: true, isPlural: true} // konyhai; lámpái

	return table
}

// caseEndings is the last layer, from data/morphology.yaml. The instrumental after a
// consonant is not among them: its v has become that consonant, see stems.
func (m *morphology) caseEndings() map[string]grammaticalCase {
	table := map[string]grammaticalCase{
		"": nominative, "t": accusativeCase, "ot": accusativeCase, "et": accusativeCase, "at": accusativeCase,
		"an": superessive, "n": superessive, "kent": nominative, "kor": superessive,
	}
	for name, c := range map[string]grammaticalCase{
		"inessive": inessive, "illative": illative, "elative": elative, "superessive": superessive, "sublative": sublative,
		"delative": delative, "adessive": adessive, "allative": allative, "ablative": ablative, "dative": dative,
		"instrumental": instrumental, "terminative": terminative, "causal": causal,
	} {
		for _, form := range m.Cases[name] {
			table[strings.TrimPrefix(fold(form), "+")] = c
		}
	}

	return table
}

// eachStem calls try with every way to cut an ending off a folded word, the uncut word
// first. It stops when try returns false.
func eachStem(word string, table map[string]suffix, try func(stem string, s suffix) bool) {
	if !try(word, suffix{}) || !cutEndings(word, table, try) {
		return
	}
	reduced, ok := unassimilated(word)
	if !ok || !try(reduced, suffix{grammaticalCase: instrumental, isThere: true}) {
		return
	}
	cutEndings(reduced, table, func(stem string, s suffix) bool {
		if s.grammaticalCase != nominative {
			return true // one case is enough
		}
		s.grammaticalCase = instrumental

		return try(stem, s)
	})
}

// cutEndings tries every ending of the table; false once try returned false.
func cutEndings(word string, table map[string]suffix, try func(stem string, s suffix) bool) bool {
	for cut := len(word) - 1; cut > 0 && len(word)-cut <= maxSuffix; cut-- {
		if s, ok := table[word[cut:]]; ok && !try(word[:cut], s) {
			return false
		}
	}

	return true
}

// unassimilated undoes the doubling of a consonant before -val, -vel: szekkel -> szek,
// fennyel -> feny.
func unassimilated(word string) (string, bool) {
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

// isOntoOrOff reports whether the ending is one of what something is put to or taken from.
func (s suffix) isOntoOrOff() bool {
	switch s.grammaticalCase {
	case sublative, allative, delative, ablative:
		return !s.isPossessed
	default:
		return false
	}
}
