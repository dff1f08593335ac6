package log

import (
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-isatty"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// The formats of a log.
const (
	formatConsole = "console"
	formatJSON    = "json"
)

// Config is the log section of config.yaml.
type Config struct {
	Level  string `koanf:"level"`  // debug, info, warn or error
	Format string `koanf:"format"` // console or json; empty: console on a terminal, else json
}

// Defaults are the embedded settings.
func Defaults() Config { return Config{Level: "info"} }

// Validate reports every problem at once.
func (c Config) Validate() error {
	var errs []error
	if _, err := c.level(); err != nil {
		errs = append(errs, err)
	}
	if c.Format != "" && c.Format != formatConsole && c.Format != formatJSON {
		errs = append(errs, fmt.Errorf("log.format must be console or json, got %q", c.Format))
	}

	return errors.Join(errs...)
}

func (c Config) level() (zapcore.Level, error) {
	switch c.Level {
	case "debug":
		return zapcore.DebugLevel, nil
	case "info", "":
		return zapcore.InfoLevel, nil
	case "warn":
		return zapcore.WarnLevel, nil
	case "error":
		return zapcore.ErrorLevel, nil
	default:
		return 0, fmt.Errorf("log.level must be debug, info, warn or error, got %q", c.Level)
	}
}

// New builds the logger. Whatever it writes to out has been through redact, as the bytes that
// would otherwise have been written: message, fields, errors and stacks alike.
func New(cfg Config, out zapcore.WriteSyncer, redact *Redactor) (*zap.Logger, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	level, err := cfg.level()
	if err != nil {
		return nil, err
	}
	isJSON := cfg.Format == formatJSON || cfg.Format == "" && !isTerminal(out)
	safe := zapcore.Lock(&redactingWriter{out: out, redact: redact, isJSON: isJSON})

	return zap.New(zapcore.NewCore(encoder(isJSON), safe, level), zap.ErrorOutput(safe)), nil
}

func encoder(isJSON bool) zapcore.Encoder {
	cfg := zapcore.EncoderConfig{
		TimeKey:        "time",
		LevelKey:       "level",
		NameKey:        "logger",
		MessageKey:     "msg",
		StacktraceKey:  "stack",
		EncodeLevel:    zapcore.LowercaseLevelEncoder,
		EncodeTime:     zapcore.TimeEncoderOfLayout("2006-01-02T15:04:05.000Z07:00"),
		EncodeDuration: func(d time.Duration, enc zapcore.PrimitiveArrayEncoder) { enc.AppendString(d.String()) },
	}
	if isJSON {
		return zapcore.NewJSONEncoder(cfg)
	}
	cfg.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05.000")
	cfg.EncodeLevel = zapcore.CapitalLevelEncoder
	cfg.ConsoleSeparator = "  "

	return zapcore.NewConsoleEncoder(cfg)
}

func isTerminal(out zapcore.WriteSyncer) bool {
	f, ok := out.(interface{ Fd() uintptr })

	return ok && isatty.IsTerminal(f.Fd())
}
