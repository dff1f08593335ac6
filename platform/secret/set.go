package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// minLength is 256 bits in base64, the length of a generated key.
const minLength = 43

// Config is the secrets section of config.yaml. Each secret is given by its value or by a file;
// where neither is, the embedded default keeps generated ones in data_dir.
type Config struct {
	EncryptionKeys     []String `koanf:"encryption_keys"`
	EncryptionKeysFile string   `koanf:"encryption_keys_file"`
	RefreshKey         String   `koanf:"refresh_key"`
	RefreshKeyFile     string   `koanf:"refresh_key_file"`
	AuditKeys          []String `koanf:"audit_keys"`
	AuditKeysFile      string   `koanf:"audit_keys_file"`
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	var errs []error
	for _, s := range c.sources() {
		errs = append(errs, s.validate())
	}

	return errors.Join(errs...)
}

// Key is one of a list of keys that sign. Its ID says which one signed, and gives nothing away.
type Key struct {
	ID    string
	Value []byte
}

// Set is every key of this installation.
type Set struct {
	Encryption *Keyring // seals secrets in the database
	Refresh    []byte   // derives the successors of refresh tokens
	Audit      []Key    // chains the audit log; newest first
}

// Load finds each secret in the settings or in its file. With mayGenerate, which is for the
// embedded default, missing ones are made once and kept in dataDir/secrets.
func Load(cfg Config, dataDir string, mayGenerate bool) (*Set, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	var errs []error
	for _, s := range cfg.sources() {
		if err := s.locate(dataDir, mayGenerate); err != nil {
			errs = append(errs, err)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}

	return cfg.read(dataDir)
}

// read expects every source to be there.
func (c Config) read(dataDir string) (*Set, error) {
	sources := c.sources()
	encryption, refresh, audit := sources[0], sources[1], sources[2]

	ring, errRing := encryption.keyring(dataDir)
	refreshKeys, errRefresh := refresh.read(dataDir)
	auditKeys, errAudit := audit.read(dataDir)
	if err := errors.Join(errRing, errRefresh, errAudit); err != nil {
		return nil, err
	}

	set := &Set{Encryption: ring, Refresh: []byte(refreshKeys[0])}
	for _, value := range auditKeys {
		set.Audit = append(set.Audit, Key{ID: keyID(value), Value: []byte(value)})
	}

	return set, nil
}

// Values returns every secret as text, for the log's redactor.
func (s *Set) Values() []string {
	all := append(s.Encryption.values(), string(s.Refresh))
	for _, key := range s.Audit {
		all = append(all, string(key.Value))
	}

	return all
}

// keyID is derived, so that a key needs no second setting to be told apart.
func keyID(value string) string {
	sum := sha256.Sum256([]byte("homehub key id\x00" + value))

	return hex.EncodeToString(sum[:4])
}

// source is where one secret comes from.
type source struct {
	key      string // as in config.yaml
	values   []String
	file     string
	generate func() (string, error)
}

func (c Config) sources() []source {
	var refresh []String
	if !c.RefreshKey.IsEmpty() {
		refresh = []String{c.RefreshKey}
	}

	return []source{
		{key: "encryption_keys", values: c.EncryptionKeys, file: c.EncryptionKeysFile, generate: GenerateKey},
		{key: "refresh_key", values: refresh, file: c.RefreshKeyFile, generate: generateText},
		{key: "audit_keys", values: c.AuditKeys, file: c.AuditKeysFile, generate: generateText},
	}
}

func (s source) validate() error {
	if len(s.values) > 0 && s.file != "" {
		return fmt.Errorf("secrets.%[1]s and secrets.%[1]s_file are both set: give one", s.key)
	}
	if len(s.values) == 0 {
		return nil
	}

	return s.check(reveal(s.values))
}

// check judges values without repeating them.
func (s source) check(values []string) error {
	if s.key == "encryption_keys" {
		if _, err := decodeKeys(values); err != nil {
			return fmt.Errorf("secrets.%s: %w", s.key, err)
		}

		return nil
	}
	if len(values) == 0 {
		return fmt.Errorf("secrets.%s: no key", s.key)
	}
	for i, value := range values {
		if len(value) < minLength {
			return fmt.Errorf("secrets.%s: key %d has %d characters, and needs at least %d random ones",
				s.key, i+1, len(value), minLength)
		}
	}

	return nil
}

// path is the source's file: the named one, or the generated one's place.
func (s source) path(dataDir string) string {
	if s.file != "" {
		return s.file
	}

	return filepath.Join(dataDir, "secrets", s.key)
}

// locate makes sure that the secret is somewhere, generating it where that is allowed.
func (s source) locate(dataDir string, mayGenerate bool) error {
	if len(s.values) > 0 || s.file != "" {
		return nil
	}
	if !mayGenerate {
		return fmt.Errorf("secrets.%[1]s or secrets.%[1]s_file is required (%[2]s)", s.key,
			"homehub generates secrets only while it keeps everything on this machine")
	}
	path := s.path(dataDir)
	if isThere, err := exists(path); isThere || err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make a folder for secrets: %w", err)
	}
	unlock, err := lockFile(path) // two first starts at once must agree on one key
	if err != nil {
		return err
	}
	defer unlock()
	if isThere, err := exists(path); isThere || err != nil {
		return err
	}
	value, err := s.generate()
	if err != nil {
		return err
	}
	if err := WriteFile(path, []byte(value+"\n")); err != nil {
		return fmt.Errorf("keep secrets.%s: %w", s.key, err)
	}

	return nil
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}

	return err == nil, err
}

func (s source) keyring(dataDir string) (*Keyring, error) {
	if len(s.values) > 0 {
		return NewKeyring(reveal(s.values)...)
	}
	ring, err := openKeyring(s.path(dataDir))
	if err != nil {
		return nil, fmt.Errorf("secrets.%s: %w", s.key, err)
	}

	return ring, nil
}

func (s source) read(dataDir string) ([]string, error) {
	if len(s.values) > 0 {
		return reveal(s.values), nil
	}
	text, err := ReadFile(s.path(dataDir))
	if err != nil {
		return nil, fmt.Errorf("secrets.%s: %w", s.key, err)
	}
	values := lines(text)

	return values, s.check(values)
}

func reveal(values []String) []string {
	texts := make([]string, 0, len(values))
	for _, v := range values {
		texts = append(texts, strings.TrimSpace(v.Reveal()))
	}

	return texts
}

func generateText() (string, error) {
	var raw [32]byte
	if _, err := rand.Read(raw[:]); err != nil {
		return "", fmt.Errorf("generate key: %w", err)
	}

	return base64.RawURLEncoding.EncodeToString(raw[:]), nil
}
