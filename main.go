// Command homehub is the backend that lets many households talk to their homes.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/spf13/cobra"

	"homehub/modules"
	"homehub/platform/buildinfo"
	"homehub/platform/exitcode"
	"homehub/platform/hashing"
	"homehub/platform/heap"
)

func main() {
	hashing.Main()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heap.RestPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := rootCommand().ExecuteContext(ctx)
	stop()
	if err != nil {
		if text := err.Error(); text != "" {
			fmt.Fprintln(os.Stderr, "homehub:", text)
		}
		os.Exit(exitcode.Of(err))
	}
}

// rootCommand is made of what the modules and the platform bring.
func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "homehub",
		Short: "Lets many households talk to their homes, in Hungarian",
		Long: `homehub gives each household its own Home Assistant, understands what its people say,
does it, checks that it really happened, and answers.

Any key of config.yaml can be set through the environment: server.address is
HOMEHUB_SERVER_ADDRESS. Exit codes: 0 done, 1 failed, 3 (say) homehub asks back or did
not understand.`,
		Example: `  homehub serve
  homehub say "kapcsold fel a villanyt a konyhában"`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	configPath := root.PersistentFlags().String("config", os.Getenv("HOMEHUB_CONFIG"),
		"settings file (default: config.yaml in the working folder, where there is one)")
	root.AddCommand(modules.Commands(func() (modules.Config, error) { return modules.LoadConfig(*configPath) })...)
	root.AddCommand(buildinfo.Command())
	root.CompletionOptions.HiddenDefaultCmd = true

	return root
}
