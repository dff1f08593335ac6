package database

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"homehub/platform/secret"
)

// Config is the database section of config.yaml.
type Config struct {
	// URL is sqlite: (homehub.db in data_dir), sqlite:/path/to/file.db or postgres://...
	URL secret.String `koanf:"url"`
	// MaxConnections bounds the pool.
	MaxConnections int `koanf:"max_connections"`
	// Timeout bounds one statement and one transaction, the wait for a connection included.
	Timeout time.Duration `koanf:"timeout"`
}

// Defaults is the embedded default: a file in the data folder.
func Defaults() Config {
	return Config{URL: secret.New("sqlite:"), MaxConnections: 16, Timeout: 10 * time.Second}
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var errs []error
	if _, err := c.dialect(); err != nil {
		errs = append(errs, err)
	}
	if c.MaxConnections < 2 || c.MaxConnections > 1000 {
		errs = append(errs, fmt.Errorf("database.max_connections must be 2 to 1000, got %d", c.MaxConnections))
	}
	if c.Timeout < time.Second {
		errs = append(errs, fmt.Errorf("database.timeout must be at least 1s, got %s", c.Timeout))
	}

	return errors.Join(errs...)
}

// IsSQLite reports whether the database is a file of this process's own.
func (c Config) IsSQLite() bool {
	dialect, err := c.dialect()

	return err == nil && dialect == SQLite
}

func (c Config) dialect() (Dialect, error) {
	scheme, _, _ := strings.Cut(c.URL.Reveal(), ":")
	switch scheme {
	case "sqlite":
		return SQLite, nil
	case "postgres", "postgresql":
		return Postgres, nil
	default: // the value stays out of the message: it may hold a password
		return "", errors.New("database.url must begin with sqlite: or postgres://")
	}
}

// sqlitePath is the file that a sqlite: URL names.
func (c Config) sqlitePath(dataDir string) string {
	path := strings.TrimPrefix(strings.TrimPrefix(c.URL.Reveal(), "sqlite:"), "//")
	if path == "" {
		path = filepath.Join(dataDir, "homehub.db")
	}

	return path
}
