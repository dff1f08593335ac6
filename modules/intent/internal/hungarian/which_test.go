package hungarian

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// inn is a home with several of everything: numbered rooms, makers' names, things called after people.
func inn() *Index {
	home := hamanagerapi.Home{
		Areas: []hamanagerapi.Area{
			{ID: "s1", Name: "1-es szoba"},
			{ID: "s2", Name: "2-es szoba"},
			{ID: "borka", Name: "Borka szobája"},
			{ID: "marci", Name: "Marci szobája"},
			{ID: "konyha", Name: "Konyha"},
			{ID: "f1", Name: "Gang bal"},
			{ID: "f2", Name: "Gang jobb"},
			{ID: "fl", Name: "Alsó lépcsőfeljáró"},
			{ID: "fh", Name: "Felső lépcsőfeljáró"},
			{ID: "pince", Name: "Pince"},
			{ID: "halo", Name: "Háló"},
			{ID: "furdo", Name: "Fürdő"},
		},
	}
	entity := func(id, called, area, domain, class string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, DeviceClass: class, Exposed: true}
	}

	return NewIndex(hamanagerapi.NewHome(home, []*hamanagerapi.Entity{
		entity("person.borka", "Borka", "", "person", ""),
		entity("person.ella", "Ella", "", "person", ""),
		entity("light.borka", "Borka olvasólámpája", "halo", "light", ""),
		entity("light.ella", "Ella olvasólámpája", "halo", "light", ""),
		entity("light.ella_tukor", "Ella tükörlámpája", "furdo", "light", ""),
		entity("light.b", "Borka lámpája", "borka", "light", ""),
		entity("light.m", "Marci lámpája", "marci", "light", ""),
		entity("climate.b", "Borka fűtése", "borka", "climate", ""),
		entity("climate.m", "Marci fűtése", "marci", "climate", ""),
		entity("climate.s1", "Egyes fűtés", "s1", "climate", ""),
		entity("fan.f1", "Bal légfúvó", "f1", "fan", ""),
		entity("fan.f2", "Jobb légfúvó", "f2", "fan", ""),
		entity("cover.l1", "Alsó ablakredőny", "fl", "cover", "shutter"),
		entity("cover.l2", "Felső ablakredőny", "fh", "cover", "shutter"),
		entity("switch.k5", "Kályha 5", "pince", "switch", ""),
		entity("switch.k6", "Kályha 6", "pince", "switch", ""),
		entity("media_player.tv", "Tévé", "halo", "media_player", ""),
		entity("media_player.pince", "Samsung tévé", "pince", "media_player", ""),
		entity("cover.s1", "Egyes ablakredőny", "s1", "cover", "shutter"),
		entity("cover.s2", "Kettes ablakredőny", "s2", "cover", "shutter"),
		entity("switch.mosogep", "Bosch mosógép", "furdo", "switch", ""),
		entity("switch.mosogato", "Bosch mosogatógép", "konyha", "switch", ""),
		entity("switch.pc", "Ella gépe", "halo", "switch", ""),
		entity("input_boolean.buli", "Bulimód", "", "input_boolean", ""),
		entity("input_boolean.csend", "Csend mód", "", "input_boolean", ""),
		entity("sensor.lada", "Fagyasztóláda hőmérséklete", "pince", "sensor", "temperature"),
		entity("sensor.h1", "Bal hordó súlya", "pince", "sensor", "weight"),
		entity("sensor.h2", "Jobb hordó súlya", "konyha", "sensor", "weight"),
		entity("binary_sensor.lada", "Fagyasztóláda ajtó", "pince", "binary_sensor", "door"),
	}))
}

