package auth

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"homehub/platform/apperr"
)

// readNewPassword asks twice at a terminal, and else reads the first line of the input.
func readNewPassword(cmd *cobra.Command) (string, error) {
	file, isFile := cmd.InOrStdin().(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) {
		line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read password: %w", err)
		}

		return strings.TrimRight(line, "\r\n"), nil
	}
	first, err := ask(cmd, file, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := ask(cmd, file, "Once more: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ")
	}

	return first, nil
}

func ask(cmd *cobra.Command, terminal *os.File, prompt string) (string, error) {
	_, _ = fmt.Fprint(cmd.ErrOrStderr(), prompt)
	password, err := term.ReadPassword(int(terminal.Fd()))
	_, _ = fmt.Fprintln(cmd.ErrOrStderr())
	if err != nil {
		return "", fmt.Errorf("read password: %w", err)
	}

	return string(password), nil
}

// explain words an error for the command line, which has no fields to point at.
func explain(err error) error {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok || e.Kind == apperr.Internal || e.Kind == apperr.Unavailable {
		return err
	}
	if len(e.Fields) == 0 {
		return errors.New(e.Message)
	}
	problems := make([]string, 0, len(e.Fields))
	for _, f := range e.Fields {
		problems = append(problems, f.Name+" "+f.Message)
	}

	return errors.New(strings.Join(problems, "; "))
}
