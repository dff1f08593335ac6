package secret_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.yaml.in/yaml/v3"

	"homehub/platform/secret"
)

type exposed struct {
	Key    secret.String            `json:"key" yaml:"key"`
	Keys   []secret.String          `json:"keys" yaml:"keys"`
	ByName map[string]secret.String `json:"by_name" yaml:"by_name"`
	Any    any                      `json:"any" yaml:"any"`
	hidden secret.String
	nested struct{ hidden []secret.String }
}

func TestStringNeverShows(t *testing.T) {
	t.Parallel()
	s := secret.New("hunter2")
	v := exposed{
		Key: s, Keys: []secret.String{s}, ByName: map[string]secret.String{"a": s}, Any: s, hidden: s,
	}
	v.nested.hidden = []secret.String{s}
	log := &strings.Builder{}
	zapLog := zap.New(zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(log), zap.DebugLevel))
	zapLog.Info("x", zap.Any("v", v), zap.Stringer("s", s), zap.Error(fmt.Errorf("key %v: %w", s, errors.New("no"))))

	outputs := []string{log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%T", "%w"} {
		outputs = append(outputs, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, v), fmt.Sprintf(verb, &v))
	}
	inJSON, err := json.Marshal(v)
	require.NoError(t, err)
	inYAML, err := yaml.Marshal(v)
	require.NoError(t, err)
	outputs = append(outputs, string(inJSON), string(inYAML))

	for _, out := range outputs {
		require.NotContains(t, strings.ToLower(out), "hunter2")
		require.NotContains(t, strings.ToLower(out), "68756e74657232") // %x
	}
	require.Equal(t, "hunter2", s.Reveal())
	require.Equal(t, secret.Redacted, s.String())
}

func TestStringWithoutValue(t *testing.T) {
	t.Parallel()
	var s secret.String

	require.Empty(t, s.Reveal())
	require.Empty(t, s.String())
	require.True(t, s.IsEmpty())
	require.Equal(t, secret.New(""), s)
}
