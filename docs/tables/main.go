// Command tables runs the suites that attack homehub and writes what they saw into
// docs/security.md: go run ./docs/tables. A suite says each of its lines with t.Log, beginning
// with the table's name in capitals; columns are separated by " | ".
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
)

const document = "docs/security.md"

// table is one of the document's tables: between the comment "table: NAME" and "end of table".
type table struct {
	name    string
	columns []string
}

func tables() []table {
	return []table{
		{"ATTACK", []string{"Requirement", "Attempt", "What came of it"}},
		{"RIGHTS", []string{"Operation", "Right", "Device", "Guest", "Child", "Adult", "Owner"}},
		{"ISOLATION", []string{"Operation", "Roles tried", "Neighbour's and nobody's id", "Malformed id"}},
		{"TAMPER", []string{"Act", "Database", "Found as"}},
		{"CRASH", []string{"Killed at", "Command", "Database", "What a retry gets", "Service calls"}},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "tables:", err)
		os.Exit(1)
	}
}

// run takes further arguments of go test, such as -run.
func run(ctx context.Context, args []string) error {
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	said, err := suites(ctx, args)
	if err != nil {
		return err
	}
	for _, t := range tables() {
		if text, err = t.write(text, said[t.name]); err != nil {
			return err
		}
	}

	return os.WriteFile(document, text, 0o644) //nolint:gosec // a document, for everybody
}

// suites runs the tests and returns what they said, by table.
func suites(ctx context.Context, args []string) (map[string][]string, error) {
	args = append([]string{"test", "-json", "-count=1", "-tags=faultpoints", "-timeout=20m"}, args...)
	args = append(args, "./modules/...")
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // whoever runs it names the tests
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	said, err := collect(out)
	if failed := cmd.Wait(); failed != nil {
		return nil, fmt.Errorf("the suites failed: %w", failed)
	}

	return said, err
}

// collect reads the output of go test -json.
func collect(out io.Reader) (map[string][]string, error) {
	said := map[string][]string{}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var event struct {
			Action string `json:"Action"` // as go test writes it
			Output string `json:"Output"`
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil || event.Action != "output" {
			continue
		}
		_, line, isLog := strings.Cut(strings.TrimSpace(event.Output), ".go:")
		_, line, hasText := strings.Cut(line, ": ")
		name, cells, _ := strings.Cut(line, " ")
		if isLog && hasText && slices.ContainsFunc(tables(), func(t table) bool { return t.name == name }) {
			said[name] = append(said[name], cells)
		}
	}

	return said, lines.Err()
}

// write puts the rows into the document, sorted, each once.
func (t table) write(text []byte, rows []string) ([]byte, error) {
	if len(rows) == 0 {
		return nil, fmt.Errorf("no suite said a line of %s", t.name)
	}
	begin, end := []byte("<!-- table: "+t.name+" -->\n"), []byte("<!-- end of table -->")
	before, rest, hasBegin := bytes.Cut(text, begin)
	_, after, hasEnd := bytes.Cut(rest, end)
	if !hasBegin || !hasEnd {
		return nil, errors.New(document + " has no place for " + t.name)
	}
	var b bytes.Buffer
	b.Write(before)
	b.Write(begin)
	fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(t.columns, " | "), strings.Repeat(" --- |", len(t.columns)))
	slices.Sort(rows)
	for _, row := range slices.Compact(rows) {
		fmt.Fprintf(&b, "| %s |\n", row)
	}
	b.Write(end)
	b.Write(after)

	return b.Bytes(), nil
}
