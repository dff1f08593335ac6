package log_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"homehub/platform/log"
	"homehub/platform/secret"
)

// bareToken is what follows the prefix of homehub's own opaque tokens.
const bareToken = "Zk3-q_8mE0vXn4TtB2rYw6uJc1pLs9Gd7HfAaQxVo5I"

const jwt = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl_-A"

// setup returns a logger and what it wrote.
func setup(tb testing.TB, format string, secrets ...string) (*zap.Logger, *bytes.Buffer) {
	tb.Helper()
	out := &bytes.Buffer{}
	redact := log.NewRedactor()
	redact.Add(secrets...)
	l, err := log.New(log.Config{Level: "debug", Format: format}, zapcore.AddSync(out), redact)
	require.NoError(tb, err)

	return l, out
}

func TestConfigNamesItsKeys(t *testing.T) {
	t.Parallel()
	require.NoError(t, log.Config{}.Validate())
	require.NoError(t, log.Defaults().Validate())
	err := log.Config{Level: "loud", Format: "xml"}.Validate()
	require.ErrorContains(t, err, "log.level")
	require.ErrorContains(t, err, "log.format")
	_, err = log.New(log.Config{Level: "loud"}, zapcore.AddSync(&bytes.Buffer{}), log.NewRedactor())
	require.Error(t, err)
}

func TestNewWritesJSONWhereThereIsNoTerminal(t *testing.T) {
	t.Parallel()
	l, out := setup(t, "")

	l.Named("intent").Info("understood", zap.Int("commands", 2))

	var line map[string]any
	require.NoError(t, json.Unmarshal(out.Bytes(), &line))
	require.NotEmpty(t, line["time"])
	delete(line, "time")
	require.Equal(t, map[string]any{"level": "info", "logger": "intent", "msg": "understood", "commands": 2.0}, line)
}

func TestNewHeedsTheLevel(t *testing.T) {
	t.Parallel()
	out := &bytes.Buffer{}
	l, err := log.New(log.Config{Level: "warn"}, zapcore.AddSync(out), log.NewRedactor())
	require.NoError(t, err)

	l.Info("quiet")
	require.Empty(t, out.String())
	l.Warn("loud")
	require.Contains(t, out.String(), "loud")
}

func TestForAddsTheRequestID(t *testing.T) {
	t.Parallel()
	l, out := setup(t, "json")

	log.For(log.WithRequestID(t.Context(), "r-1"), l).Info("x")
	require.Contains(t, out.String(), `"request_id":"r-1"`)
	out.Reset()
	log.For(t.Context(), l).Info("x")
	require.NotContains(t, out.String(), "request_id")
}

type login struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Nested   *login `json:"nested,omitempty"`
}

// Every way that a known secret or a sensitive field may reach the log.
func TestNoSecretReachesTheLog(t *testing.T) {
	t.Parallel()
	known := `kn"own\sé<cr>et & 100%` + "\n!"
	plain := "a-configured-key"
	user := login{Email: "a@example.com", Password: "hunter22", Nested: &login{Password: "hunter22"}}
	inner, err := json.Marshal(user)
	require.NoError(t, err)
	twice, err := json.Marshal(string(inner))
	require.NoError(t, err)
	header := http.Header{"Authorization": {"Bearer hunter22"}, "Cookie": {"session=hunter22"}}
	errOpen := fmt.Errorf("dial %s: %w", "postgres://homehub:hunter22@db/x?password=hunter22", errors.New(known))

	for _, format := range []string{"json", "console"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			l, out := setup(t, format, known, plain)
			l.Info("message " + known + plain)
			l.Info("fields", zap.String("x", known), zap.ByteString("y", []byte(known)), zap.Any("z", map[string]any{plain: known}))
			l.Info("quoted", zap.String("x", fmt.Sprintf("%q", known)), zap.String("url", "/x?q="+url.QueryEscape(known)+"&p="+url.PathEscape(known)))
			l.Error("error", zap.Error(errOpen), zap.NamedError("again", fmt.Errorf("%w and %w", errOpen, errOpen)))
			l.Info("structs", zap.Any("login", user), zap.String("v", fmt.Sprintf("%+v", user)), zap.String("go", fmt.Sprintf("%#v", *user.Nested)))
			l.Info("JSON in JSON", zap.String("body", string(inner)), zap.String("twice", string(twice)), zap.Reflect("raw", json.RawMessage(inner)))
			l.Info("headers", zap.Any("header", header), zap.String("v", fmt.Sprint(header)), zap.String("line", "Authorization: Basic hunter22"))
			l.Info("form", zap.String("body", "grant_type=refresh_token&refresh_token=hunter22&client_id=x"), zap.String("pin", "hunter22"))
			l.Info("numbers", zap.Any("x", map[string]any{"pin": 774411, "PIN": []int{774411}, "api_key": map[string]int{"a": 774411}}))
			l.With(zap.String("access_token", "hunter22")).Named("x").Info("context " + jwt)
			l.Info("bearer abcdefghijklmnopqrstuvwxyz.hunter22", zap.Stack("stack"), zap.Strings("auth_code", []string{"hunter22", "hunter22"}))
			for _, kind := range []string{"hhr_", "hhi_", "hhp_", "hhd_"} {
				l.Info("bare\n"+kind+bareToken, zap.String("line", "handed over:"+kind+bareToken+"."), zap.Strings("x", []string{kind + bareToken}))
			}
			l.Info(`form "password": "hunter22"`, zap.String("dsn", "host=db password='hunter22 hunter22' user=x"), zap.String("redis", "redis://:hunter22@h"))

			for _, leak := range []string{
				known, plain, "hunter22", "774411", jwt, "eyJ", bareToken, `kn\"own`, `kn\\\"own`, "kn%22own", "cr>et", `cr\u003eet`,
			} {
				require.NotContains(t, out.String(), leak)
			}
			require.Contains(t, out.String(), "a@example.com")
			require.Contains(t, out.String(), "grant_type=refresh_token&refresh_token=[redacted]&client_id=x")
			require.Contains(t, out.String(), "homehub:[redacted]@db/x")
			require.NotContains(t, out.String(), "withheld")
			if format == "json" {
				requireJSONLines(t, out.String())
			}
		})
	}
}

