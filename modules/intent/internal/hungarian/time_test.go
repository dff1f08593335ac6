package hungarian_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagertest"
	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/intent/internal/meaning"
)

// saidAt is a Friday afternoon.
var saidAt = time.Date(2025, 4, 4, 14, 0, 0, 0, time.FixedZone("CEST", 2*60*60))

func TestLater(t *testing.T) {
	t.Parallel()
	ix := hungarian.NewIndex(hamanagertest.BuiltInHome(t))
	cases := map[string]string{ // "": now; "-": nothing is done
		"kapcsold le a villanyt a konyhában":                                "",
		"kapcsold le a villanyt a konyhában fél óra múlva":                  "04-04 14:30:00",
		"fél óra múlva kapcsold le a villanyt a konyhában":                  "04-04 14:30:00",
		"kapcsold le a konyhában félóra múlva a villanyt":                   "04-04 14:30:00",
		"kapcsold le öt perc múlva a konyhai villanyt":                      "04-04 14:05:00",
		"kapcsold le 5 perc múlva a konyhai villanyt":                       "04-04 14:05:00",
		"másfél óra múlva kapcsold le a konyhai villanyt":                   "04-04 15:30:00",
		"két és fél óra múlva kapcsold le a konyhai villanyt":               "04-04 16:30:00",
		"negyed óra múlva kapcsold le a konyhai villanyt":                   "04-04 14:15:00",
		"háromnegyed óra múlva kapcsold le a konyhai villanyt":              "04-04 14:45:00",
		"egy óra húsz perc múlva kapcsold le a konyhai villanyt":            "04-04 15:20:00",
		"egy óra és 20 perc múlva kapcsold le a konyhai villanyt":           "04-04 15:20:00",
		"harminc másodperc múlva kapcsold le a konyhai villanyt":            "04-04 14:00:30",
		"két nap múlva kapcsold le a konyhai villanyt":                      "04-06 14:00:00",
		"egy hét múlva kapcsold le a konyhai villanyt":                      "04-11 14:00:00",
		"kapcsold le a konyhai villanyt este tízkor":                        "04-04 22:00:00",
		"kapcsold le a konyhai villanyt este 10-kor":                        "04-04 22:00:00",
		"kapcsold le a konyhai villanyt 22 órakor":                          "04-04 22:00:00",
		"kapcsold le a konyhai villanyt tízkor":                             "04-04 22:00:00",
		"kapcsold le a konyhai villanyt tizenöt órakor":                     "04-04 15:00:00",
		"kapcsold le a konyhai villanyt este fél nyolckor":                  "04-04 19:30:00",
		"kapcsold le a konyhai villanyt negyed nyolckor":                    "04-04 19:15:00",
		"kapcsold le a konyhai villanyt háromnegyed 8-kor":                  "04-04 19:45:00",
		"kapcsold le a konyhai villanyt 18:30-kor":                          "04-04 18:30:00",
		"kapcsold le a konyhai villanyt 18.30-kor":                          "04-04 18:30:00",
		"kapcsold le a konyhai villanyt este hét óra harminckor":            "04-04 19:30:00",
		"kapcsold le a konyhai villanyt 19 óra 5 perckor":                   "04-04 19:05:00",
		"holnap reggel hétkor kapcsold fel a konyhai villanyt":              "04-05 07:00:00",
		"kapcsold fel holnap reggel a konyhai villanyt":                     "04-05 07:00:00",
		"holnap kapcsold fel a konyhai villanyt reggel hétkor":              "04-05 07:00:00",
		"holnapután este nyolckor kapcsold fel a konyhai villanyt":          "04-06 20:00:00",
		"szombaton hétkor kapcsold fel a konyhai villanyt":                  "04-05 07:00:00",
		"pénteken reggel hétkor kapcsold fel a konyhai villanyt":            "04-11 07:00:00",
		"reggel hétkor kapcsold fel a konyhai villanyt":                     "04-05 07:00:00",
		"délután háromkor kapcsold fel a konyhai villanyt":                  "04-04 15:00:00",
		"éjjel kettőkor kapcsold le a konyhai villanyt":                     "04-05 02:00:00",
		"éjfélkor kapcsold le a konyhai villanyt":                           "04-05 00:00:00",
		"délben kapcsold le a konyhai villanyt":                             "04-05 12:00:00",
		"este kapcsold le a konyhai villanyt":                               "04-04 20:00:00",
		"kapcsold le majd este a konyhai villanyt":                          "04-04 20:00:00",
		"ma este tizkor kapcsold le a konyhai villanyt":                     "04-04 22:00:00",
		"kapcsold le a konyhai villanyt felora mulva":                       "04-04 14:30:00",
		"holnap kapcsold fel a konyhai villanyt":                            "-",
		"ma reggel hétkor kapcsold fel a konyhai villanyt":                  "-",
		"minden este tízkor kapcsold le a konyhai villanyt":                 "-",
		"minden éjjel kapcsold fel a konyhai villanyt":                      "-",
		"este tízig kapcsold fel a konyhai villanyt":                        "-",
		"tegnap este tízkor kapcsold le a konyhai villanyt":                 "-",
		"holnap elutazunk, kapcsold le este tízkor a konyhai villanyt":      "-",
		"ha este hazajövök kapcsold fel a konyhai villanyt":                 "-",
		"Péter azt mondta, hogy este tízkor kapcsold le a konyhai villanyt": "-",
		"este tízkor ne kapcsold le a konyhai villanyt":                     "-",
		"ég a villany este a konyhában?":                                    "-",
		"este tízkor reggel hétkor kapcsold le a konyhai villanyt":          "-",
	}
	for text, want := range cases {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got := ix.Understand(meaning.Utterance{Text: text, Now: saidAt})
			switch want {
			case "-":
				for _, c := range got.Commands {
					require.Empty(t, c.Targets)
				}
			case "":
				require.Len(t, got.Commands, 1)
				require.Zero(t, got.Commands[0].At)
			default:
				require.Len(t, got.Commands, 1)
				require.Equal(t, want, got.Commands[0].At.Format("01-02 15:04:05"))
				require.NotEmpty(t, got.Commands[0].Targets)
			}
		})
	}
}

