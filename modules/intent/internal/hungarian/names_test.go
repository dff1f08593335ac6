package hungarian

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// TestNamesInAnyForm names a lamp in every way that families do, and switches it on by each of
// the forms in which it may be said or written down.
func TestNamesInAnyForm(t *testing.T) {
	t.Parallel()
	forms := map[string]string{
		"Zsófi lámpája":      "Zsófi lámpáját, zsofi lampajat, Zsófinak a lámpáját, zsófi lámpályát",
		"2-es lámpa":         "2-es lámpát, kettes lámpát, 2es lámpát, a kettes lámpát, lámpa kettőt, lámpa 2-t, második lámpát",
		"Lámpa 3":            "lámpa 3-at, lámpa hármat, hármas lámpát, 3-as lámpát, harmadik lámpát, lámpa három",
		"LG polc":            "LG polcot, elgé polcot, el gé polcot, lg polc",
		"Desk light":         "desk light-ot, deszk lájtot, desk lájtot, desk lightot",
		"Smart plug":         "smart plugot, szmart plagot, smart plug-ot",
		"IKEA Trådfri polc":  "IKEA Trådfri polcot, ikea tradfri polcot, trådfri polcot, tradfri polcot",
		"Philips Hue Go":     "Philips Hue Go-t, filipsz hue go-t, Hue Go-t",
		"Nanoleaf":           "Nanoleafet, nánólífet, nanoleaf-et",
		"Dyson":              "Dysont, dájszont, Dyson-t",
		"Bokor":              "bokrot, bokort",
		"Ló":                 "lovat",
		"Tó világítás":       "tó világítást, tóvilágítást, tó világitást, to vilagitast",
		"Kőút":               "kőutat, kőútat",
		"Tükörfény":          "tükörfényt, tükör fényt, tükörfényet",
		"Galéria":            "galériát, galéria, galeriat",
		"Sínlámpa":           "sínlámpát, sinlampat, sín lámpát",
		"Éjjeli lámpa":       "éjjeli lámpát, éjjelilámpát, ejjeli lampat, éjeli lámpát",
		"Pult LED":           "pult ledet, pult LED-et, pultledet",
		"Könyvespolc":        "könyvespolcot, könyves polcot, könyvespocot, könyvespoclot",
		"Kerti szökőkút":     "kerti szökőkutat, szökőkutat, kerti szökökutat",
		"Marci íróasztala":   "Marci íróasztalát, marci iroasztalat, Marcinak az íróasztalát",
		"Terasz fényfüzér":   "terasz fényfüzért, teraszfényfüzért, teraszi fényfüzért, terasz fény füzért",
		"Nagyi éjjeli lámpa": "nagyi éjjeli lámpát, nagyi éjeli lámpát, nagyi éjjeli lámpáját",
	}
	for name, said := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lamp := &hamanagerapi.Entity{ID: "light.one", Name: name, Domain: "light", Exposed: true}
			other := &hamanagerapi.Entity{ID: "light.other", Name: "Padlás lámpa", Domain: "light", Exposed: true}
			another := &hamanagerapi.Entity{ID: "switch.fan", Name: "Szagelszívó", Domain: "switch", Exposed: true}
			ix := NewIndex(hamanagerapi.NewHome(hamanagerapi.Home{}, []*hamanagerapi.Entity{lamp, other, another}))
			for form := range strings.SplitSeq(said, ", ") {
				got := ix.Understand(meaning.Utterance{Text: "kapcsold fel a " + form})
				if !assert.Len(t, got.Commands, 1, form) {
					continue
				}
				assert.Equal(t, []*hamanagerapi.Entity{lamp}, got.Commands[0].Targets, "%s: %s", form, explainCommand(got.Commands[0]))
			}
		})
	}
}

// TestRoomsInAnyForm says where something is, in every form of a room's name.
func TestRoomsInAnyForm(t *testing.T) {
	t.Parallel()
	forms := map[string]string{
		"Dolgozószoba":  "a dolgozóban, a dolgozószobában, dolgozószobai, a dolgozo szobaban, a dolgozó szobába, a dolgozóba, dolgozós",
		"Gyerekszoba":   "a gyerekszobában, gyerekszobai, a gyerek szobában, a gyerekszobábna, a gyerekszobban",
		"Galéria":       "a galérián, galériai, a galérián lévő, a galéria",
		"Alagsor":       "az alagsorban, alagsori, az alagsorba, azalagsorban, az alag sorban",
		"Zsófi szobája": "Zsófi szobájában, zsofi szobajaban, a Zsófi szobájában, Zsófinál",
		"Emelet":        "az emeleten, emeleti, emeletn",
		"WC":            "a WC-ben, a vécében, wc-s, a wc ben",
		"Műhely":        "a műhelyben, műhelybeli, a mühelyben, a műhejben, a műhelybenn",
		"Kert":          "a kertben, kerti, a kertbe, akertben",
		"Terasz":        "a teraszon, teraszi, a terraszon, a teraszn",
	}
	for name, said := range forms {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := hamanagerapi.Home{Areas: []hamanagerapi.Area{{ID: "one", Name: name}, {ID: "other", Name: "Konyha"}}}
			lamp := &hamanagerapi.Entity{ID: "light.one", Name: "Lámpa", Domain: "light", AreaID: "one", Exposed: true}
			other := &hamanagerapi.Entity{ID: "light.other", Name: "Lámpa", Domain: "light", AreaID: "other", Exposed: true}
			ix := NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{lamp, other}))
			for form := range strings.SplitSeq(said, ", ") {
				got := ix.Understand(meaning.Utterance{Text: "kapcsold fel " + form + " lámpát"})
				if !assert.Len(t, got.Commands, 1, form) {
					continue
				}
				assert.Equal(t, []*hamanagerapi.Entity{lamp}, got.Commands[0].Targets, "%s: %s", form, explainCommand(got.Commands[0]))
			}
		})
	}
}
