package audit

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"homehub/platform/secret"
)

// CommandDeps is what the commands are given; each asks for what it needs.
type CommandDeps struct {
	// Open builds the module for one command; close releases what it opened.
	Open func(ctx context.Context) (m *Module, closeAll func() error, err error)
	// Keys reads the audit keys, without a database.
	Keys func() ([]secret.Key, error)
}

// Commands returns audit's part of the command line.
func Commands(deps CommandDeps) []*cobra.Command {
	root := &cobra.Command{
		Use:     "audit",
		Short:   "Check, export and anchor the record of who did what",
		Example: "  homehub audit verify",
		Args:    cobra.NoArgs,
	}
	root.AddCommand(verifyCommand(deps), exportCommand(deps), anchorsCommand(deps))

	return []*cobra.Command{root}
}

func exportCommand(deps CommandDeps) *cobra.Command {
	var householdID string
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write a chain, with its proof, to the standard output",
		Long: `Export writes a chain as JSON Lines: an entry a line with all that its hash covers and the
personal values that were not erased, and its sealed head last. "homehub audit verify --export"
checks such a file. The operator's own acts are the chain "operator".`,
		Example: `  homehub audit export --household 0199c2f0-5b0e-7c3e-9a51-3c7f0d6a1b11 > audit.jsonl`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return deps.with(cmd, func(m *Module) error {
				return m.svc.writeExport(cmd.Context(), export{householdID: householdID, to: cmd.OutOrStdout()})
			})
		},
	}
	cmd.Flags().StringVar(&householdID, "household", "", "whose chain")
	_ = cmd.MarkFlagRequired("household")

	return cmd
}

func anchorsCommand(deps CommandDeps) *cobra.Command {
	return &cobra.Command{
		Use:   "anchors",
		Short: "Write the sealed head of every chain to the standard output",
		Long: `Anchors writes where every chain ends now, a line each, sealed with the audit key. Keep the
lines where the database's administrators cannot reach them, or beside a backup: "homehub audit
verify --anchors" shows with them that a chain was cut, or that an old database was put in place.`,
		Example: `  homehub audit anchors > anchors.jsonl
  homehub audit verify --anchors anchors.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return deps.with(cmd, func(m *Module) error {
				return m.svc.anchorsNow(cmd.Context(), func(anchors []anchor) error {
					lines, err := encodeAnchors(anchors)
					if err != nil {
						return err
					}
					_, err = cmd.OutOrStdout().Write(lines)

					return err
				})
			})
		},
	}
}

// with opens the module for fn.
func (d CommandDeps) with(cmd *cobra.Command, fn func(*Module) error) error {
	m, closeAll, err := d.Open(cmd.Context())
	if err != nil {
		return err
	}

	return errors.Join(fn(m), closeAll())
}