func TestLaterInSeveralClauses(t *testing.T) {
	t.Parallel()
	ix := hungarian.NewIndex(hamanagertest.BuiltInHome(t))
	cases := map[string][]string{
		"kapcsold fel a konyhai villanyt és kapcsold le öt perc múlva":                                   {"", "14:05"},
		"holnap reggel hétkor kapcsold fel a konyhai villanyt, és húzd fel a redőnyt a nappaliban":       {"07:00", "07:00"},
		"fél óra múlva kapcsold le a konyhai villanyt, este tízkor pedig a nappaliban húzd le a redőnyt": {"14:30", "22:00"},
	}
	for text, want := range cases {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got := ix.Understand(meaning.Utterance{Text: text, Now: saidAt})
			require.Len(t, got.Commands, len(want))
			for i, at := range want {
				if at == "" {
					require.Zero(t, got.Commands[i].At)
				} else {
					require.Equal(t, at, got.Commands[i].At.Format("15:04"))
				}
			}
		})
	}
}

func TestPlansAreSpokenOf(t *testing.T) {
	t.Parallel()
	ix := hungarian.NewIndex(hamanagertest.BuiltInHome(t))
	cases := map[string]struct {
		intent   string
		commands int
		from     string
	}{
		"milyen tervek vannak?":                            {intent: meaning.ListPlans},
		"mik a tervezett parancsok?":                       {intent: meaning.ListPlans},
		"mondd el a terveket":                              {intent: meaning.ListPlans},
		"van valami tervezve?":                             {intent: meaning.ListPlans},
		"mi van beütemezve?":                               {intent: meaning.ListPlans},
		"töröld a tervezett parancsokat":                   {intent: meaning.CancelAllPlans},
		"töröld az összes tervet":                          {intent: meaning.CancelAllPlans},
		"töröld a tervet":                                  {intent: meaning.CancelPlan},
		"mégse kapcsold le este":                           {intent: meaning.CancelPlan, from: "17:00"},
		"mégse kapcsold le este a konyhai villanyt":        {intent: meaning.CancelPlan, commands: 1, from: "17:00"},
		"mégse kapcsold le este tízkor a konyhai villanyt": {intent: meaning.CancelPlan, commands: 1, from: "22:00"},
		"mégsem kapcsold le a konyhai villanyt":            {intent: meaning.CancelPlan, commands: 1},
	}
	for text, want := range cases {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got := ix.Understand(meaning.Utterance{Text: text, Now: saidAt})
			require.Len(t, got.Commands, 1)
			c := got.Commands[0]
			require.Equal(t, want.intent, c.Intent)
			if want.commands == 0 && want.from == "" {
				return
			}
			require.NotNil(t, c.Of)
			require.Len(t, c.Of.Commands, want.commands)
			if want.from != "" {
				require.Equal(t, want.from, c.Of.From.Format("15:04"))
			}
		})
	}
	for _, text := range []string{"mégse", "mégse, inkább kapcsold le a konyhai villanyt", "mégse mégse mégse", "mi a terv?", "nagy terveim vannak"} {
		for _, c := range ix.Understand(meaning.Utterance{Text: text, Now: saidAt}).Commands {
			require.False(t, meaning.IsOfPlans(c.Intent), text)
		}
	}
}
