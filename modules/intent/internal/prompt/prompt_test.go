package prompt

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
)

var update = flag.Bool("update", false, "write the golden files anew")

// thing is one that is off.
func thing(id, name, area, attributes string) *hamanagerapi.Entity {
	domain, _, _ := strings.Cut(id, ".")
	e := &hamanagerapi.Entity{ID: id, Name: name, AreaID: area, Domain: domain, Exposed: true, Cell: new(hamanagerapi.StateCell)}
	e.Cell.Store(&hamanagerapi.State{Value: "off", Attributes: json.RawMessage(attributes)})

	return e
}

func home(devices ...*hamanagerapi.Entity) *hamanagerapi.Home {
	return hamanagerapi.NewHome(hamanagerapi.Home{Areas: []hamanagerapi.Area{
		{ID: "nappali", Name: "nappali"}, {ID: "konyha", Name: "konyha"}, {ID: "garazs", Name: "garázs"},
	}}, devices)
}

func smallHome() *hamanagerapi.Home {
	gate := thing("cover.garazs", "garázskapu", "garazs", `{"supported_features":15}`)
	gate.DeviceClass = "garage"

	return home(
		thing("climate.nappali", "termosztát", "nappali", `{"current_temperature":21.5,"min_temp":7,"max_temp":30}`),
		gate,
		thing("light.allo", "állólámpa", "nappali", `{"supported_color_modes":["color_temp"]}`),
		thing("light.konyha", "konyhai lámpa", "konyha", `{"supported_color_modes":["onoff"]}`),
		thing("scene.mozi", "mozi", "nappali", `{}`),
		thing("sensor.terasz", "terasz hőmérő", "", `{"unit_of_measurement":"°C"}`),
	)
}

func everything(string, *hamanagerapi.Entity) bool { return true }

func input(home *hamanagerapi.Home, text string) Input {
	return Input{
		Home: home, Utterance: meaning.Utterance{Text: text, AreaID: "nappali", Now: time.Date(2025, 4, 4, 12, 0, 0, 0, time.UTC)},
		May: everything, MayPlan: true, Tokens: func(text string) int { return len(text)/3 + 1 }, Budget: 1500,
	}
}

// bytesOf writes all that is sent.
func bytesOf(p *Prompt) string {
	var b strings.Builder
	for _, m := range p.Messages {
		fmt.Fprintf(&b, "--- %s\n%s\n", m.Role, m.Content)
	}
	fmt.Fprintf(&b, "--- schema\n%s\n--- at most %d tokens back\n", p.Schema, p.MaxTokens)

	return b.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	memory := &meaning.Memory{Commands: []meaning.Command{{Intent: meaning.TurnOn, Targets: []*hamanagerapi.Entity{smallHome().Entity("light.konyha")}}}}
	for name, change := range map[string]func(*Input){
		"wish":     func(*Input) {},
		"question": func(in *Input) { in.Utterance.Text = "Mi a helyzet otthon?" },
		"later":    func(in *Input) { in.Utterance.Text = "negyedóra múlva legyen félhomály" },
		"conversation": func(in *Input) {
			in.Exchanges = []Exchange{{"csinálj valami szépet", "Melyik szobában?"}}
			in.Utterance.Before = memory
		},
		"narrow": func(in *Input) {
			in.MayPlan = false
			in.May = func(intent string, e *hamanagerapi.Entity) bool {
				return e.Domain != "climate" && (e.Domain != "cover" || meaning.IsQuestion(intent))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := input(smallHome(), "olyan hangulatot kérek, mint a moziban")
			change(&in)
			got := bytesOf(Build(in))
			path := filepath.Join("testdata", name+".golden")
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), got, "go test ./modules/intent/internal/prompt -update, where it is meant")
		})
	}
}

func TestSchemaIsJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"olyan hangulatot kérek, mint a moziban", "öt perc múlva", "mi van?"} {
		p := Build(input(bigHome(300), text))
		require.True(t, json.Valid(p.Schema), string(p.Schema))
	}
	p := Build(input(home(), "szia"))
	require.True(t, json.Valid(p.Schema), string(p.Schema))
}

