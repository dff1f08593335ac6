package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// TestListItems: what is put on a list, or taken off it, where a remark names it, where nobody wrote its accents, and
// where no list is named.
func TestListItems(t *testing.T) {
	t.Parallel()
	lists := NewIndex(hamanagerapi.NewHome(hamanagerapi.Home{}, []*hamanagerapi.Entity{
		{ID: "todo.bolt", Name: "Bevásárlólista", Domain: "todo", Exposed: true},
		{ID: "todo.tabor", Name: "Táborlista", Domain: "todo", Exposed: true},
	}))
	for said, want := range map[string][]string{
		// In a remark: what something was done to, what is needed, what is no longer.
		"Cseresznyére vágyom, tedd fel a listára.":       {"cseresznye"},
		"Ne vigyünk gitárt, vedd le a Táborlistáról.":    {"gitár"},
		"Mégse kell torta, vedd le a listáról.":          {"torta"},
		"Kirándulni megyünk holnap, írd fel a listára.":  nil,
		"Elvittem a labdát meg a hálót, tedd a listára.": nil,
		"Szereztem gyufát, pipáld ki a Táborlistán.":     {"gyufa"},
		"Tedd a karácsonyi listára a szaloncukrot.":      nil,
		"Tedd a bolti listára a szaloncukrot.":           {"szaloncukor"},
		// Without accents, or in two words.
		"ird fel a listara a citromot":          {"citrom"},
		"tedd a listara a mosogatoszivacsot":    {"mosogatószivacs"},
		"kerüljön a listára a fog krém":         {"fogkrém"},
		"tedd a listara a kutyaoltorlot":        {"kutyaoltorlo"},
		"Tedd a listára a borsot és a borsót.":  {"bors", "borsó"},
		"Írd fel a mosogatoszivacsot, légyszi!": {"mosogatószivacs"},
		"Kell majd kapor meg torma a boltból.":  {"kapor", "torma"},
		"Nem kell kapor a boltból.":             nil,
		"Vegyél fel két kiló körtét.":           {"két kiló körte"},
		"Vegyél fel egy pulóvert.":              nil,
	} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			var items []string
			for _, c := range lists.Understand(meaning.Utterance{Text: said}).Commands {
				items = append(items, c.Slots.Text("item"))
			}
			assert.Equal(t, want, items)
		})
	}
}
