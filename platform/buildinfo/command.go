package buildinfo

import (
	"fmt"

	"github.com/spf13/cobra"
)

// Command is `homehub version`.
func Command() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which build of homehub this is",
		Example: "  homehub version",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			info := Read()
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "homehub %s %s %s\n", info.Version, info.Revision, info.GoVersion)

			return err
		},
	}
}
