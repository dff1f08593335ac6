package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/config"
	"homehub/platform/secret"
)

// rate stands for the types that read themselves from a text.
type rate struct{ text string }

func (r *rate) UnmarshalText(text []byte) error {
	if !strings.Contains(string(text), "/") {
		return errors.New("must be written as 60/1m")
	}
	r.text = string(text)

	return nil
}

type server struct {
	Address     string   `koanf:"address"`
	CORSOrigins []string `koanf:"cors_origins"`
	BodyLimit   int64    `koanf:"body_limit"`
}

type database struct {
	URL            secret.String   `koanf:"url"`
	Keys           []secret.String `koanf:"keys"`
	MaxConnections int             `koanf:"max_connections"`
	Key            secret.String   `koanf:"key"`
	KeyFile        string          `koanf:"key_file"`
}

type settings struct {
	DataDir  string        `koanf:"data_dir"`
	Server   server        `koanf:"server"`
	Database database      `koanf:"database"`
	Deadline time.Duration `koanf:"deadline"`
	Enabled  bool          `koanf:"enabled"`
	Share    float64       `koanf:"share"`
	Small    uint8         `koanf:"small"`
	Login    rate          `koanf:"login"`
	Derived  string        // no tag: not a setting
}

func (s settings) Validate() error {
	var errs []error
	if s.Server.Address == "" {
		errs = append(errs, errors.New("server.address must not be empty"))
	}
	if s.Deadline <= 0 {
		errs = append(errs, errors.New("deadline must be positive"))
	}

	return errors.Join(errs...)
}

func defaults() settings {
	return settings{
		DataDir:  "data",
		Server:   server{Address: "127.0.0.1:8000", CORSOrigins: []string{"https://one.example", "https://two.example"}},
		Deadline: 2 * time.Second,
		Enabled:  true,
	}
}

// write returns the path of a file with content that only its owner may read.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))

	return path
}

func TestLoadTakesFileOverDefaultsAndEnvironmentOverFile(t *testing.T) {
	t.Parallel()
	path := write(t, `
data_dir: /srv/${NAME}
server:
  address: 0.0.0.0:80
  cors_origins: [https://a.example]
  body_limit: 1024
database:
  url: postgres://homehub:${PASSWORD}@db/homehub
  max_connections: ${CONNECTIONS}
  keys: ["${PASSWORD}", "plain$${NAME}"]
deadline: 1.5s
share: 0.5
login: 60/1m
enabled:
`)

	got, err := config.Load(path, defaults(), []string{
		"NAME=hub", "PASSWORD=s3cret: # not yaml", "CONNECTIONS=7", "PATH=/bin",
		"HOMEHUB_SERVER_ADDRESS=127.0.0.1:9000",
		"HOMEHUB_SERVER_CORS_ORIGINS=https://b.example, https://c.example",
		"HOMEHUB_ENABLED=false", "HOMEHUB_SHARE=0.25", "HOMEHUB_SMALL=200",
		"HOMEHUB_TEST_REDIS_URL=redis://x", "HOMEHUB_CONFIG=elsewhere",
	})

	require.NoError(t, err)
	require.Equal(t, settings{
		DataDir: "/srv/hub",
		Server: server{
			Address:     "127.0.0.1:9000",
			CORSOrigins: []string{"https://b.example", "https://c.example"},
			BodyLimit:   1024,
		},
		Database: database{
			URL:            secret.New("postgres://homehub:s3cret: # not yaml@db/homehub"),
			Keys:           []secret.String{secret.New("s3cret: # not yaml"), secret.New("plain${NAME}")},
			MaxConnections: 7,
		},
		Deadline: 1500 * time.Millisecond,
		Share:    0.25,
		Small:    200,
		Login:    rate{text: "60/1m"},
	}, got)
}

func TestLoadKeepsDefaultsUntouched(t *testing.T) {
	t.Parallel()
	before := defaults()

	_, err := config.Load(write(t, "server: {cors_origins: [https://a.example]}"), before, nil)

	require.NoError(t, err)
	require.Equal(t, defaults(), before)
}

func TestLoadReportsEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	path := write(t, `
servr: {address: x}
data_dir: 5
server:
  addr: x
  body_limit: "1024"
deadline: 3
enabled: "true"
share: a lot
small: 300
login: often
database:
  max_connections: 1.5
  url: ${NOT_SET}
  keys: {a: b}
`)

	_, err := config.Load(path, defaults(), []string{
		"HOMEHUB_SERVER_ADDR=x", "HOMEHUB_NONSENSE=1", "HOMEHUB_DATABASE_MAX_CONNECTIONS=", "HOMEHUB_SERVER_ADDRESS=",
	})

	require.Error(t, err)
	require.ElementsMatch(t, []string{
		"servr.address: unknown setting; is server.address meant?",
		"data_dir: must be a text (in quotes, where it looks like a number)",
		"server.addr: unknown setting; is server.address meant?",
		"server.body_limit: must be a whole number in range",
		"deadline: must be a duration with its unit, such as 1.5s, 15m or 720h",
		"enabled: must be true or false",
		"share: must be a number",
		"small: must be a whole number in range",
		"login: must be written as 60/1m",
		"database.url: the environment variable NOT_SET is not set",
		"database.keys.a: unknown setting; is database.keys meant?",
		"database.max_connections (from HOMEHUB_DATABASE_MAX_CONNECTIONS): must be a whole number in range",
		"HOMEHUB_SERVER_ADDR: no setting has this environment variable; is HOMEHUB_SERVER_ADDRESS meant?",
		"HOMEHUB_NONSENSE: no setting has this environment variable",
		"server.address must not be empty (server.address is set by HOMEHUB_SERVER_ADDRESS)",
	}, strings.Split(err.Error(), "\n"))
}

