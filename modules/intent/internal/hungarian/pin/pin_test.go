package pin_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/intent/internal/hungarian/pin"
)

func TestReadPIN(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1234": "1234", "1 2 3 4": "1234", "1-2-3-4": "1234", "1, 2, 3, 4.": "1234", "12.34": "1234", "0420": "0420",
		"egy kettő három négy": "1234", "Egy, kettő, három, négy!": "1234", "egy ketto harom negy": "1234",
		"egykettőháromnégy": "1234", "tizenkettő harmincnégy": "1234", "tizenkettőharmincnégy": "1234",
		"ezerkétszázharmincnégy": "1234", "nulla négy két nulla": "0420", "nulla nulla hét zéró": "0070",
		"hat hét nyolc kilenc": "6789", "hatvanhét nyolcvankilenc": "6789", "a kód 1234": "1234", "A PIN-kód: 1 2 3 4": "1234",
		"a pin kódom egy kettő három négy": "1234", "12": "12", "tizenkettő harmincnégy ötvenhat hetvennyolc": "12345678",
		"kilenc": "9", "tizenöt tizenhat": "1516", "１２３４": "1234", "a kód ١٢٣٤": "1234", "۱۲ 34": "1234",
		"öt öt hat hat": "5566",
	} {
		digits, ok := pin.Read(text)
		require.True(t, ok, text)
		require.Equal(t, want, digits, text)
	}
	for _, text := range []string{
		"", "a kód", "igen", "mégse", "nyisd ki az ajtót 1234", "kapcsold fel a villanyt", "1234 lámpa", "egy lámpa",
		strings.Repeat("1 ", 200),
	} {
		digits, ok := pin.Read(text)
		require.False(t, ok, "%s is not %s", text, digits)
	}
}

func TestHidePIN(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1234":                                "••••",
		"1 2 3 4":                             "••••",
		"a kód 1234":                          "a kód ••••",
		"a kódom azt hiszem egy kettő 3 négy": "a kódom azt hiszem ••••",
		"nyisd ki az ajtót, a kód 1234-es":    "nyisd ki az ajtót, a kód ••••",
		"egy aztán kettő aztán három meg négy": "•••• aztán •••• aztán •••• meg ••••",
		"a kód ١２۳4, kérlek":                   "a kód ••••, kérlek",
		"állítsd 21,5 fokra":                   "állítsd 21,5 fokra",
		"kapcsold fel a villanyt":              "kapcsold fel a villanyt",
		strings.Repeat("1 ", 200):              "••••",
	} {
		require.Equal(t, want, pin.Hide(text), text)
	}
}
