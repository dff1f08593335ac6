package hungarian

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/hungarian/inflect"
	"homehub/modules/intent/internal/meaning"
)

// homeOfSize is the built-in home, repeated under other names until it has n entities.
func homeOfSize(tb testing.TB, n int) *hamanagerapi.Home {
	tb.Helper()
	base := hamanagertest.BuiltInHome(tb)
	home := hamanagerapi.Home{Floors: base.Floors}
	var entities []*hamanagerapi.Entity
	for part := 0; len(entities) < n; part++ {
		suffix := ""
		if part > 0 {
			suffix = fmt.Sprintf(" %d", part+1)
		}
		for _, a := range base.Areas {
			a.ID += suffix
			a.Name += suffix
			home.Areas = append(home.Areas, a)
		}
		for _, e := range base.Entities {
			if len(entities) == n {
				break
			}
			copied := *e
			copied.ID += suffix
			copied.Name += suffix
			copied.AreaID += suffix
			entities = append(entities, &copied)
		}
	}

	return hamanagerapi.NewHome(home, entities)
}

// everyday are sentences of all lengths, some of them not understood.
func everyday() []string {
	return []string{
		"kapcsold fel a villanyt a konyhában",
		"légy szíves kapcsold le az összes lámpát a nappaliban",
		"állítsd a csillár fényerejét ötven százalékra",
		"húzd le a redőnyt a hálóban, aztán kapcsold ki a tévét",
		"hány fok van a nappaliban?",
		"kapcsold fel az állólámpát",
		"nyitva van valamelyik ablak?",
		"mi a véleményed a tegnapi meccsről",
		"tegyél tejet a bevásárlólistára",
		"legyen huszonkét fok a nappaliban",
	}
}

func BenchmarkUnderstand(b *testing.B) {
	for _, n := range []int{10, 100, 300, 1000} {
		ix := NewIndex(homeOfSize(b, n))
		sentences := everyday()
		b.Run(fmt.Sprintf("entities=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				ix.Understand(meaning.Utterance{Text: sentences[i%len(sentences)], AreaID: "nappali"})
				i++
			}
		})
	}
}

// worst says as much as may be said, in several unpleasant ways. Nothing is said twice in a
// row, for that is dropped at once.
func worst() map[string]string {
	texts := map[string]string{}
	for name, units := range map[string][]string{
		"names": {"nappali lámpa ", "konyhai lámpa ", "csillár "}, "verbs": {"kapcsold fel ", "húzd le ", "nyisd ki ", "oltsd el "},
		"unknown":  {"megszentségteleníthetetlenségeskedéseitekért ", "legeslegelkelkáposztásíthatatlanságoskodásaitokért "},
		"letters":  {"a ", "b ", "c "},
		"numbers":  {"kétszázötven ", "harminchárom ", "nyolc "},
		"commands": {"kapcsold le a konyhai lámpát és ", "húzd fel a redőnyt a hálóban, ", "állítsd a csillárt ötven százalékra, "},
		"mistyped": {"kapcsold le a konyhai lámpát és ", "húzd fel a redönnyt a háloban, ", "oltsd el a csilárt ", "nyisd ki a fürdö ablaakot "},
	} {
		var b strings.Builder
		for i := 0; utf8.RuneCountInString(b.String()) < 500-40; i++ {
			b.WriteString(units[i%len(units)])
		}
		texts[name] = b.String()
	}

	return texts
}

// BenchmarkUnderstandWorst reads 500 characters.
func BenchmarkUnderstandWorst(b *testing.B) {
	ix := NewIndex(homeOfSize(b, 300))
	for name, text := range worst() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ix.Understand(meaning.Utterance{Text: text, AreaID: "nappali"})
			}
		})
	}
}

func BenchmarkNewIndex(b *testing.B) {
	home := homeOfSize(b, 300)
	b.ReportAllocs()
	for b.Loop() {
		NewIndex(home)
	}
}

// TestIndexSize keeps the index of a large home small. It must not run beside other tests.
//
//nolint:paralleltest // it measures the whole heap
func TestIndexSize(t *testing.T) {
	const most = 500 << 10
	home := homeOfSize(t, 300)
	hungarian()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	ix := NewIndex(home)
	runtime.GC()
	runtime.ReadMemStats(&after)

	size := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("%d KB for 300 entities, %d names", size>>10, len(ix.names))
	require.Less(t, size, int64(most))
	runtime.KeepAlive(ix)
}

// FuzzUnderstand looks for panics, for commands without a reason, and for work without bounds.
func FuzzUnderstand(f *testing.F) {
	for _, text := range everyday() {
		f.Add(text, "nappali")
	}
	f.Add("50%-ra 1/0 22,5 TV-t „idézet” \xff", "")
	ix := NewIndex(homeOfSize(f, 100))
	f.Fuzz(func(t *testing.T, text, area string) {
		if len([]rune(text)) > 500 {
			return
		}
		began := time.Now()
		got := ix.Understand(meaning.Utterance{Text: text, AreaID: area})
		if took := time.Since(began); took > 200*time.Millisecond {
			t.Errorf("took %s", took)
		}
		if q := got.Question; q != nil {
			if q.Command >= len(got.Commands) || len(q.Choices) < 2 {
				t.Errorf("a question about nothing: %+v", q)
			}
			ix.Choose(text, *q)
		}
		ReadAnswer(text)
		inflect.Accusative(text)
		inflect.Article(text)
	})
}

// heardSentences are sentences as a recogniser may write them: to be repaired, or not understood.
func heardSentences() []string {
	return []string{
		"kapcsold fel a konyhi lmápát", "kapcsoldle a nappali lámpátis", "öö húzd húzd le a redönyt a hálóba", "állicsd a csillárt negyven öt százalékra",
		"tegnap voltunk a nagymamánál és nagyon finom süteményt ettünk", "felkapcsolnád a villnyt a gyerekszobábna légyszi", "nyisd ki a garázskaput és kapcsold fel a kitni lámpát",
		"szerintem a szomszéd kutyája megint egész éjszaka ugatott a kertben", "akonyhában kapcsold le azösszes villanyt", "a kony hában kap csold fel a vil lanyt",
		"mikor indul a következő vonat debrecenbe a nyugati pályaudvarról", "hajszárítót szeretnék venni holnapra de nem tudom melyik áruházban kapható",
	}
}

// BenchmarkUnderstandHeard reads what must be repaired first.
func BenchmarkUnderstandHeard(b *testing.B) {
	ix := NewIndex(homeOfSize(b, 300))
	for i, text := range heardSentences() {
		b.Run(strconv.Itoa(i), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ix.Understand(meaning.Utterance{Text: text, AreaID: "nappali"})
			}
		})
	}
}
