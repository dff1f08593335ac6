package secret

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fernet/fernet-go"
	"github.com/gofrs/flock"
)

// The ways a Keyring refuses.
var (
	// ErrNoKeyFits means that the token is damaged, or sealed with a key that was retired.
	ErrNoKeyFits = errors.New("no encryption key opens this value")
	// ErrFixedKeys means that the keys come from settings, where only the operator changes them.
	ErrFixedKeys = errors.New("the encryption keys are given by secrets.encryption_keys: put the new key first there")
)

// Keyring seals secrets at rest with the newest of its Fernet keys and opens them with any.
// It is safe for concurrent use. Keys that live in a file are shared between processes: what
// one of them rotates, the others pick up from the file.
type Keyring struct {
	path string // empty: the keys are fixed

	mu   sync.RWMutex
	keys []*fernet.Key // newest first, never empty
}

// NewKeyring makes a ring of fixed keys, newest first.
func NewKeyring(keys ...string) (*Keyring, error) {
	decoded, err := decodeKeys(keys)
	if err != nil {
		return nil, err
	}

	return &Keyring{keys: decoded}, nil
}

// openKeyring makes a ring of the keys in a file.
func openKeyring(path string) (*Keyring, error) {
	k := &Keyring{path: path}

	return k, k.reload()
}

// GenerateKey returns a new Fernet key in its text form.
func GenerateKey() (string, error) {
	var key fernet.Key
	if err := key.Generate(); err != nil {
		return "", fmt.Errorf("generate key: %w", err)
	}

	return key.Encode(), nil
}

// Seal encrypts with the newest key. It looks at the key file first: a value sealed with a key
// that another process retires would be lost.
func (k *Keyring) Seal(plain []byte) (string, error) {
	if err := k.reload(); err != nil {
		return "", err
	}
	token, err := fernet.EncryptAndSign(plain, k.current()[0])
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}

	return string(token), nil
}

// Open decrypts. When no key fits it reads the key file once more, because another process may
// have rotated. It returns ErrNoKeyFits when that does not help.
func (k *Keyring) Open(token string) ([]byte, error) {
	if plain := open(token, k.current()); plain != nil {
		return plain, nil
	}
	if err := k.reload(); err != nil {
		return nil, err
	}
	if plain := open(token, k.current()); plain != nil {
		return plain, nil
	}

	return nil, ErrNoKeyFits
}

// IsCurrent reports whether the newest key sealed token.
func (k *Keyring) IsCurrent(token string) bool {
	return open(token, k.current()[:1]) != nil
}

// Rotate puts a new key before the others. Values sealed before still open; seal them anew,
// then Retire.
func (k *Keyring) Rotate() error {
	return k.change(func(keys []*fernet.Key) ([]*fernet.Key, error) {
		var key fernet.Key
		if err := key.Generate(); err != nil {
			return nil, fmt.Errorf("generate key: %w", err)
		}

		return append([]*fernet.Key{&key}, keys...), nil
	})
}

// Retire drops all keys but the newest. What was sealed with them can never be opened again.
func (k *Keyring) Retire() error {
	return k.change(func(keys []*fernet.Key) ([]*fernet.Key, error) { return keys[:1], nil })
}

// change rewrites the key file, one process at a time.
func (k *Keyring) change(edit func([]*fernet.Key) ([]*fernet.Key, error)) error {
	if k.path == "" || strings.HasPrefix(k.path, runtimeSecrets) {
		return ErrFixedKeys // a container's secrets are mounted for reading; its operator replaces them
	}
	unlock, err := lockFile(k.path)
	if err != nil {
		return err
	}
	defer unlock()

	keys, err := readKeys(k.path)
	if err != nil {
		return err
	}
	if keys, err = edit(keys); err != nil {
		return err
	}
	if err := WriteFile(k.path, encodeKeys(keys)); err != nil {
		return fmt.Errorf("write encryption keys: %w", err)
	}
	k.set(keys)

	return nil
}

func (k *Keyring) reload() error {
	if k.path == "" {
		return nil
	}
	keys, err := readKeys(k.path)
	if err != nil {
		return err
	}
	k.set(keys)

	return nil
}

func (k *Keyring) current() []*fernet.Key {
	k.mu.RLock()
	defer k.mu.RUnlock()

	return k.keys
}

func (k *Keyring) set(keys []*fernet.Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = keys
}

// values returns the keys as text, for the log's redactor.
func (k *Keyring) values() []string {
	var all []string
	for _, key := range k.current() {
		all = append(all, key.Encode())
	}

	return all
}

// open returns nil when no key fits; an empty plaintext is not nil.
func open(token string, keys []*fernet.Key) []byte {
	return fernet.VerifyAndDecrypt([]byte(token), 0, keys) // 0: secrets at rest do not expire
}

func readKeys(path string) ([]*fernet.Key, error) {
	text, err := ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read encryption keys: %w", err)
	}
	keys, err := decodeKeys(lines(text))
	if err != nil {
		return nil, fmt.Errorf("read encryption keys: %s: %w", path, err)
	}

	return keys, nil
}

func decodeKeys(texts []string) ([]*fernet.Key, error) {
	if len(texts) == 0 {
		return nil, errors.New("no key")
	}
	keys := make([]*fernet.Key, 0, len(texts))
	for i, text := range texts {
		key, err := fernet.DecodeKey(text)
		if err != nil { // the library's own words may quote the key
			return nil, fmt.Errorf("key %d is not a Fernet key (32 bytes in base64)", i+1)
		}
		keys = append(keys, key)
	}

	return keys, nil
}

func encodeKeys(keys []*fernet.Key) []byte {
	var b strings.Builder
	for _, key := range keys {
		b.WriteString(key.Encode() + "\n")
	}

	return []byte(b.String())
}

// lines returns a file's lines without empty ones and comments.
func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#")
	})
}

// lockFile keeps other processes from changing the file at path. The lock has a file of its own
// because the locked one is replaced.
func lockFile(path string) (unlock func(), err error) {
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}

	return func() { _ = lock.Unlock() }, nil
}