// TestWhichOfSeveral: what fits several things is a question that names them all.
func TestWhichOfSeveral(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"az olvasólámpát tedd ötvenre":             {"light.borka", "light.ella"},
		"az olvasólámpa égjen a hálóban":           {"light.borka", "light.ella"},
		"Ella lámpája menjen húsz százalékkal":     {"light.ella", "light.ella_tukor"},
		"a gyerek lámpáját tekerd le húszra":       {"light.b", "light.borka", "light.m"},
		"a gyerekszobában legyen huszonegy fok":    {"climate.b", "climate.m"},
		"állítsd le a gépet":                       {"switch.mosogato", "switch.mosogep", "switch.pc"},
		"kapcsold ki a módot":                      {"input_boolean.buli", "input_boolean.csend"},
		"mi a helyzet a fagyasztóládával?":         {"binary_sensor.lada", "sensor.lada"},
		"mekkora a súly?":                          {"sensor.h1", "sensor.h2"},
		"húzd le az ablakredőnyök egyikét":         {"cover.l1", "cover.l2", "cover.s1", "cover.s2"},
		"hány kilós a jobb hordó?":                 {"sensor.h2"},
		"indítsd el a ventilátort a gangon":        {"fan.f1", "fan.f2"},
		"a lépcsőfeljárón húzd le a redőnyt":       {"cover.l1", "cover.l2"},
		"kapcsold be a hatost":                     {"switch.k6"},
		"kapcsold be az egyiket, az egyest":        nil,
		"kapcsold be a kályhát, az ötöst":          {"switch.k5"},
		"kapcsold le a tévét a pincében":           {"media_player.pince"}, // another one is just the tévé
		"húzd fel a vendégszobában a redőnyt":      {"cover.s1", "cover.s2"},
		"mi van a fagyasztóládában?":               nil,
		"kapcsold le Ella tükörlámpáját":           {"light.ella_tukor"},
		"kapcsold ki Ella gépét, a lámpáját is le": {"light.ella", "switch.pc"}, // both in one room
	}
	ix := inn()
	for said, want := range cases {
		assert.Equal(t, want, reached(ix.Understand(meaning.Utterance{Text: said})), said)
	}
}

// TestWhichOfThoseNotUnderstood: what says more closely which one is meant, and is not understood, is a
// question at most.
func TestWhichOfThoseNotUnderstood(t *testing.T) {
	t.Parallel()
	both := []string{"switch.k5", "switch.k6"}
	cases := map[string][]string{
		"kapcsold be a kályhát, azt a rozsdásat":               both,
		"kapcsold be azt a kályhát, amelyiket a sógor hozta":   both,
		"indítsd el a nagy ventilátort":                        {"fan.f1", "fan.f2"},
		"vegyél egy nagy ventilátort":                          nil,
		"vegyél nagy ventilátort":                              nil,
		"indítsd el a szomszéd ventilátorát":                   nil,
		"kapcsold be a kályhát, tudod, melyiket":               both,
		"ha fázunk, kapcsold be a kályhát, azt a rozsdásat":    nil,
		"azt mondta, kapcsold be a kályhát, azt a rozsdásat":   nil,
		"kapcsold be a Kályha 5-öt, azt a rozsdásat":           nil, // maybe another one is meant
		"állítsd le azt a bosch gépet, amelyik hangos":         {"switch.mosogato", "switch.mosogep"},
		"állítsd le a boschos gépet":                           {"switch.mosogato", "switch.mosogep"},
		"kapcsold be a kályhát, azt a rozsdásat, sütőt ki":     nil,
		"kapcsold be a kályhát, azt a rozsdásat, tessékeld ki": both,
	}
	ix := inn()
	for said, want := range cases {
		assert.Equal(t, want, reached(ix.Understand(meaning.Utterance{Text: said})), said)
	}
}

// TestChooseInOtherRoom: what is chosen may be in another room than the first candidate.
func TestChooseInOtherRoom(t *testing.T) {
	t.Parallel()
	ix := inn()
	got := ix.Understand(meaning.Utterance{Text: "a gyerekszobában legyen huszonegy fok"})
	for _, choice := range got.Question.Choices {
		chosen, question := meaning.Bind(ix.home, meaning.Utterance{}, meaning.Narrow(ix.home, got.Commands[0], choice))

		assert.Nil(t, question)
		if assert.Len(t, chosen.Targets, 1) {
			assert.Equal(t, choice.EntityID, chosen.Targets[0].ID)
		}
	}
}