// bigHome has so many devices of the usual kinds.
func bigHome(n int) *hamanagerapi.Home {
	kinds := []struct{ domain, name, attributes string }{
		{"light", "mennyezeti lámpa", `{"supported_color_modes":["color_temp","hs"],"brightness":120,"friendly_name":"mennyezeti lámpa"}`},
		{"cover", "redőny", `{"current_position":40,"supported_features":15}`},
		{"climate", "termosztát", `{"temperature":21,"current_temperature":21.5,"min_temp":7,"max_temp":30,"hvac_modes":["heat","off"]}`},
		{"media_player", "hangszóró", `{"volume_level":0.4,"supported_features":152461,"source_list":["a","b","c"]}`},
		{"sensor", "hőmérő", `{"unit_of_measurement":"°C"}`},
		{"switch", "konnektor", `{}`},
	}
	rooms := []string{"nappali", "konyha", "garazs"}
	devices := make([]*hamanagerapi.Entity, 0, n)
	for i := range n {
		k := kinds[i%len(kinds)]
		devices = append(devices, thing(fmt.Sprintf("%s.d%03d", k.domain, i), fmt.Sprintf("%s %d", k.name, i), rooms[i%len(rooms)], k.attributes))
	}

	return home(devices...)
}

func TestBudget(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"olyan hangulatot kérek, mint a moziban", "sötét van", "Mi a helyzet otthon?", "lámpa redőny hangszóró konnektor termosztát hőmérő mennyezeti",
		strings.Repeat("nagyon hosszú mondat a lámpáról ", 15),
	} {
		in := input(bigHome(300), text)
		for range 5 {
			in.Exchanges = append(in.Exchanges, Exchange{strings.Repeat("mondtam valamit ", 10), strings.Repeat("feleltem valamit ", 10)})
		}
		p := Build(in)
		require.LessOrEqual(t, p.Tokens, in.Budget, text)
		require.GreaterOrEqual(t, 100*p.Shared, 58*p.Tokens, text)
		require.LessOrEqual(t, len(p.Shown()), maxCandidates)
		require.GreaterOrEqual(t, len(p.Shown()), leastCandidates)
		total := 0
		for _, m := range p.Messages {
			total += in.Tokens(m.Content) + messageTokens
		}
		require.InDelta(t, total, p.Tokens, 40, text)
	}
}

func TestWhatIsLeftOutFirst(t *testing.T) {
	t.Parallel()
	in := input(bigHome(300), "olyan hangulatot kérek, mint a moziban")
	in.Exchanges = []Exchange{{"első", "egy"}, {"második", "kettő"}}
	in.Budget = 4000
	full := Build(in)
	require.Len(t, full.Messages, 6)
	require.Len(t, full.Shown(), maxCandidates)
	in.Budget = full.Tokens - 5
	shorter := Build(in)
	require.Len(t, shorter.Messages, 6)
	require.Len(t, shorter.Shown(), maxCandidates-1, "the least relevant devices go first")
	for len(shorter.Messages) == 6 {
		in.Budget -= 5
		shorter = Build(in)
	}
	require.Len(t, shorter.Shown(), enoughCandidates)
	require.Contains(t, shorter.Messages[1].Content, "második")
	in.Budget = shorter.Shared + 200
	shortest := Build(in)
	require.Len(t, shortest.Messages, 2)
	require.Less(t, len(shortest.Shown()), len(full.Shown()))
	require.Equal(t, full.Shown()[:len(shortest.Shown())], shortest.Shown(), "the most relevant stay")
}

func TestPrefixIsTheSameForAll(t *testing.T) {
	t.Parallel()
	first := Build(input(smallHome(), "sötét van")).Messages[0]
	require.Equal(t, first, Build(input(bigHome(50), "fázom")).Messages[0])
	require.Equal(t, SharedMessages()[0], first)
	in := input(bigHome(300), "fázom")
	p := Build(in)
	require.GreaterOrEqual(t, 100*p.Shared, 60*p.Tokens)
}

func TestRanking(t *testing.T) {
	t.Parallel()
	for text, first := range map[string]string{
		"olyan jó lenne a garázskapuval": "cover.garazs",
		"a moziban ülnék":                "scene.mozi",
		"fázom":                          "climate.nappali",
		"hány fok van a teraszon":        "sensor.terasz",
		"sötét van":                      "light.allo",
	} {
		require.Equal(t, first, Build(input(smallHome(), text)).Shown()[0].ID, text)
	}
}

