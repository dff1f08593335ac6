package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

// Opener builds the module for one command; close releases what it opened.
type Opener func(ctx context.Context) (m *Module, closeAll func() error, err error)

// Commands returns auth's part of the command line.
func Commands(open Opener) []*cobra.Command {
	user := &cobra.Command{
		Use: "user", Short: "Manage the people who can sign in", Args: cobra.NoArgs,
		Example: `  homehub user create --email kata@example.org --name "Kovács Kata"`,
	}
	user.AddCommand(createCommand(open), promoteCommand(open), demoteCommand(open),
		disableCommand(open), enableCommand(open), resetPasswordCommand(open))
	keys := &cobra.Command{
		Use: "keys", Short: "Manage the keys of this installation", Args: cobra.NoArgs,
		Example: "  homehub keys rotate",
	}
	keys.AddCommand(rotateCommand(open))

	return []*cobra.Command{user, keys}
}

// with runs a command's work with an open module.
func with(open Opener, work func(cmd *cobra.Command, m *Module) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) (err error) {
		m, closeAll, err := open(cmd.Context())
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, closeAll()) }()

		return work(cmd, m)
	}
}

func createCommand(open Opener) *cobra.Command {
	var n newcomer
	var isAdmin, withoutHousehold bool
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Create a person, with a household of their own",
		Long: `Create makes a person who can sign in, whatever auth.registration says, and a household with
them as its owner. --admin makes them an operator: registering never does. The password is
asked for; where the input is not a terminal, its first line is the password.`,
		Example: `  homehub user create --email kata@example.org --name "Kovács Kata"
  homehub user create --admin --without-household --email op@example.org --name Operator < password.txt`,
		Args: cobra.NoArgs,
	}
	cmd.RunE = with(open, func(cmd *cobra.Command, m *Module) error {
		var err error
		if n.Password, err = readNewPassword(cmd); err != nil {
			return err
		}
		made, err := m.svc.createUser(cmd.Context(), n, isAdmin, !withoutHousehold)
		if err != nil {
			return explain(err)
		}
		_, _ = fmt.Fprintf(cmd.OutOrStdout(), "created %s, user %s\n", made.User.Email, made.User.ID)
		if made.Household != nil {
			_, _ = fmt.Fprintf(cmd.OutOrStdout(), "created %s, household %s\n", made.Household.Name, made.Household.HouseholdID)
		}

		return nil
	})
	flags := cmd.Flags()
	emailFlag(cmd, &n.Email)
	flags.StringVar(&n.Name, "name", "", "the person's name (required)")
	flags.StringVar(&n.HouseholdName, "household-name", "", "the household's name (made of the person's without)")
	flags.BoolVar(&isAdmin, "admin", false, "make the person an operator")
	flags.BoolVar(&withoutHousehold, "without-household", false, "make no household")
	_ = cmd.MarkFlagRequired("name")

	return cmd
}

func promoteCommand(open Opener) *cobra.Command {
	isAdmin := true

	return setUserCommand(open, "promote", "Make a person an operator", "%s is an operator now", userChanges{IsAdmin: &isAdmin})
}

func demoteCommand(open Opener) *cobra.Command {
	isAdmin := false

	return setUserCommand(open, "demote", "Make an operator a person like others", "%s is no operator any more", userChanges{IsAdmin: &isAdmin})
}

func disableCommand(open Opener) *cobra.Command {
	isDisabled := true

	return setUserCommand(open, "disable", "Disable a person's login and end their sessions", "%s is disabled", userChanges{IsDisabled: &isDisabled})
}

func enableCommand(open Opener) *cobra.Command {
	isDisabled := false

	return setUserCommand(open, "enable", "Let a disabled person sign in again", "%s may sign in again", userChanges{IsDisabled: &isDisabled})
}

