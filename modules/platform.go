package modules

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"homehub/platform/clock"
	"homehub/platform/config"
	"homehub/platform/database"
	"homehub/platform/kv"
	"homehub/platform/log"
	"homehub/platform/metrics"
	"homehub/platform/secret"
)

// Platform is what the modules stand on.
type Platform struct {
	Log     *zap.Logger
	Metrics *prometheus.Registry
	Secrets *secret.Set
	DB      *database.DB
	KV      kv.Store
	Now     clock.Clock
}

// OpenPlatform opens what cfg names; it leaves the database as it is. The caller closes it.
func OpenPlatform(ctx context.Context, cfg Config, logTo io.Writer) (*Platform, error) {
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("open data_dir: %w", err)
	}
	secrets, err := secret.Load(cfg.Secrets, cfg.DataDir, cfg.isEmbedded()) //nolint:contextcheck // a local file lock, held for an instant
	if err != nil {
		return nil, fmt.Errorf("load secrets: %w", err)
	}
	redactor := log.NewRedactor()
	redactor.Add(append(secrets.Values(), config.Secrets(cfg)...)...)
	logger, err := log.New(cfg.Log, zapcore.AddSync(logTo), redactor)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}

	p := &Platform{Log: logger, Metrics: metrics.New(), Secrets: secrets, Now: clock.System}
	p.DB, err = database.Open(ctx, cfg.Database, database.Deps{
		DataDir: cfg.DataDir, Log: logger.Named("database"), Metrics: p.Metrics,
	})
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	p.KV, err = kv.Open(ctx, cfg.KV, kv.Deps{Log: logger.Named("kv"), Metrics: p.Metrics, Now: p.Now})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open kv: %w", err), p.DB.Close())
	}

	return p, nil
}

// Close releases what OpenPlatform opened.
func (p *Platform) Close() error {
	p.KV.Close()
	err := p.DB.Close()
	_ = p.Log.Sync() // a terminal cannot be synced; nothing is lost

	return err
}
