package secret

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxFileSize is far above any key file; it keeps a mistaken path from being read whole.
const maxFileSize = 64 << 10

// Container runtimes mount secrets here readable by all, in a file system only the container sees.
const runtimeSecrets = "/run/secrets/"

// ReadFile returns the content of a file that holds a secret, without surrounding white space.
// It refuses a file that every user of the machine may read or write.
func ReadFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // only read

	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o007 != 0 && !strings.HasPrefix(path, runtimeSecrets) {
		return "", fmt.Errorf("%s is open to every user of this machine (mode %04o): run chmod 600 on it",
			path, info.Mode().Perm())
	}
	content, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return "", err
	}
	if len(content) > maxFileSize {
		return "", fmt.Errorf("%s is too large for a file of secrets", path)
	}

	return strings.TrimSpace(string(content)), nil
}

// WriteFile replaces path in one step: a reader, or a crash, sees the old content or the new.
// The file's mode is 0600; its folder is made with 0700 where it is missing.
func WriteFile(path string, content []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+"-*") // made with mode 0600
	if err != nil {
		return err
	}
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}

	return syncDir(dir)
}

// syncDir makes a rename durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}

	return errors.Join(d.Sync(), d.Close())
}
