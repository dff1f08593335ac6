// Command train learns the weights of data/wishes.bin from the sentences in data/wishes.
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"homehub/modules/intent/internal/hungarian"
	"homehub/modules/intent/internal/wish"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("want the folder of the sentences and the file for the weights")
	}
	corpus, err := hungarian.Corpus(os.DirFS(args[0]))
	if err != nil {
		return err
	}
	examples, err := hungarian.ReadCorpus(bytes.NewReader(corpus))
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Clean(args[0]), err)
	}

	return os.WriteFile(args[1], wish.Train(examples, sha256.Sum256(corpus)), 0o644) //nolint:gosec // as any file of the source
}
