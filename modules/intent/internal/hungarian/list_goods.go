package hungarian

import (
	"slices"
	"strings"
	"sync"

	"homehub/modules/intent/internal/hungarian/data"
	"homehub/modules/intent/internal/hungarian/morphology"
)

// goods are the things of data/goods.yaml by their folded stems.
var goods = sync.OnceValue(func() map[string]string {
	var listed struct {
		Goods []string `yaml:"goods"`
	}
	data.MustLoad("goods", &listed)
	found := make(map[string]string, 2*len(listed.Goods))
	for _, good := range listed.Goods {
		found[morphology.Fold(good)] = good
		for _, stem := range morphology.Rules().OtherStems(good) {
			found[morphology.Fold(stem)] = good
		}
	}

	return found
})

// goodOf is the thing to buy that a folded word means, as it stands or as an object; empty for none.
func goodOf(folded string) string {
	if good, ok := goods()[folded]; ok {
		return good
	}
	short, ok := strings.CutSuffix(folded, "t")
	if !ok {
		return ""
	}
	if good, ok := goods()[short]; ok {
		return good
	}
	stem, _ := cutLinkingVowel(short)

	return goods()[stem]
}

// wantsGoods reports whether something to buy is wished without any list: kell só a boltból; vegyél fel egy kiló krumplit.
func (c *clause) wantsGoods() bool {
	isAsked := c.s.IsQuestion || c.classes&cQuestion != 0

	return !isAsked && (c.wantsFromShop() || c.takesGoods())
}

func (c *clause) wantsFromShop() bool {
	isWanted := (c.action == "" || c.action == "want") && c.has(cAbout, "shop")

	return isWanted && slices.ContainsFunc(c.spans, func(sp *span) bool { return sp.means(cFiller, "wanted") })
}

// takesGoods reports whether something that is bought every day is to be taken up, and no device beside it.
func (c *clause) takesGoods() bool {
	_, last, ok := c.itemSpans(-1)
	isTaken := (c.action == "put" || c.action == "more") && c.prefix != nil && c.prefix.means(cPrefix, "fel")
	if !ok || !isTaken || c.classes&(cEntity|cArea|cFloor|cKind) != 0 {
		return false
	}
	tok := &c.s.Tokens[c.spans[last].to-1]

	return !tok.IsRepaired && goodOf(tok.Fold) != ""
}

// withAccents is an item as it is written, where nobody wrote the accents of the sentence, or its long vowels are written
// short (élesztö), or its word was split.
func (c *clause) withAccents(text string, from, to int) string {
	last := &c.s.Tokens[c.spans[to].to-1]
	good := goodOf(last.Fold)
	if at := strings.LastIndexByte(text, ' '); good != "" && goods()[text[at+1:]] != text[at+1:] && mayBeWritten(text[at+1:], good) {
		return text[:at+1] + good
	}
	if whole := goodOf(morphology.Fold(strings.ReplaceAll(text, " ", ""))); good == "" && whole != "" && c.spans[to].to-c.spans[from].from > 1 {
		return whole
	}

	return text
}

// mayBeWritten reports whether a word that was said may be a thing that is written with other accents: with none, be it in
// this word only, or with ö for ő, as on a keyboard that has none.
func mayBeWritten(said, good string) bool {
	short := strings.NewReplacer("ő", "ö", "ű", "ü")

	return said == morphology.Fold(said) || strings.HasPrefix(said, short.Replace(good))
}

// withoutObject is an item without the ending of an object. Where no accents are written, a long vowel may stand before it.
func (c *clause) withoutObject(text string) string {
	plain := withoutObjectEnding(text)
	if c.s.HasAccent || !strings.HasSuffix(text, "at") && !strings.HasSuffix(text, "ot") || plain != text[:len(text)-2] {
		return plain
	}
	isLowering := morphology.EndsWithAny(plain, morphology.Rules().Lowering)
	if strings.HasSuffix(text, "at") && !isLowering || strings.HasSuffix(text, "ot") && endsInCluster(plain) {
		return text[:len(text)-1]
	}

	return plain
}

// endsInCluster reports whether a folded word ends in two consonants that hardly end one: papirtorl.
func endsInCluster(folded string) bool {
	const vowels = "aeiou"
	n := len(folded)

	return n > 2 && strings.IndexByte("lrjnmv", folded[n-1]) >= 0 && strings.IndexByte(vowels, folded[n-2]) < 0 && folded[n-1] != folded[n-2] && !splitsLetter(folded, n-1)
}
