package intent

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"homehub/modules/hamanager/hamanagerapi"
)

// CommandDeps is what intent's commands need of the composition root. Settings are read when
// a command runs, not before.
type CommandDeps struct {
	// DataDir is where serve leaves the login for say.
	DataDir func() (string, error)
	// Serve runs a server in this process until stop. It fails where the settings are not the
	// embedded defaults, and with ErrFolderInUse while another process has the data folder.
	Serve func(ctx context.Context) (baseURL string, stop func() error, err error)
	// OpenModel opens the language model of the settings; nil: there is none.
	OpenModel func(ctx context.Context) (Model, func() error, error)
	// OpenHome opens a simulated home from a fixtures file.
	OpenHome func(ctx context.Context, path string) (hamanagerapi.Instance, func() error, error)
}

// ErrFolderInUse is CommandDeps.Serve's error that passes.
var ErrFolderInUse = errors.New("another homehub serve uses the data folder")

// Commands are intent's commands of the command line.
func Commands(deps CommandDeps) []*cobra.Command {
	return []*cobra.Command{sayCommand(deps), evalCommand(deps)}
}
