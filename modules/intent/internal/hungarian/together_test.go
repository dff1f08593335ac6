package hungarian

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

// TestTogether: several commands in one sentence of which no frame reads each to its last word, or each by itself.
func TestTogether(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	for said, want := range map[string]string{
		// A piece that no frame knows beside one that is known.
		"Kapcsold fel a konyhalámpát, a pultvilágítást pedig durrantsd le": "HassTurnOn light.konyha; HassTurnOff light.pult",
		// A word that tells may command where commands are said in a row.
		"Kerti lámpa be, Dani redőnye nyit, pultvilágítás le": "HassTurnOn light.kert; HassTurnOn cover.dani; HassTurnOff light.pult",
		// A timer beside a device, said with a verb that asks people for something else.
		"Az LG-t pöccintsd be, és mérj rá húsz percet": "HassTurnOn switch.lg; HassStartTimer",
		// What is said of the thing before.
		"A kerti lámpa legyen már végre kék színű légyszi, aztán húsz százalékos": "HassLightSet light.kert",
		// A reason between them is left out.
		"A kútszivattyút csapd be, mert zuhanyzom, addig a kerti lámpa is menjen": "HassTurnOn switch.kut; HassTurnOn light.kert",
		// What is kept is none, be it said with a verb of its own.
		"Durrantsd le a pultvilágítást, a konyhalámpa maradjon": "HassTurnOff light.pult",
		// One thing more, elsewhere.
		"Konyhában lámpát le, kútszivattyút is": "HassTurnOff light.pult light.konyha; HassTurnOff switch.kut",
		// What is set against the first is not its deed.
		"Kertben lámpát, de a konyhában oltsd le": "HassTurnOn light.kert; HassTurnOff light.pult light.konyha",
		// What stands before a colon only names the rest.
		"Sötétíts a konyhában: pultvilágítás le, konyhalámpa tízre": "HassTurnOff light.pult; HassLightSet light.konyha",
		// How the thing before is to be.
		"Papa rádióján a következő számot, de halkabban": "HassMediaNext media_player.papa; HassSetVolumeRelative media_player.papa",
		// A thing of the room that was spoken of before.
		"Fürdőben az LG-t be, ventilátort is": "HassTurnOn switch.lg; HassTurnOn fan.furdo",
		// What nobody knows does nothing to the thing before.
		"Konyhalámpa negyvenre, dagasztó menjen hetvenen": "HassLightSet light.konyha",
		// A part of its name is enough beside what is surely a command.
		"Konyhalámpa le, szárító is induljon": "HassTurnOff light.konyha; HassTurnOn switch.lg",
		// The verb of a part that says how much is not that of one with a prefix of its own.
		"A konyhában le a konyhalámpát, a pultvilágítást tekerd ötvenre": "HassTurnOff light.konyha; HassLightSet light.pult",
		// Both are one command.
		"Gyújtsd fel a konyhalámpát kékre, és tedd ötvenre": "HassLightSet light.konyha",
		// Two questions, the second about nothing in the home.
		"Van itthon Panka, és hány óra van?": "HassGetState person.panka; HassGetCurrentTime",
		// How a place is to be, in the short form of the command before it.
		"Kútszivattyú le, konyha sötét": "HassTurnOff switch.kut; HassTurnOff light.pult light.konyha",
		// What seems to tell something of a device wishes it, as it weighs.
		"Indulhat az LG szárítógép, a kútszivattyú pedig kikapcsolhat": "HassTurnOn switch.lg; HassTurnOff switch.kut",
		// What follows a command in the short form is another one, and no reason.
		"Pultvilágítás le, Dani redőnye nyit, fázunk": "HassTurnOff light.pult; HassTurnOn cover.dani",
		// It was there before that one looks at something else, too.
		"Durrantsd le a pultvilágítást, és ha már ott tartasz, a konyhalámpát is": "HassTurnOff light.pult; HassTurnOff light.konyha",
		// Two questions, and both of nothing in the home.
		"Meddig van még az időzítő, és hány óra?": "HassTimerStatus; HassGetCurrentTime",
		// One thing more, with a word that nobody knows.
		"Dani éjjeli lámpája mehet le, vele a kerti lámpa is": "HassTurnOff light.dani; HassTurnOff light.kert",
		// What is to become of what plays is a command, too.
		"Pultvilágítás le, Papa rádióján szünet": "HassTurnOff light.pult; HassMediaPause media_player.papa",
		// Down is off, where nothing says how far.
		"Papa rádiója le, pultvilágítás le": "HassTurnOff media_player.papa; HassTurnOff light.pult",
		// What is to be told follows.
		"Csukd be Dani redőnyét, mert esni fog, és mondd, milyen nap van": "HassTurnOff cover.dani; HassGetCurrentDate",
		// What one piece is set to, and another one asks, are two.
		"Konyhalámpa negyvenre, és amúgy van itthon Panka?": "HassLightSet light.konyha; HassGetState person.panka",
		// What is done to a part of a name is no remark, and what was read with it does not hide it.
		"Pultvilágítás le, szárítót be": "HassTurnOff light.pult; HassTurnOn switch.lg",
		// The kind of what was done elsewhere before.
		"A kertben oltsd le, a konyhában vedd le húszra": "HassTurnOff light.kert; HassLightSet light.pult light.konyha",
		// A prefix is that of its own thing.
		"Mehet az LG szárítógép, pultvilágítás le": "HassTurnOn switch.lg; HassTurnOff light.pult",
	} {
		assert.Equal(t, want, inShort(ix.Understand(meaning.Utterance{Text: said}).Commands), said)
	}
}