func TestAnswersThatDoNotCount(t *testing.T) {
	t.Parallel()
	p := Build(input(smallHome(), "olyan hangulatot kérek, mint a moziban"))
	at := map[string]string{}
	for i, e := range p.Shown() {
		at[e.ID] = handleOf(i)
	}
	fill := strings.NewReplacer("LAMP", at["light.allo"], "KITCHEN", at["light.konyha"], "SCENE", at["scene.mozi"], "HEAT", at["climate.nappali"], "SENSOR", at["sensor.terasz"])
	for _, answer := range []string{
		``, `null`, `[]`, `"do"`, `{}`, `{"kind":"do"}`, `{"kind":"do","commands":[]}`, `{"kind":"do","commands":null}`, `{"kind":"sing"}`, `{"kind":"nothing","text":"x"}`,
		`{"kind":"nothing"} {"kind":"nothing"}`, `{"kind":"nothing","kind":"do"}`, `{"Kind":"nothing"}`, `{"kind":"nothing"`, "```json\n{\"kind\":\"nothing\"}\n```",
		`{"kind":"do","commands":[{"intent":"HassTurnOn"}]}`, `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":[]}]}`,
		`{"kind":"do","commands":[{"intent":"HassTurnOn","targets":"LAMP"}]}`, `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["light.allo"]}]}`,
		`{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["állólámpa"]}]}`, `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["e0"]}]}`,
		`{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["e31"]}]}`, `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["SENSOR"]}]}`,
		`{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["LAMP"],"name":"all"}]}`, `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["LAMP"],"domain":"lock"}]}`,
		`{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["LAMP"],"after_minutes":5}]}`, `{"kind":"do","commands":[{"intent":"HassExplode","targets":["LAMP"]}]}`,
		`{"kind":"do","commands":[{"intent":"HassTurnOff","targets":["LAMP",null]}]}`, `{"kind":"do","commands":[{"intent":"HassLightSet","targets":["LAMP"]}]}`,
		`{"kind":"do","commands":[{"intent":"HassLightSet","targets":["LAMP"],"brightness":101}]}`, `{"kind":"do","commands":[{"intent":"HassLightSet","targets":["LAMP"],"brightness":"50"}]}`,
		`{"kind":"do","commands":[{"intent":"HassLightSet","targets":["LAMP"],"brightness":50.5}]}`, `{"kind":"do","commands":[{"intent":"HassLightSet","targets":["LAMP"],"brightness":-1}]}`,
		`{"kind":"do","commands":[{"intent":"HassLightSet","targets":["LAMP"],"brightness":1e999}]}`, `{"kind":"do","commands":[{"intent":"HassLightSet","targets":["LAMP"],"color":"black hole"}]}`,
		`{"kind":"do","commands":[{"intent":"HassLightSet","targets":["KITCHEN"],"brightness":50}]}`, `{"kind":"do","commands":[{"intent":"HassClimateSetTemperature","targets":["HEAT"],"temperature":99}]}`,
		`{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["LAMP"]},{"intent":"HassTurnOn","targets":["e99"]}]}`,
		`{"kind":"do","commands":[` + strings.Repeat(`{"intent":"HassTurnOn","targets":["LAMP"]},`, 6) + `{"intent":"HassTurnOn","targets":["LAMP"]}]}`,
		`{"kind":"do","commands":[{"intent":"HassStartTimer"}]}`, `{"kind":"do","commands":[{"intent":"HassStartTimer","minutes":5,"targets":["LAMP"]}]}`,
		`{"kind":"answer","text":""}`, `{"kind":"answer","text":5}`, `{"kind":"answer","text":"` + strings.Repeat("a", 241) + `"}`, `{"kind":"answer","text":"# * _"}`,
		`{"kind":"answer","text":"Lekapcsoltam a villanyt."}`, `{"kind":"answer","text":"Rendben, már kinyitottam a kaput!"}`, `{"kind":"answer","text":"ok","commands":[]}`,
		`{"kind":"ask","text":"Melyiket?","intent":"HassClimateSetTemperature","choices":["LAMP","KITCHEN"]}`, `{"kind":"ask","text":"Melyiket?","intent":"HassTurnOn","choices":["LAMP","e77"]}`,
		`{"kind":"ask","choices":["LAMP","KITCHEN"],"intent":"HassTurnOn"}`, strings.Repeat(`{"kind":`, 10000), `{"kind":"answer","text":"` + strings.Repeat("x", 20000) + `"}`,
	} {
		_, err := p.Understand(fill.Replace(answer))
		require.Error(t, err, answer)
	}
}

