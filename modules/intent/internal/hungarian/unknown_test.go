package hungarian

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDictionaryForm(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"szaunát": "szauna", "ablakot": "ablak", "padláson": "padlás", "tanyán": "tanya", "medencében": "medence",
		"pajtába": "pajta", "garázsból": "garázs", "házikóban": "házikó", "verandára": "veranda", "télikertben": "télikert",
		"új medencét": "új medence", "balkon": "balkon", "telefon": "telefon", "kamera": "kamera", "kandalló": "kandalló",
	} {
		require.Equal(t, want, dictionaryForm(said), said)
	}
}
