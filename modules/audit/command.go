package audit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"
)

// Opener builds the module for one command; close releases what it opened.
type Opener func(ctx context.Context) (m *Module, closeAll func() error, err error)

// Commands returns audit's part of the command line.
func Commands(open Opener) []*cobra.Command {
	root := &cobra.Command{
		Use:     "audit",
		Short:   "Check the record of who did what",
		Example: "  homehub audit verify",
		Args:    cobra.NoArgs,
	}
	root.AddCommand(verifyCommand(open))

	return []*cobra.Command{root}
}

func verifyCommand(open Opener) *cobra.Command {
	var householdID string
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Verify the audit chains; exit code 1 when one is broken",
		Long: `Verify recomputes every entry of the audit chains with the audit keys and compares it with
what is stored. It may run beside a server. The operator's own acts are the chain "operator".`,
		Example: `  homehub audit verify
  homehub audit verify --household 0199c2f0-5b0e-7c3e-9a51-3c7f0d6a1b11`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			m, closeAll, err := open(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, closeAll()) }()

			return m.svc.verifyAll(cmd.Context(), householdID, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&householdID, "household", "", "verify this household's chain only")

	return cmd
}

// verifyAll verifies one chain, or all, and prints a line for each. It returns ErrBroken when
// any is broken.
func (s *service) verifyAll(ctx context.Context, householdID string, out, progress io.Writer) error {
	chains := []string{householdID}
	if householdID == "" {
		var err error
		if chains, err = s.store.listChains(ctx); err != nil {
			return err
		}
	}

	var entries, brokenChains int64
	for _, id := range chains {
		r, err := s.verify(ctx, id, verification{workers: runtime.GOMAXPROCS(0), progress: progressTo(progress, id)})
		if err != nil {
			return err
		}
		entries += r.Entries
		if r.Broken != nil {
			brokenChains++
		}
		printReport(out, r)
	}
	_, _ = fmt.Fprintf(out, "%d entries in %d chains verified\n", entries, len(chains))
	if brokenChains > 0 {
		return fmt.Errorf("%w: %d of %d chains", ErrBroken, brokenChains, len(chains))
	}

	return nil
}

func printReport(out io.Writer, r report) {
	if r.Broken != nil {
		_, _ = fmt.Fprintf(out, "%s BROKEN at entry %d: %s\n", r.HouseholdID, r.Broken.Seq, r.Broken.Reason)
		return
	}
	_, _ = fmt.Fprintf(out, "%s ok, %d entries, head %s\n", r.HouseholdID, r.Entries, hex.EncodeToString(r.HeadHash))
}

// progressTo reports long chains every so often.
func progressTo(w io.Writer, householdID string) func(done, total int64) {
	const every = 50 * defaultPageSize

	return func(done, total int64) {
		if done%every == 0 {
			_, _ = fmt.Fprintf(w, "%s: %d of %d entries\n", householdID, done, total)
		}
	}
}
