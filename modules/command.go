package modules

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"homehub/modules/audit"
	"homehub/modules/auth"
	"homehub/modules/hamanager"
	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/intent"
	"homehub/modules/llm"
	"homehub/modules/llm/llmapi"
	"homehub/platform/clock"
	"homehub/platform/database"
	"homehub/platform/httpx"
	"homehub/platform/secret"
)

// Commands are the subcommands of homehub, each brought by the part that it belongs to.
func Commands(load func() (Config, error)) []*cobra.Command {
	c := commander{load: load}
	commands := []*cobra.Command{
		c.serve(),
		database.Command(c.openDatabase),
		httpx.HealthcheckCommand(c.serverAddress),
		hamanager.VirtualHomeCommand(),
	}
	commands = append(commands, intent.Commands(c.intentDeps())...)
	commands = append(commands, llm.Commands(llm.CommandDeps{Settings: c.llmSettings, Trials: llmTrials})...)
	commands = append(commands, auth.Commands(c.openAuth)...)
	commands = append(commands, audit.Commands(audit.CommandDeps{Open: c.openAudit, Keys: c.auditKeys})...)

	return commands
}

// commander opens what commands work on; settings are read when a command runs, not before.
type commander struct{ load func() (Config, error) }

func (c commander) serve() *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run homehub",
		Long: `Run homehub until it is told to stop (Ctrl-C, SIGTERM). Without any settings it keeps
everything in the folder data, gives every household a simulated home, and makes a
demonstration household for "homehub say".`,
		Example: `  homehub serve
  HOMEHUB_SERVER_ADDRESS=127.0.0.1:9000 HOMEHUB_LOG_LEVEL=debug homehub serve`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg, err := c.load()
			if err != nil {
				return err
			}
			server, err := Start(cmd.Context(), cfg, os.Stderr)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, server.Close()) }()

			return server.Run(cmd.Context())
		},
	}
}

// openPlatform gives what offline commands stand on: no server, no migration, a quiet log.
func (c commander) openPlatform(ctx context.Context) (Config, *Platform, error) {
	cfg, err := c.load()
	if err != nil {
		return cfg, nil, err
	}
	cfg.Log.Level = "warn"
	p, err := OpenPlatform(ctx, cfg, os.Stderr)

	return cfg, p, err
}

// openModules gives the modules to a command that works beside a server, or without one.
func (c commander) openModules(ctx context.Context) (*Set, func() error, error) {
	cfg, p, err := c.openPlatform(ctx)
	if err != nil {
		return nil, nil, err
	}
	if err := p.DB.Migrate(ctx); err != nil {
		return nil, nil, errors.Join(err, p.Close())
	}
	set, err := New(cfg, p)
	if err != nil {
		return nil, nil, errors.Join(err, p.Close())
	}

	return set, p.Close, nil
}

func (c commander) openAuth(ctx context.Context) (*auth.Module, func() error, error) {
	set, done, err := c.openModules(ctx)
	if err != nil {
		return nil, nil, err
	}

	return set.auth, done, nil
}

func (c commander) openAudit(ctx context.Context) (*audit.Module, func() error, error) {
	set, done, err := c.openModules(ctx)
	if err != nil {
		return nil, nil, err
	}

	return set.audit, done, nil
}

// auditKeys reads the keys alone, for what needs no database.
func (c commander) auditKeys() ([]secret.Key, error) {
	cfg, err := c.load()
	if err != nil {
		return nil, err
	}
	secrets, err := secret.Load(cfg.Secrets, cfg.DataDir, cfg.isEmbedded())
	if err != nil {
		return nil, fmt.Errorf("load secrets: %w", err)
	}

	return secrets.Audit, nil
}

func (c commander) openDatabase(ctx context.Context) (*database.DB, func() error, error) {
	_, p, err := c.openPlatform(ctx)
	if err != nil {
		return nil, nil, err
	}

	return p.DB, p.Close, nil
}

func (c commander) serverAddress() (string, error) {
	cfg, err := c.load()

	return cfg.Server.Address, err
}

func (c commander) llmSettings() (llm.Config, error) {
	cfg, err := c.load()

	return cfg.LLM, err
}

// llmTrials are what requests would ask the model, of sentences said in the built-in home.
func llmTrials(ctx context.Context, tokens func(text string) int) (trials []llmapi.Trial, err error) {
	instance, stop, err := openHome(ctx, "")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()

	return intent.Trials(instance.Home(), tokens, clock.System())
}

func (c commander) intentDeps() intent.CommandDeps {
	return intent.CommandDeps{
		DataDir: func() (string, error) {
			cfg, err := c.load()

			return cfg.DataDir, err
		},
		Serve:    c.serveHere,
		OpenHome: openHome, OpenModel: c.openModel,
	}
}

// openModel opens the language model of the settings for a command: without a household's share,
// and without keeping it warm.
func (c commander) openModel(context.Context) (intent.Model, func() error, error) {
	cfg, err := c.load()
	if err != nil {
		return nil, nil, err
	}
	cfg.LLM.TokensPerDay = 0
	model := llm.New(llm.Deps{Config: cfg.LLM, Log: zap.NewNop(), Now: clock.System})

	return model, func() error { return nil }, nil
}

// openHome is a simulated home with the grammar's index, as a household would have it.
func openHome(ctx context.Context, path string) (hamanagerapi.Instance, func() error, error) {
	return hamanager.OpenFixture(ctx, path, intent.BuildIndex)
}

// serveHere runs a server in this process, at an address of its own, for a command that
// found none. Only an embedded installation may: another one has its server elsewhere.
func (c commander) serveHere(ctx context.Context) (baseURL string, stop func() error, err error) {
	cfg, err := c.load()
	if err != nil {
		return "", nil, err
	}
	if !cfg.isEmbedded() || !cfg.isLoopback() {
		return "", nil, errors.New("start it with homehub serve")
	}
	lasting := "http://" + cfg.Server.Address
	cfg.Server.Address, cfg.Server.OpsAddress, cfg.Log.Level = "127.0.0.1:0", "", "error"
	server, err := Start(ctx, cfg, os.Stderr)
	if err != nil {
		return "", nil, err
	}

	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()

	return server.BaseURL(), func() error {
		cancel()
		// The port is anybody's now: no later say may take the login there.
		err := errors.Join(<-done, leaveLogin(cfg.DataDir, lasting, nil))

		return errors.Join(err, server.Close())
	}, nil
}