func requireJSONLines(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		require.True(t, json.Valid([]byte(line)), line)
	}
}

func TestOrdinaryLinesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	redact := log.NewRedactor()
	redact.Add("a-configured-key", "short", "")
	for _, line := range []string{
		"", "x", `{"msg":"request","path":"/oauth/token","status":200}`,
		"refresh token: no such row", "parse password: unexpected end", "invalid_token: Sign in first.",
		`{"token_type":"Bearer","expires_in":900}`, `{"msg":"basic auth is off"}`, "http://127.0.0.1:8000/a@b",
		`{"prompt_tokens":17,"spinner":"on","ping":"ok"}`, "hhr_ and hhp_ begin tokens", "short", "ellenőrzés: 42 ºC", "postgres://db:5432/homehub",
	} {
		require.Equal(t, line, string(redact.Redact([]byte(line))))
	}
}

func TestALineThatCannotBeCleanedIsWithheld(t *testing.T) {
	t.Parallel()
	l, out := setup(t, "json", `"msg":"xyzzy`)

	l.Info("xyzzy")

	require.Contains(t, out.String(), "withheld")
	requireJSONLines(t, out.String())
}

// always is what lines hold anyway.
const always = secret.Redacted + `{"level":"warn","msg":"a log line was withheld: a secret could not be cut out of it"}`

func FuzzNoSecretReachesTheLog(f *testing.F) {
	f.Add("a-secret-value", "some message", "some field")
	f.Add(`with "quotes" \and`, "", `"password":"x`)
	f.Add("\n\tcontrol\x01", "{", "token=")
	f.Add("<html>&amp;", "://a:b@c", "Bearer ")
	f.Add(":0000000", "0000000", "0") // begins with what stands before every string
	f.Fuzz(func(t *testing.T, value, message, field string) {
		value = strings.ToValidUTF8(value, "?") // settings are text
		if len(value) < 8 || strings.Contains(always, value) {
			t.Skip()
		}
		for _, format := range []string{"json", "console"} {
			l, out := setup(t, format, value)
			l.Info(message+value+message, zap.String("field", field+value), zap.Any("nested", map[string]any{"a": []string{value}}),
				zap.Error(fmt.Errorf("wrapped %q: %w", field, errors.New(value))))
			require.NotContains(t, out.String(), value)
			if format == "json" {
				requireJSONLines(t, out.String())
				requireNoString(t, out.Bytes(), value)
			}
		}
	})
}

// requireNoString looks into every string of the decoded line, whatever its spelling there.
func requireNoString(t *testing.T, line []byte, value string) {
	t.Helper()
	var decoded any
	require.NoError(t, json.Unmarshal(line, &decoded))
	var look func(any)
	look = func(v any) {
		switch v := v.(type) {
		case string:
			require.NotContains(t, v, value)
		case []any:
			for _, e := range v {
				look(e)
			}
		case map[string]any:
			for key, e := range v {
				look(key)
				look(e)
			}
		}
	}
	look(decoded)
}

// A password is masked by its field's name, also when nobody told the Redactor about it.
func FuzzSensitiveFields(f *testing.F) {
	f.Add("hunter22")
	f.Add(`with "quotes" and \`)
	f.Add("tab\tand\nline")
	f.Fuzz(func(t *testing.T, value string) {
		value = "zq" + strings.ToValidUTF8(value, "?") + "zq"
		l, out := setup(t, "json")
		inner, err := json.Marshal(map[string]string{"token": value})
		require.NoError(t, err)
		l.Info("x", zap.String("password", value), zap.Any("nested", login{Password: value}), zap.String("body", string(inner)))

		requireJSONLines(t, out.String())
		requireNoString(t, out.Bytes(), "zq")
	})
}

func BenchmarkLine(b *testing.B) {
	redact := log.NewRedactor()
	redact.Add("0123456789012345678901234567890123456789012", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq=",
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopq", "postgres://homehub:a-password@db/homehub")
	l, err := log.New(log.Config{Format: "json"}, zapcore.AddSync(discard{}), redact)
	require.NoError(b, err)
	for b.Loop() {
		l.Info("request", zap.String("request_id", "01932f6e-0000-7000-8000-000000000000"), zap.String("method", "POST"),
			zap.String("route", "/api/v1/intent"), zap.Int("status", 200), zap.Int("bytes", 512), zap.String("household_id", "01932f6e"))
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
