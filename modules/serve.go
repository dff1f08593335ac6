package modules

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"go.uber.org/zap"

	"homehub/docs"
	"homehub/modules/auth"
	"homehub/modules/intent"
	"homehub/platform/buildinfo"
	"homehub/platform/health"
	"homehub/platform/heap"
	"homehub/platform/httpx"
	"homehub/platform/lifecycle"
)

// lockName is the file in data_dir that keeps a second serve away.
const lockName = "serve.lock"

// stopMargin is what a part gets to stop beyond the time that requests in flight are given.
const stopMargin = 30 * time.Second

// Server is one running homehub.
type Server struct {
	cfg      Config
	lock     *flock.Flock
	platform *Platform
	modules  *Set
	http     *httpx.Server
}

// Start takes the data folder, brings the database up to date, wires everything and listens.
// The caller runs the server and then closes it; on an error nothing is left open.
func Start(ctx context.Context, cfg Config, logTo io.Writer) (_ *Server, err error) {
	lock, err := lockDataDir(cfg.DataDir)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, lock: lock}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()

	if s.platform, err = OpenPlatform(ctx, cfg, logTo); err != nil {
		return nil, err
	}
	if err = s.platform.DB.Migrate(ctx); err != nil {
		return nil, fmt.Errorf("migrate database: %w", err)
	}
	if s.modules, err = New(cfg, s.platform); err != nil {
		return nil, err
	}
	if err = s.openHTTP(); err != nil { //nolint:contextcheck // its middleware takes the context of each request
		return nil, err
	}

	return s, s.welcome(ctx)
}

// lockDataDir makes sure that no other serve uses the folder: two would run every virtual home twice.
func lockDataDir(dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open data_dir: %w", err)
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	isOurs, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data_dir: %w", err)
	}
	if !isOurs {
		return nil, fmt.Errorf("%w %s: stop it, or set data_dir (HOMEHUB_DATA_DIR) to a folder of this one's own", intent.ErrFolderInUse, dir)
	}

	return lock, nil
}

func (s *Server) openHTTP() error {
	p := s.platform
	server, err := httpx.New(s.cfg.Server, httpx.Deps{
		Log: p.Log.Named("http"), Metrics: p.Metrics, KV: p.KV, Spec: docs.OpenAPI, Limits: s.cfg.Limits,
		Health: health.New(map[string]health.Check{
			health.Database: p.checkDatabase,
			"kv":            p.checkKV,
			"llm":           s.modules.llm.Check,
			"instances":     s.modules.hamanager.Check,
		}, p.Now),
		Authenticate: s.modules.auth.Authenticate(), OnRefused: s.modules.auth.RecordRefusal,
		FailureWriters: s.modules.auth.FailureWriters(),
		Ready:          p.DB.Ping, Now: p.Now,
	})
	if err != nil {
		return fmt.Errorf("wire http: %w", err)
	}
	s.modules.Routes(server.Public(), server.API())
	s.modules.AdminRoutes(server.Admin())
	s.http = server

	return server.Listen()
}

// welcome makes the demonstration household of a fresh embedded installation, and keeps the
// address that `homehub say` goes to up to date.
func (s *Server) welcome(ctx context.Context) error {
	if !s.cfg.isEmbedded() || !s.cfg.isLoopback() {
		return nil
	}
	demo, err := s.modules.auth.EnsureDemo(ctx)
	if err != nil {
		return fmt.Errorf("make the demonstration household: %w", err)
	}

	return leaveLogin(s.cfg.DataDir, s.BaseURL(), demo)
}

// BaseURL is where the server answers.
func (s *Server) BaseURL() string { return "http://" + s.http.Addr() }

// Run serves until ctx ends: what was accepted is finished first, then the modules stop.
func (s *Server) Run(ctx context.Context) error {
	s.platform.Log.Info("homehub is ready",
		zap.String("version", buildinfo.Read().Version), zap.String("address", s.BaseURL()),
		zap.String("database", string(s.platform.DB.Dialect())), zap.String("instances", s.cfg.Instances.Kind))
	if s.cfg.isLoopback() && !s.cfg.isPrivate() && s.cfg.Auth.Registration == auth.RegistrationDefault {
		s.platform.Log.Warn("whoever reaches the proxy may register: set auth.registration to invite or closed")
	}
	// However long requests may take to end, the modules stay until they have.
	group := lifecycle.Group{StopTimeout: s.cfg.Server.DrainDelay + s.cfg.Server.ShutdownTimeout + stopMargin}
	group.Add("heap", heap.Run)
	group.Add("modules", s.modules.Run)
	group.Add("http", s.http.Run)

	err := group.Run(ctx)
	s.platform.Log.Info("homehub has stopped", zap.Error(err))

	return err
}

// Close releases everything that Start opened.
func (s *Server) Close() error {
	var errs []error
	if s.http != nil {
		errs = append(errs, s.http.Close())
	}
	if s.platform != nil {
		errs = append(errs, s.platform.Close())
	}

	return errors.Join(append(errs, s.lock.Unlock())...)
}

func (p *Platform) checkDatabase(ctx context.Context) health.Result {
	if err := p.DB.Ping(ctx); err != nil {
		p.Log.Warn("the database does not answer", zap.Error(err))

		return health.Result{Status: health.Down, Message: "The database does not answer."}
	}

	return health.Result{Status: health.Up}
}

func (p *Platform) checkKV(ctx context.Context) health.Result {
	if err := p.KV.Ping(ctx); err != nil {
		p.Log.Warn("kv does not answer", zap.Error(err))

		return health.Result{Status: health.Down, Message: "The key-value store does not answer."}
	}

	return health.Result{Status: health.Up}
}
