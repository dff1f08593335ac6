package intent

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent/internal/meaning"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
)

// The callers of the table of rights, and some that it has no column for.
var callers = map[string]identity.Principal{
	"owner":              as(identity.RoleOwner),
	"adult":              as(identity.RoleAdult),
	"child":              as(identity.RoleChild),
	"guest":              as(identity.RoleGuest),
	"device":             tablet(func(p *identity.Principal) { p.HasPIN = true }),
	"device without PIN": tablet(func(*identity.Principal) {}),
	"nobody":             as("stranger"),
}

func as(role identity.Role) identity.Principal {
	p := owner
	p.Role = role

	return p
}

func tablet(change func(*identity.Principal)) identity.Principal {
	p := identity.Principal{
		Kind: identity.Device, ID: "0191d1f0-0000-7000-8000-0000000000d1", Name: "tablet", HouseholdID: household, Role: identity.RoleDevice,
	}
	change(&p)

	return p
}

// speakers serves the bench to callers by name.
func speakers(t *testing.T, b *bench, callers map[string]identity.Principal) func(name string) *httpxtest.Client {
	t.Helper()
	tokens := map[string]identity.Principal{}
	numbers := map[string]string{}
	for i, name := range slices.Sorted(maps.Keys(callers)) {
		numbers[name] = "caller-" + string(rune('a'+i))
		tokens["Bearer "+numbers[name]] = callers[name]
	}
	client := serve(t, b, tokens)

	return func(name string) *httpxtest.Client { return client.As(numbers[name]) }
}

func sayOver(t *testing.T, client *httpxtest.Client, body map[string]any) answer {
	t.Helper()
	res := client.For(t).Post("/api/v1/intent", body)
	require.Equal(t, http.StatusOK, res.Status, "%s", res.Body)
	var a answer
	require.NoError(t, json.Unmarshal(res.Body, &a))

	return a
}

// TestRightsOfUtterances goes through the table cell by cell, as far as utterances go.
func TestRightsOfUtterances(t *testing.T) {
	t.Parallel()
	const (
		yes      = "done"
		answered = "answered"
		ask      = "confirm"
		pin      = "pin"
		no       = "not_allowed"
		noPIN    = "no_pin"
	)
	all := func(cell string) map[string]string {
		cells := map[string]string{}
		for _, name := range []string{"owner", "adult", "child", "guest", "device", "device without PIN"} {
			cells[name] = cell
		}

		return cells
	}
	risky := map[string]string{
		"owner": ask, "adult": ask, "child": no, "guest": no, "device": pin, "device without PIN": noPIN,
	}
	acts := map[string]struct {
		text  string
		cells map[string]string
	}{
		"everyday: a lamp":          {lampOn, all(yes)},
		"everyday: lock up":         {"HassTurnOn name=bejárati_ajtó", all("already")},
		"everyday: close":           {"HassTurnOff name=garázskapu", all("already")},
		"everyday: a question":      {"HassGetState name=nagy_lámpa", all(answered)},
		"risky: unlock":             {unlock, risky},
		"risky: toggle a lock":      {"HassToggle name=bejárati_ajtó", risky},
		"risky: a garage door":      {"HassTurnOn name=garázskapu", risky},
		"risky: a garage door ajar": {"HassSetPosition name=garázskapu position=20", risky},
		"risky: a group of doors":   {"HassTurnOff name=minden_zár", risky},
		"plan: a list":              {"HassListAddItem name=bevásárlólista item=tej", all(yes)},
	}
	for act, row := range acts {
		for name, cell := range row.cells {
			t.Run(act+"/"+name, func(t *testing.T) {
				t.Parallel()
				b := setup(t)
				b.home.SetHome(homeWith(groupOfLocks()))
				got := sayOver(t, speakers(t, b, callers)(name), map[string]any{"text": row.text})

				switch cell {
				case ask, pin:
					require.Equal(t, meaning.StatusConfirm, got.Status)
					require.Equal(t, map[string]need{ask: needsConfirm, pin: needsPIN}[cell], got.Needs)
					require.Equal(t, got.Needs, got.Commands[0].Needs)
					require.Empty(t, b.home.Calls())
				case no, noPIN:
					b.requireRefused(t, got)
					require.Equal(t, map[string]string{
						no: "Ehhez nincs jogosultságod.", noPIN: "Ezt innen csak PIN-kóddal lehet, de az otthonodnak még nincs PIN-kódja.",
					}[cell], got.Speech)
				default:
					require.Equal(t, meaning.Status(cell), got.Status)
				}
			})
		}
	}
}

