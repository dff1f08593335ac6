package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// anchorFile keeps anchors, one JSON object a line, in the order in which they were made. Only a
// server writes it, and only at its end.
type anchorFile string

// append returns when the anchors are on the disk.
func (f anchorFile) append(anchors []anchor) (err error) {
	if len(anchors) == 0 {
		return nil
	}
	lines, err := encodeAnchors(anchors)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(string(f), os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open anchors: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()

	size, err := dropTornLine(file)
	if err != nil {
		return fmt.Errorf("mend anchors: %w", err)
	}
	if _, err := file.Write(lines); err != nil {
		return fmt.Errorf("write anchors: %w", err)
	}
	if err := file.Sync(); err != nil {
		return fmt.Errorf("write anchors: %w", err)
	}
	if size == 0 {
		return syncFolder(filepath.Dir(string(f)))
	}

	return nil
}

// dropTornLine removes what a crash in the middle of a write has left. It returns the file's size.
func dropTornLine(file *os.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	size := info.Size()
	end := make([]byte, min(size, 4096)) // a line is shorter
	if _, err := file.ReadAt(end, size-int64(len(end))); err != nil {
		return 0, err
	}
	torn := int64(len(end) - 1 - bytes.LastIndexByte(end, '\n'))
	if torn == 0 {
		return size, nil
	}

	return size - torn, file.Truncate(size - torn)
}

// syncFolder makes a new file's name last.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync folder of anchors: %w", err)
	}

	return errors.Join(dir.Sync(), dir.Close())
}

// read gives the file's anchors, none where there is no file, and the numbers of lines that
// nobody with an audit key has written.
func (f anchorFile) read(keys keyring) (set anchorSet, forged []int, err error) {
	file, err := os.Open(string(f))
	if errors.Is(err, os.ErrNotExist) {
		return anchorSet{}, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("open anchors: %w", err)
	}
	defer func() { _ = file.Close() }()

	set = anchorSet{}
	forged, err = keys.readAnchors(file, set)
	if err != nil {
		return nil, nil, fmt.Errorf("read anchors: %w", err)
	}

	return set, forged, nil
}

// readAnchors adds what a file says to a set. Lines without a seal are passed over, so that a log
// can be read, too; so is a last line that a crash has cut.
func (k keyring) readAnchors(r io.Reader, into anchorSet) (forged []int, err error) {
	lines := bufio.NewReader(r)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return forged, nil
		}
		if err != nil {
			return nil, err
		}
		if !bytes.Contains(line, []byte(`"seal"`)) && len(bytes.TrimSpace(line)) > 0 && json.Valid(line) {
			continue
		}
		a, err := k.readAnchor(line)
		if err != nil {
			forged = append(forged, number)
			continue
		}
		into.add(a)
	}
}

func encodeAnchors(anchors []anchor) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for i := range anchors {
		if err := enc.Encode(anchors[i].line()); err != nil {
			return nil, fmt.Errorf("encode anchor: %w", err)
		}
	}

	return b.Bytes(), nil
}
