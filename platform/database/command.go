package database

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// Command is `homehub migrate`. open must give a database that is not migrated yet, and what closes it.
func Command(open func(ctx context.Context) (*DB, func() error, error)) *cobra.Command {
	run := func(fn func(cmd *cobra.Command, db *DB) error) func(*cobra.Command, []string) error {
		return func(cmd *cobra.Command, _ []string) (err error) {
			db, done, err := open(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, done()) }()

			return fn(cmd, db)
		}
	}
	root := &cobra.Command{
		Use:     "migrate",
		Short:   "Bring the database schema up to date",
		Long:    "Bring the database schema up to date. `serve` does so by itself when it starts; this is for doing it apart from that.",
		Example: "  homehub migrate\n  homehub migrate status",
		Args:    cobra.NoArgs,
		RunE:    run(migrateUp),
	}
	root.AddCommand(
		&cobra.Command{
			Use: "up", Short: "Apply every pending step", Example: "  homehub migrate up",
			Args: cobra.NoArgs, RunE: run(migrateUp),
		},
		&cobra.Command{
			Use: "down", Short: "Take the newest step back; the data it holds is lost", Example: "  homehub migrate down",
			Args: cobra.NoArgs, RunE: run(migrateDown),
		},
		&cobra.Command{
			Use: "status", Short: "List the steps and when they were applied", Example: "  homehub migrate status",
			Args: cobra.NoArgs, RunE: run(migrateStatus),
		},
	)

	return root
}

func migrateUp(cmd *cobra.Command, db *DB) error {
	if err := db.Migrate(cmd.Context()); err != nil {
		return err
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), "The schema is up to date.")

	return err
}

func migrateDown(cmd *cobra.Command, db *DB) error {
	name, err := db.MigrateDown(cmd.Context())
	if err != nil {
		return err
	}
	line := "Nothing to take back."
	if name != "" {
		line = "Took back " + name + "."
	}
	_, err = fmt.Fprintln(cmd.OutOrStdout(), line)

	return err
}

func migrateStatus(cmd *cobra.Command, db *DB) error {
	all, err := db.Migrations(cmd.Context())
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "MIGRATION\tAPPLIED")
	for _, m := range all {
		applied := "pending"
		if !m.AppliedAt.IsZero() {
			applied = m.AppliedAt.UTC().Format(time.RFC3339)
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\n", m.Name, applied)
	}

	return w.Flush()
}