func TestARoleThatTheTableDoesNotKnowIsRefusedAtTheDoor(t *testing.T) {
	t.Parallel()
	client := speakers(t, setup(t), callers)("nobody")

	client.Post("/api/v1/intent", map[string]any{"text": lampOn}).ExpectProblem(http.StatusForbidden, "auth.not_allowed")
	client.Get("/api/v1/intents").ExpectProblem(http.StatusForbidden, "auth.not_allowed")
}

// requireRefused: nothing was done, and that is in the record.
func (b *bench) requireRefused(t *testing.T, got answer) {
	t.Helper()
	require.Equal(t, meaning.StatusFailed, got.Status, got.Speech)
	require.Equal(t, meaning.ReasonNotAllowed, got.Reason)
	require.Empty(t, b.home.Calls())
	events := b.audit.Events()
	require.NotEmpty(t, events)
	require.Equal(t, auditapi.Refused, events[len(events)-1].Outcome)
}

// TestRightsToHistory: owners and adults see the commands of all, everybody else their own.
func TestRightsToHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	people := maps.Clone(callers)
	for name, p := range people {
		p.ID = name
		people[name] = p
	}
	client := speakers(t, b, people)
	for _, name := range []string{"owner", "adult", "child", "guest", "device"} {
		sayOver(t, client(name), map[string]any{"text": "HassListAddItem name=bevásárlólista item=tej_" + name})
	}
	for name, seen := range map[string]int{"owner": 5, "adult": 5, "child": 1, "guest": 1, "device": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var list httpx.List[historyItem]
			res := client(name).For(t).Get("/api/v1/intents")
			require.NoError(t, json.Unmarshal(res.Body, &list))
			require.Len(t, list.Items, seen)
			for _, item := range list.Items {
				isOwn := item.Actor.ID == name
				require.Equal(t, isOwn, item.Text != nil)
				require.Equal(t, isOwn, item.Speech != nil)
				require.Contains(t, string(item.Commands), "todo.bevasarlolista")
				if isOwn {
					require.Contains(t, string(item.Commands), "tej "+name)
				} else {
					require.NotContains(t, string(item.Commands), "tej", "an item is what somebody said")
				}
			}
		})
	}
}

// A name that the home does not know is a word of whoever said it.
func TestOthersSeeNoNameThatIsNone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.say(t, "HassTurnOn name=titkos_szauna")

	items, _, err := b.listHistory(t.Context(), other(), 10, "")

	require.NoError(t, err)
	require.Nil(t, items[0].Text)
	require.NotContains(t, string(items[0].Commands), "titkos")
}

