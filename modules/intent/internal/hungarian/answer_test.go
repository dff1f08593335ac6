package hungarian

import (
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/meaning"
)

func TestReadAnswer(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Answer{
		"igen": AnswerYes, "Igen, persze!": AnswerYes, "persze": AnswerYes, "oké mehet": AnswerYes, "aha": AnswerYes, "jó": AnswerYes,
		"nem": AnswerNo, "mégse": AnswerNo, "ne csináld": AnswerNo, "inkább ne": AnswerNo, "nem kell": AnswerNo, "igen, mégse": AnswerNo,
		"kapcsold le a lámpát": AnswerOther, "": AnswerOther, "igen kapcsold le a lámpát": AnswerOther, "talán": AnswerOther,
	} {
		require.Equal(t, want, ReadAnswer(text), text)
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	home := hamanagertest.BuiltInHome(t)
	ix := NewIndex(home)
	redony := meaning.Ask(home, []*hamanagerapi.Entity{home.Entity("cover.konyhai_redony"), home.Entity("cover.nappali_redony"), home.Entity("cover.haloszobai_redony")})
	sizes := &meaning.Question{Choices: []meaning.Choice{{Label: "kis lámpa"}, {Label: "nagy lámpa"}}}
	numbered := &meaning.Question{Choices: []meaning.Choice{{Label: "lámpa 2"}, {Label: "lámpa 1"}}}
	cases := []struct {
		text string
		q    *meaning.Question
		want int
		ok   bool
	}{
		{"a konyhait", redony, 0, true},
		{"a nappaliban lévőt", redony, 1, true},
		{"nappali", redony, 1, true},
		{"a hálóban", redony, 2, true},
		{"az elsőt", redony, 0, true},
		{"a másodikat", redony, 1, true},
		{"az utolsót", redony, 2, true},
		{"2", redony, 1, true},
		{"a kettő", redony, 1, true},
		{"az 1.", redony, 0, true},
		{"a 3-as", redony, 2, true},
		{"4", redony, 0, false},
		{"0", redony, 0, false},
		{"1,5", redony, 0, false},
		{"1 2", redony, 0, false},
		{"2 perc", redony, 0, false},
		{"2", numbered, 0, true},
		{"a konyhai redőnyt", redony, 0, true},
		{"a redőnyt", redony, 0, false},
		{"valamelyiket", redony, 0, false},
		{"", redony, 0, false},
		{"a kicsit", sizes, 0, true},
		{"a nagyot", sizes, 1, true},
		{"a kis lámpát", sizes, 0, true},
		{"a negyediket", sizes, 0, false},
		{"nem a konyhait, hanem a nappalit", redony, 1, true},
		{"a hálóban, ne a konyhában", redony, 2, true},
		{"az elsőt, kérlek", redony, 0, true},
		{"azt, amelyik a nappaliban van", redony, 1, true},
		{"nem a kicsit", sizes, 1, true},
		{"egyiket sem", redony, 0, false},
		{"mégsem kell a konyhait", redony, 0, false},
		{"kapcsold fel a konyhában a lámpát", redony, 0, false}, // commands of their own
		{"hány fok van a konyhában", redony, 0, false},
	}
	for _, tc := range cases {
		got := ix.Choose(tc.text, *tc.q)
		if tc.ok {
			require.Equal(t, []int{tc.want}, got, tc.text)
		} else {
			require.Empty(t, got, tc.text)
		}
	}
}

func TestChooseSeveral(t *testing.T) {
	t.Parallel()
	ix := NewIndex(hamanagertest.BuiltInHome(t))
	two := meaning.Question{Choices: []meaning.Choice{{Label: "kis lámpa"}, {Label: "nagy lámpa"}}}
	three := meaning.Question{Choices: append([]meaning.Choice{{Label: "éjjeli lámpa"}}, two.Choices...)}
	for text, want := range map[string][]int{"mind a hármat": {0, 1, 2}, "mindkettőt": nil, "mindet kapcsold fel": {0, 1, 2}, "a kicsit és a nagyot": {1, 2}, "mindhármat, kérlek": {0, 1, 2}} {
		require.Equal(t, want, ix.Choose(text, three), text)
	}
	for text, want := range map[string][]int{"mind a kettőt": {0, 1}, "mindhármat": nil} {
		require.Equal(t, want, ix.Choose(text, two), text)
	}
}

func TestQuestion(t *testing.T) {
	t.Parallel()
	room := func(id, name string) hamanagerapi.Area { return hamanagerapi.Area{ID: id, Name: name} }
	lamp := func(id, areaID string) *hamanagerapi.Entity {
		return &hamanagerapi.Entity{ID: id, Name: "olvasólámpa", AreaID: areaID, Domain: "light", Exposed: true}
	}
	home := hamanagerapi.NewHome(
		hamanagerapi.Home{Areas: []hamanagerapi.Area{room("halo", "háló"), room("nappali", "nappali")}},
		[]*hamanagerapi.Entity{lamp("light.a", "halo"), lamp("light.b", "nappali")},
	)
	ix := NewIndex(home)

	asked := ix.Understand(meaning.Utterance{Text: "kapcsold fel az olvasólámpát"})
	require.NotNil(t, asked.Question)
	require.Equal(t, []meaning.Choice{{Label: "háló", EntityID: "light.a"}, {Label: "nappali", EntityID: "light.b"}}, asked.Question.Choices)
	require.Empty(t, asked.Commands[0].Targets)

	here := ix.Understand(meaning.Utterance{Text: "kapcsold fel az olvasólámpát", AreaID: "nappali"})
	require.Nil(t, here.Question)
	require.Equal(t, "light.b", here.Commands[0].Targets[0].ID)

	said := ix.Understand(meaning.Utterance{Text: "kapcsold fel az olvasólámpát a hálóban", AreaID: "nappali"})
	require.Nil(t, said.Question)
	require.Equal(t, "light.a", said.Commands[0].Targets[0].ID)
}

func TestUnknownName(t *testing.T) {
	t.Parallel()
	ix := NewIndex(hamanagertest.BuiltInHome(t))
	for text, missing := range map[string]string{
		"kapcsold be a szaunát": "szauna", "kapcsold fel a kristálygömböt": "kristálygömb", "nyisd ki a padlásfeljárót": "padlásfeljáró",
	} {
		got := ix.Understand(meaning.Utterance{Text: text})
		require.Len(t, got.Commands, 1, text)
		require.Equal(t, meaning.ReasonNoSuchName, got.Commands[0].Reason, text)
		require.Equal(t, missing, got.Commands[0].Missing, text)
		require.Empty(t, got.Commands[0].Targets, text)
	}
}

func TestHiddenIsNotFound(t *testing.T) {
	t.Parallel()
	home := hamanagerapi.NewHome(hamanagerapi.Home{}, []*hamanagerapi.Entity{{ID: "light.titok", Name: "titkos lámpa", Domain: "light"}})

	got := NewIndex(home).Understand(meaning.Utterance{Text: "kapcsold fel a titkos lámpát"})

	for _, c := range got.Commands {
		require.Empty(t, c.Targets)
		require.Equal(t, meaning.ReasonNoSuchName, c.Reason)
	}
}
