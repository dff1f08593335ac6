package intent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"homehub/modules/intent/internal/meaning"
	"homehub/modules/intent/internal/sayclient"
	"homehub/platform/clock"
	"homehub/platform/exitcode"
)

// sayOptions are the flags of say.
type sayOptions struct {
	server string
	isJSON bool
	saying sayclient.Saying
}

func sayCommand(deps CommandDeps) *cobra.Command {
	var o sayOptions
	cmd := &cobra.Command{
		Use:   "say <text>",
		Short: "Say a sentence to a running server, and print the answer",
		Long: `Say a sentence in Hungarian to a running server, and print what it answers. The login is
the one that serve leaves in data_dir/cli.json. Where no server answers and the settings are
the embedded defaults, a server runs in this process for the one sentence.

Exit codes: 0 done, already so, or answered; 3 homehub asks back or did not understand (say
the answer with another say within 30 seconds); 1 anything else.`,
		Example: `  homehub say "kapcsold fel a villanyt a konyhában"
  homehub say --dry-run --json "kapcsolj le minden lámpát"
  homehub say "nyisd ki a bejárati ajtót" || homehub say igen`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.saying.Text = strings.Join(args, " ")
			answer, err := say(cmd.Context(), deps, o, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if o.isJSON {
				fmt.Fprintln(cmd.OutOrStdout(), string(answer.Body))
			} else {
				fmt.Fprintln(cmd.OutOrStdout(), answer.Speech)
			}

			return exitOf(meaning.Status(answer.Status))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.server, "server", "", "address of the server (default: the one in data_dir/cli.json)")
	flags.StringVar(&o.saying.ConversationID, "conversation", "", "conversation to go on with (default: the last one, while its question is open)")
	flags.StringVar(&o.saying.DeviceArea, "area", "", "room in which it is said, by name or id")
	flags.BoolVar(&o.saying.DryRun, "dry-run", false, "understand only, change nothing")
	flags.BoolVar(&o.isJSON, "json", false, "print the whole answer as JSON")

	return cmd
}

const (
	// busyPatience is how long another say, or a serve that starts, may keep the data folder.
	busyPatience = 5 * time.Second
	busyPause    = 50 * time.Millisecond
)

// say takes the sentence to the server that was named, or to the one that runs here, or to
// one of its own.
func say(ctx context.Context, deps CommandDeps, o sayOptions, notes io.Writer) (sayclient.Answer, error) {
	dir, err := deps.DataDir()
	if err != nil {
		return sayclient.Answer{}, err
	}
	for begun := clock.System(); ; {
		answer, err := sayclient.New(dir, o.server, clock.System).Say(ctx, o.saying)
		if o.server != "" || deps.Serve == nil || !errors.Is(err, sayclient.ErrNoServer) {
			return answer, err
		}
		baseURL, stop, serveErr := deps.Serve(ctx)
		if serveErr == nil {
			answer, err = sayHere(ctx, sayclient.New(dir, baseURL, clock.System), o.saying, notes)

			return answer, errors.Join(err, stop())
		}
		if !errors.Is(serveErr, ErrFolderInUse) || clock.System().Sub(begun) > busyPatience {
			return sayclient.Answer{}, errors.Join(err, serveErr)
		}
		select { // soon that process is done, or answers
		case <-time.After(busyPause):
		case <-ctx.Done():
			return sayclient.Answer{}, ctx.Err()
		}
	}
}

// sayHere says the sentence to this process's own server.
func sayHere(ctx context.Context, client *sayclient.Client, s sayclient.Saying, notes io.Writer) (sayclient.Answer, error) {
	fmt.Fprintln(notes, `No server answers: running one in this process for this sentence. "homehub serve" keeps one running.`)
	if err := client.WaitForHome(ctx); err != nil {
		return sayclient.Answer{}, err
	}
	answer, err := client.Say(ctx, s)
	if status := meaning.Status(answer.Status); status == meaning.StatusClarify || status == meaning.StatusConfirm {
		fmt.Fprintln(notes, `The question ends with this server: ask and answer while "homehub serve" runs.`)
	}

	return answer, err
}

// exitOf is the documented exit code of a status.
func exitOf(status meaning.Status) error {
	switch status {
	case meaning.StatusDone, meaning.StatusAlready, meaning.StatusAnswered:
		return nil
	case meaning.StatusClarify, meaning.StatusConfirm, meaning.StatusNotUnderstood:
		return exitcode.New(exitcode.AsksBack, nil)
	default:
		return exitcode.New(exitcode.Failed, nil)
	}
}