// TestNotTogether: what one piece says may undo another, or nobody knows what it asks of whom.
func TestNotTogether(t *testing.T) {
	t.Parallel()
	ix := ownedHome()
	for _, said := range []string{
		"Durrants le mindent a kertben, a kerti lámpa maradjon",
		"Durrantsd le a kerti lámpát este tízkor, a pultvilágítást meg lődd ki",
		"Pöccintsd be az LG-t, ha megjött a szerelő, és durrantsd le a pultvilágítást",
	} {
		assert.Empty(t, inShort(ix.Understand(meaning.Utterance{Text: said}).Commands), said)
	}
}

// TestSceneInRemark: the words that a scene is called by only tell something, where more is said with them beside commands.
func TestSceneInRemark(t *testing.T) {
	t.Parallel()
	entity := func(id, called, area, domain string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: domain, Exposed: true}
	}
	ix := NewIndex(hamanagerapi.NewHome(hamanagerapi.Home{Areas: []hamanagerapi.Area{{ID: "konyha", Name: "Konyha"}}}, []*hamanagerapi.Entity{
		entity("switch.suto", "Sütő", "konyha", "switch"), entity("switch.kenyer", "Kenyérsütő", "konyha", "switch"),
		entity("script.elmegyunk", "Elmegyünk", "", "script"),
	}))
	for said, want := range map[string]string{
		"Kapcsold ki a sütőt meg a kenyérsütőt, elmegyünk itthonról":             "HassTurnOff switch.suto; HassTurnOff switch.kenyer",
		"Kapcsold ki a sütőt meg a kenyérsütőt, aztán indítsd el az elmegyünköt": "HassTurnOff switch.suto; HassTurnOff switch.kenyer; HassTurnOn script.elmegyunk",
	} {
		assert.Equal(t, want, inShort(ix.Understand(meaning.Utterance{Text: said}).Commands), said)
	}
}

// TestNumbersInARow: a number joined to a thing that has one in its name is another such thing.
func TestNumbersInARow(t *testing.T) {
	t.Parallel()
	entity := func(id, called, area string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: called, AreaID: area, Domain: "light", Exposed: true}
	}
	ix := NewIndex(hamanagerapi.NewHome(hamanagerapi.Home{Areas: []hamanagerapi.Area{{ID: "konyha", Name: "Konyha"}}}, []*hamanagerapi.Entity{
		entity("light.spot_1", "Spot 1", "konyha"), entity("light.spot_2", "Spot 2", "konyha"), entity("light.spot_3", "Spot 3", "konyha"),
		entity("light.tukor", "Tükörlámpa", "konyha"),
	}))
	for said, want := range map[string]string{
		"Spot 1 és 2 ki":                    "HassTurnOff light.spot_1; HassTurnOff light.spot_2",
		"Spot 1 és 2 ki, tükörlámpa húszra": "HassTurnOff light.spot_1; HassTurnOff light.spot_2; HassLightSet light.tukor",
	} {
		assert.Equal(t, want, inShort(ix.Understand(meaning.Utterance{Text: said}).Commands), said)
	}
}

// inShort tells what commands do to which devices.
func inShort(commands []meaning.Command) string {
	texts := make([]string, 0, len(commands))
	for _, c := range commands {
		words := []string{c.Intent}
		for _, e := range c.Targets {
			words = append(words, e.ID)
		}
		texts = append(texts, strings.Join(words, " "))
	}

	return strings.Join(texts, "; ")
}