// setUserCommand makes a command that changes one person; done says so, of their address.
func setUserCommand(open Opener, name, short, done string, want userChanges) *cobra.Command {
	var email string
	cmd := &cobra.Command{
		Use: name, Short: short, Args: cobra.NoArgs,
		Example: "  homehub user " + name + " --email kata@example.org",
	}
	cmd.RunE = with(open, func(cmd *cobra.Command, m *Module) error {
		return report(cmd, fmt.Sprintf(done, email), m.svc.setUser(cmd.Context(), email, want))
	})
	emailFlag(cmd, &email)

	return cmd
}

func resetPasswordCommand(open Opener) *cobra.Command {
	var email string
	var asToken bool
	cmd := &cobra.Command{
		Use:   "reset-password",
		Short: "Set a person's password and end their sessions, or let them choose one",
		Long: `Reset-password asks for the new password; where the input is not a terminal, its first line is
the password. With --token it prints a token to hand over instead: the person chooses a password
with it, once and within a day (POST /api/v1/auth/password/reset); until then nothing changes.
Either way a login that was locked after too many failures is open again.`,
		Example: `  homehub user reset-password --email kata@example.org
  homehub user reset-password --token --email kata@example.org`,
		Args: cobra.NoArgs,
	}
	cmd.RunE = with(open, func(cmd *cobra.Command, m *Module) error {
		if asToken {
			return printResetToken(cmd, m, email)
		}
		password, err := readNewPassword(cmd)
		if err != nil {
			return err
		}

		return report(cmd, "the password of "+email+" is set", m.svc.resetPassword(cmd.Context(), email, password))
	})
	emailFlag(cmd, &email)
	cmd.Flags().BoolVar(&asToken, "token", false, "print a one-time token with which the person chooses a password")

	return cmd
}

func printResetToken(cmd *cobra.Command, m *Module, email string) error {
	made, err := m.svc.newResetTokenFor(cmd.Context(), email)
	if err != nil {
		return explain(err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\ncounts once, until %s\n", made.Token, made.ExpiresAt.Format(time.RFC3339))

	return err
}

func rotateCommand(open Opener) *cobra.Command {
	var onlySigning, onlyEncryption bool
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Replace the signing key and the encryption keys",
		Long: `Rotate makes a new key for access tokens (those that are out stay valid to their end), and a new
encryption key with which every secret in the database is sealed anew before the old keys are
dropped. Keys given by secrets.encryption_keys are yours to replace: put the new one first,
restart, run this, then drop the old ones. Rotate may run beside a server.`,
		Example: `  homehub keys rotate
  homehub keys rotate --signing`,
		Args: cobra.NoArgs,
	}
	cmd.RunE = with(open, func(cmd *cobra.Command, m *Module) error {
		if !onlyEncryption {
			if err := report(cmd, "the signing key is rotated", m.svc.rotateSigningKey(cmd.Context())); err != nil {
				return err
			}
		}
		if onlySigning {
			return nil
		}
		isFixed, err := m.svc.rotateEncryptionKeys(cmd.Context())
		done := "the encryption key is rotated; every secret is sealed with the new one"
		if isFixed {
			done = "every secret is sealed with the first of secrets.encryption_keys; the others can be dropped"
		}

		return report(cmd, done, err)
	})
	cmd.Flags().BoolVar(&onlySigning, "signing", false, "rotate the signing key only")
	cmd.Flags().BoolVar(&onlyEncryption, "encryption", false, "rotate the encryption keys only")
	cmd.MarkFlagsMutuallyExclusive("signing", "encryption")

	return cmd
}

func emailFlag(cmd *cobra.Command, email *string) {
	cmd.Flags().StringVar(email, "email", "", "the person's e-mail address (required)")
	_ = cmd.MarkFlagRequired("email")
}

// report prints what was done, or returns why not.
func report(cmd *cobra.Command, done string, err error) error {
	if err != nil {
		return explain(err)
	}
	_, _ = fmt.Fprintln(cmd.OutOrStdout(), done)

	return nil
}