func TestLoadRefusesFiles(t *testing.T) {
	t.Parallel()
	open := write(t, "x")
	require.NoError(t, os.Chmod(open, 0o644))
	missing := filepath.Join(t.TempDir(), "missing.yaml")
	cases := map[string]struct {
		path    string
		env     []string
		wantErr string
	}{
		"a named file that is missing":          {path: missing, wantErr: "no such file"},
		"a file of HOMEHUB_CONFIG that is away": {env: []string{"HOMEHUB_CONFIG=" + missing}, wantErr: "no such file"},
		"broken YAML":                           {path: write(t, "a: [1"), wantErr: "read settings from"},
		"a list at the top":                     {path: write(t, "- a"), wantErr: "read settings from"},
		"a key twice":                           {path: write(t, "enabled: true\nenabled: false"), wantErr: "already defined"},
		"a value for a section":                 {path: write(t, "server: 5"), wantErr: "server: is a section"},
		"a secret and its file": {
			path:    write(t, "database: {url: a, url_file: b}"),
			wantErr: "database.url and database.url_file are both set",
		},
		"a secret's file that is missing": {
			env:     []string{"HOMEHUB_DATABASE_URL_FILE=" + missing},
			wantErr: "database.url_file (from HOMEHUB_DATABASE_URL_FILE)",
		},
		"a secret's file that all may read": {
			env:     []string{"HOMEHUB_DATABASE_URL_FILE=" + open},
			wantErr: "open to every user of this machine",
		},
		"a secret's file that is a number": {path: write(t, "database: {url_file: 5}"), wantErr: "must be the path of a file"},
		"an own key for the file is not implied": {
			path:    write(t, "database: {key_file_file: x}"),
			wantErr: "database.key_file_file: unknown setting",
		},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := config.Load(tc.path, defaults(), tc.env)

			require.ErrorContains(t, err, tc.wantErr)
		})
	}
}

func TestLoadReadsSecretsFromFiles(t *testing.T) {
	t.Parallel()
	path := write(t, "database: {url: sqlite:, key_file: its-own}")
	file := write(t, "postgres://from-a-file\n")

	got, err := config.Load(path, defaults(), []string{"HOMEHUB_DATABASE_URL_FILE=" + file})

	require.NoError(t, err)
	require.Equal(t, "postgres://from-a-file", got.Database.URL.Reveal())
	require.Equal(t, "its-own", got.Database.KeyFile)
}

func TestLoadNeverRepeatsASecret(t *testing.T) {
	t.Parallel()

	_, err := config.Load(write(t, "database: {keys: 5, url: [hunter2]}"), defaults(), []string{"HOMEHUB_LOGIN=hunter2"})

	require.Error(t, err)
	require.NotContains(t, err.Error(), "hunter2")
}

func TestLoadWithoutAFile(t *testing.T) {
	t.Chdir(t.TempDir())

	got, err := config.Load("", defaults(), nil)

	require.NoError(t, err)
	require.Equal(t, defaults(), got)

	require.NoError(t, os.WriteFile("config.yaml", []byte("data_dir: here\nserver:\n"), 0o600))
	got, err = config.Load("", defaults(), nil)

	require.NoError(t, err)
	require.Equal(t, "here", got.DataDir)
}

func TestKeys(t *testing.T) {
	t.Parallel()
	want := []string{
		"data_dir", "database.key", "database.key_file", "database.keys", "database.max_connections", "database.url",
		"deadline", "enabled", "login", "server.address", "server.body_limit", "server.cors_origins", "share", "small",
	}

	require.Equal(t, want, config.Keys[settings]())

	got, err := config.FileKeys(write(t, "b: {c: 1, d: []}\na:\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b.c", "b.d"}, got)
}

func TestSecretsAreWhatTheLogHasToMask(t *testing.T) {
	t.Parallel()
	s := defaults()
	s.Database.Key = secret.New("a-key")
	s.Database.Keys = []secret.String{secret.New("one:key"), secret.New("postgres://homehub:p%40ss@db/x")}
	require.ElementsMatch(t, []string{"a-key", "one:key", "p@ss"}, config.Secrets(s))

	for _, harmless := range []string{"", "memory:", "redis://127.0.0.1:6379"} {
		require.Empty(t, config.Secrets(settings{Database: database{URL: secret.New(harmless)}}))
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("server: {address: x}\ndatabase: {keys: [a, {b: c}]}")
	f.Add("1: [2]\n? [a]\n: b")
	f.Add("login: ${X}${\ndata_dir: !!binary aGk=\nserver.address: {}\nserver: null")
	f.Fuzz(func(t *testing.T, content string) {
		path := filepath.Join(t.TempDir(), "config.yaml")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))

		_, err := config.Load(path, defaults(), []string{"X=60/1m"})
		if err != nil {
			require.NotEmpty(t, err.Error())
		}
	})
}