func FuzzUnderstand(f *testing.F) {
	for _, seed := range []string{`{"kind":"nothing"}`, `{"kind":"answer","text":"Szia!"}`, `{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["e1"]}]}`, `{"kind":"ask","text":"Melyik?","choices":["e1","e2"],"intent":"HassTurnOn"}`} {
		f.Add(seed)
	}
	p := Build(input(smallHome(), "öt perc múlva legyen mozi"))
	f.Fuzz(func(t *testing.T, answer string) {
		meant, err := p.Understand(answer)
		if err != nil {
			require.False(t, meant.IsUnderstood())

			return
		}
		for _, c := range meant.Commands {
			for _, e := range c.Targets {
				require.True(t, p.in.May(c.Intent, e))
				require.Contains(t, p.Shown(), e)
			}
		}
	})
}

func TestCleaning(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a b c", clip("a\n\"b\" | \u202e<c>\x00", 40))
	require.Equal(t, "árvíz", clip("árvíztűrő", 5))
	p := Build(input(smallHome(), "sötét van"))
	require.Equal(t, "A állólámpa ég.", p.forSpeech("A `e1` **ég**", 100))
	require.Equal(t, "Egy. Kettő.", p.forSpeech("Egy. Kettő. Három mondat", 14))
	require.Equal(t, "Nézd meg itt.", p.forSpeech("Nézd meg itt: https://example.com/a?b [] {}", 100))
}

func TestNormal(t *testing.T) {
	t.Parallel()
	require.Equal(t, "olvasnék egy kicsit", Normal("  Olvasnék,  egy kicsit! "))
	require.NotEqual(t, Normal("ég a lámpa?"), Normal("ég a lámpa"))
}

func BenchmarkBuild(b *testing.B) {
	in := input(bigHome(300), "olyan hangulatot kérek, mint a moziban")
	for b.Loop() {
		p := Build(in)
		_ = p.Key()
	}
}

func BenchmarkUnderstand(b *testing.B) {
	p := Build(input(bigHome(300), "olyan hangulatot kérek, mint a moziban"))
	for b.Loop() {
		if _, err := p.Understand(`{"kind":"do","commands":[{"intent":"HassTurnOn","targets":["e1","e2"]}]}`); err != nil {
			b.Fatal(err)
		}
	}
}

func TestPromisesAreLies(t *testing.T) {
	t.Parallel()
	for _, lie := range []string{
		"Rendben, felkapcsolom a lámpát.", "Máris nyitom a kaput!", "Megcsináltam.", "Elintéztem, jó mozizást!", "Kikapcsoljuk a fényeket.", "Beállítom a hangulatot.",
	} {
		require.True(t, tellsOfDeeds(lie), lie)
	}
	for _, honest := range []string{
		"Köszönöm, igyekszem!", "Felkapcsoljam a lámpát?", "Ezt nem kapcsolom ki.", "Nem tudom kinyitni a kaput.", "A lámpa a nappaliban van.", "Szeretem a zenét.", "Sajnos azt nem csináltam meg.",
	} {
		require.False(t, tellsOfDeeds(honest), honest)
	}
}

func TestSignsThatMeanSomethingStay(t *testing.T) {
	t.Parallel()
	require.NotEqual(t, Normal("legyen 🔴"), Normal("legyen 🔵"))
	require.NotEqual(t, Normal("+2 fok"), Normal("2 fok"))
}

func TestSentencesAboutStates(t *testing.T) {
	t.Parallel()
	for text, isAbout := range map[string]bool{
		"vannak nyitott ablakok": true, "a mosógép még működik": true, "ég a lámpa?": true, "melyik lámpák égnek": true,
		"egy kis hangulatot kérek": false, "holnap moziba megyünk": false, "minden legyen szép": false,
	} {
		require.Equal(t, isAbout, Build(input(smallHome(), text)).ShowsStates, text)
	}
}
