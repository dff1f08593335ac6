package meaning

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAttribute(t *testing.T) {
	t.Parallel()
	attributes := json.RawMessage(`{"friendly_name": "a \"min_temp\": 3, \\", "list":["min_temp", {"max_temp": 1}], "mode" : "min_temp",
		"nested": {"min_temp": 4, "text": "}"}, "min_temp" : 7.5 , "modes":["on]off", "hs"], "nothing":null,"last":12}`)
	for name, want := range map[string]string{
		"friendly_name": `"a \"min_temp\": 3, \\"`, "list": `["min_temp", {"max_temp": 1}]`, "nested": `{"min_temp": 4, "text": "}"}`,
		"min_temp": "7.5", "max_temp": "", "modes": `["on]off", "hs"]`, "nothing": "null", "last": "12", "text": "", "mode": `"min_temp"`,
	} {
		assert.Equal(t, want, string(Attribute(attributes, name)), name)
	}
	for _, broken := range []string{"", "null", `{`, `{"last`, `{"last"`, `{"last":`, `{"last": [`, `{"last": "\`, `[{"last": 1}]`} {
		Attribute(json.RawMessage(broken), "last")
	}
}