// TestNarrowedDevice: what is outside of a device's rooms and kinds is never touched.
func TestNarrowedDevice(t *testing.T) {
	t.Parallel()
	narrowed := map[string]identity.Principal{
		"rooms":     tablet(func(p *identity.Principal) { p.AllowedAreas, p.HasPIN = []string{"nappali"}, true }),
		"by name":   tablet(func(p *identity.Principal) { p.AllowedAreas = []string{"Háló", "no such room"} }),
		"kinds":     tablet(func(p *identity.Principal) { p.AllowedDomains, p.HasPIN = []string{"light", "lock"}, true }),
		"both":      tablet(func(p *identity.Principal) { p.AllowedDomains, p.AllowedAreas = []string{"light"}, []string{"nappali"} }),
		"nothing":   tablet(func(p *identity.Principal) { p.AllowedDomains = []string{} }),
		"nowhere":   tablet(func(p *identity.Principal) { p.AllowedAreas = []string{} }),
		"the group": tablet(func(p *identity.Principal) { p.AllowedAreas, p.HasPIN = []string{"konyha"}, true }),
	}
	const outside = "Ennek az eszköznek ehhez nincs engedélye: "
	cases := map[string]struct {
		caller, text string
		status       meaning.Status
		speech       string
		called       []string // entities that were told anything
	}{
		"its room":               {"rooms", "HassTurnOff name=kis_lámpa", meaning.StatusDone, "Lekapcsoltam a kis lámpát.", []string{"light.kis"}},
		"another room":           {"rooms", lampOn, meaning.StatusFailed, outside + "konyhai lámpa.", nil},
		"no room at all":         {"rooms", "HassTurnOn name=kazán", meaning.StatusFailed, outside + "kazán.", nil},
		"a room by name":         {"by name", "HassTurnOn area=háló domain=light", meaning.StatusDone, "Felkapcsoltam az olvasólámpát.", []string{"light.olvaso_2"}},
		"not the other one":      {"by name", "HassTurnOff name=kis_lámpa", meaning.StatusFailed, outside + "kis lámpa.", nil},
		"its kind":               {"kinds", lampOn, meaning.StatusDone, "Felkapcsoltam a konyhai lámpát.", []string{"light.konyha"}},
		"another kind":           {"kinds", "HassTurnOn name=nappali_redőny", meaning.StatusFailed, outside + "nappali redőny.", nil},
		"neither kind nor room":  {"both", "HassTurnOn name=nappali_redőny", meaning.StatusFailed, outside + "nappali redőny.", nil},
		"kind without room":      {"both", lampOn, meaning.StatusFailed, outside + "konyhai lámpa.", nil},
		"an empty list of kinds": {"nothing", lampOn, meaning.StatusFailed, outside + "konyhai lámpa.", nil},
		"an empty list of rooms": {"nowhere", lampOn, meaning.StatusFailed, outside + "konyhai lámpa.", nil},
		"several rooms": {
			"rooms", "HassTurnOff domain=light name=all", meaning.StatusPartial,
			"Lekapcsoltam a kis lámpát és a nagy lámpát, de ennek az eszköznek ehhez nincs engedélye: konyhai lámpa és olvasólámpa.",
			[]string{"light.kis", "light.nagy", "light.olvaso_1"},
		},
		"two commands": {
			"rooms", "HassTurnOff name=kis_lámpa; " + lampOn, meaning.StatusPartial,
			"Lekapcsoltam a kis lámpát. " + outside + "konyhai lámpa.",
			[]string{"light.kis"},
		},
		"a question":              {"rooms", "HassGetState name=konyhai_lámpa", meaning.StatusFailed, outside + "konyhai lámpa.", nil},
		"a question about itself": {"rooms", "HassGetState name=nagy_lámpa", meaning.StatusAnswered, "A nagy lámpa ég.", nil},
		"a question about all": {
			"rooms", "HassGetState domain=light state=on", meaning.StatusFailed, outside + "konyhai lámpa és olvasólámpa.", nil,
		},
		"the time":                 {"nowhere", "HassGetCurrentTime", meaning.StatusAnswered, "14 óra van.", nil},
		"a door outside, no PIN":   {"rooms", unlock, meaning.StatusFailed, outside + "bejárati ajtó.", nil},
		"a group that reaches out": {"the group", "HassTurnOff name=minden_zár", meaning.StatusFailed, outside + "minden zár.", nil},
		"a scene that reaches out": {"rooms", "HassTurnOn name=este", meaning.StatusFailed, outside + "este.", nil},
		"a scene of its own":       {"rooms", "HassTurnOn name=mozi", meaning.StatusDone, "Beállítottam: mozi.", []string{"scene.mozi"}},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.home.SetHome(homeWith(groupOfLocks(), entity("scene.este", "este", "nappali", `{"entity_id":["light.kis","light.konyha"]}`)))

			got := sayOver(t, speakers(t, b, narrowed)(tc.caller), map[string]any{"text": tc.text})

			require.Equal(t, tc.status, got.Status, got.Speech)
			require.Equal(t, tc.speech, got.Speech)
			var called []string
			for _, call := range b.home.Calls() {
				called = append(called, call.EntityIDs...)
			}
			require.Equal(t, tc.called, called)
			if tc.status == meaning.StatusFailed || tc.status == meaning.StatusPartial {
				require.Equal(t, meaning.ReasonNotAllowed, got.Reason)
				require.Equal(t, auditapi.Refused, b.audit.Events()[0].Outcome)
			}
		})
	}
}

func TestNarrowedDeviceSeesInADryRunWhatWouldBeRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	narrow := tablet(func(p *identity.Principal) { p.AllowedAreas = []string{"nappali"} })

	got := b.sayAs(t, narrow, request{Text: "HassTurnOff domain=light name=all", DryRun: true})

	require.Equal(t, meaning.StatusPlanned, got.Status)
	require.Equal(t, []failure{
		{EntityID: "light.konyha", Reason: meaning.ReasonNotAllowed}, {EntityID: "light.olvaso_2", Reason: meaning.ReasonNotAllowed},
	}, got.Commands[0].Failures)
}

// homeWith is the small home with more in it.
func homeWith(more ...*hamanagerapi.Entity) *hamanagerapi.Home {
	home := smallHome()
	entities := slices.Concat(home.Entities, more)
	slices.SortFunc(entities, func(a, b *hamanagerapi.Entity) int { return strings.Compare(a.ID, b.ID) })

	return hamanagerapi.NewHome(*home, entities)
}

func groupOfLocks() *hamanagerapi.Entity {
	return entity("group.zarak", "minden zár", "konyha", `{"entity_id":["lock.bejarat"]}`)
}
