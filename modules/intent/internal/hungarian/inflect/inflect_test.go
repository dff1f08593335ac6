package inflect

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArticle(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"lámpa": "a", "ablak": "az", "Éjjeli lámpa": "az", "1": "az", "5": "az", "11": "a", "10": "a",
		"TV": "a", "LG": "az", "LED szalag": "a", "100": "a", "1000": "az", "": "a", "21 fok": "a", "50": "az",
	} {
		require.Equal(t, want, Article(name), name)
	}
}

func TestInflect(t *testing.T) {
	t.Parallel()
	cases := []struct {
		inflect func(string) string
		forms   map[string]string
	}{
		{Accusative, map[string]string{
			"lámpa": "lámpát", "Redőny": "Redőnyt", "kapcsoló": "kapcsolót", "bokor": "bokrot", "ló": "lovat",
			"autó": "autót", "ház": "házat", "kert": "kertet", "TV": "TV-t", "LED": "LED-et", "éjjeli lámpa 1": "éjjeli lámpa 1-et",
			"lámpa 3": "lámpa 3-at", "tükör": "tükröt", "víz": "vizet", "garázskapu": "garázskaput", "telefon": "telefont",
			"termosztát": "termosztátot", "garázs": "garázst", "hűtő": "hűtőt", "világítás": "világítást",
			"ventilátor": "ventilátort", "vízcső": "vízcsövet", "fal": "falat", "ajtó": "ajtót", "lámpa 6": "lámpa 6-ot",
		}},
		{Inessive, map[string]string{
			"konyha": "konyhában", "fürdő": "fürdőben", "kert": "kertben", "garázs": "garázsban", "híd": "hídban",
			"dolgozószoba": "dolgozószobában", "háló": "hálóban", "konyhaszekrény": "konyhaszekrényben",
			"papír": "papírban", "szoftver": "szoftverben", "étkező": "étkezőben", "pince": "pincében",
		}},
		{Superessive, map[string]string{
			"emelet": "emeleten", "terasz": "teraszon", "folyosó": "folyosón", "föld": "földön", "tető": "tetőn", "padlás": "padláson",
		}},
		{Sublative, map[string]string{"22": "22-re", "50": "50-re", "20": "20-ra", "lámpa": "lámpára", "100": "100-ra"}},
		{Instrumental, map[string]string{
			"lámpa": "lámpával", "szék": "székkel", "fény": "fénnyel", "toll": "tollal", "kés": "késsel",
			"TV": "TV-vel", "1": "1-gyel", "5": "5-tel", "20": "20-szal", "hűtő": "hűtővel", "kulcs": "kulccsal", "lámpa 3": "lámpa 3-mal",
		}},
		{Plural, map[string]string{"lámpa": "lámpák", "redőny": "redőnyök", "ház": "házak", "bokor": "bokrok", "szék": "székek", "ablak": "ablakok"}},
		{Dative, map[string]string{"lámpa": "lámpának", "kert": "kertnek"}},
		{Possessive, map[string]string{"lámpa": "lámpája", "redőny": "redőnye", "kert": "kertje", "ház": "háza", "szoba": "szobája"}},
	}
	for _, tc := range cases {
		for name, want := range tc.forms {
			require.Equal(t, want, tc.inflect(name), name)
		}
	}
}
