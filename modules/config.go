package modules

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"homehub/modules/audit"
	"homehub/modules/auth"
	"homehub/modules/hamanager"
	"homehub/modules/intent"
	"homehub/modules/llm"
	"homehub/platform/config"
	"homehub/platform/database"
	"homehub/platform/httpx"
	"homehub/platform/kv"
	"homehub/platform/log"
	"homehub/platform/secret"
)

// Config is config.yaml: one section for each part that has something to set.
type Config struct {
	// DataDir holds what homehub keeps on disk. Default: data.
	DataDir   string           `koanf:"data_dir"`
	Server    httpx.Config     `koanf:"server"`
	Limits    httpx.Limits     `koanf:"limits"`
	Database  database.Config  `koanf:"database"`
	KV        kv.Config        `koanf:"kv"`
	Secrets   secret.Config    `koanf:"secrets"`
	Log       log.Config       `koanf:"log"`
	Audit     audit.Config     `koanf:"audit"`
	Auth      auth.Config      `koanf:"auth"`
	Instances hamanager.Config `koanf:"instances"`
	Intent    intent.Config    `koanf:"intent"`
	History   intent.History   `koanf:"history"`
	LLM       llm.Config       `koanf:"llm"`
}

// Defaults are the embedded settings: nothing else needs to be installed.
func Defaults() Config {
	return Config{
		DataDir:   "data",
		Server:    httpx.Defaults(),
		Limits:    httpx.DefaultLimits(),
		Database:  database.Defaults(),
		KV:        kv.Defaults(),
		Log:       log.Defaults(),
		Audit:     audit.Defaults(),
		Auth:      auth.Defaults(),
		Instances: hamanager.Defaults(),
		Intent:    intent.Defaults(),
		History:   intent.DefaultHistory(),
		LLM:       llm.Defaults(),
	}
}

// LoadConfig reads path over the defaults, and the environment over both.
func LoadConfig(path string) (Config, error) {
	return config.Load(path, Defaults(), os.Environ())
}

// Validate reports every problem at once.
func (c Config) Validate() error {
	errs := []error{
		c.Server.Validate(), c.Limits.Validate(), c.Database.Validate(), c.KV.Validate(), c.Secrets.Validate(),
		c.Log.Validate(), c.Audit.Validate(), c.Auth.Validate(), c.Instances.Validate(), c.Intent.Validate(), c.History.Validate(), c.LLM.Validate(),
	}
	if c.DataDir == "" {
		errs = append(errs, errors.New("data_dir must name a folder"))
	}
	if c.LLM.URL != "" && c.Intent.PromptTokens+answerTokens > c.LLM.NumCtx {
		errs = append(errs, fmt.Errorf("intent.prompt_tokens and %d for the answer must fit into llm.num_ctx: %d is more than %d",
			answerTokens, c.Intent.PromptTokens+answerTokens, c.LLM.NumCtx))
	}
	if c.Intent.Deadline >= c.Server.WriteTimeout {
		errs = append(errs, fmt.Errorf("intent.deadline must be shorter than server.write_timeout, which ends the connection: %s is not shorter than %s",
			c.Intent.Deadline, c.Server.WriteTimeout))
	}

	return errors.Join(errs...)
}

// answerTokens is what the language model's answer may take beside the prompt.
const answerTokens = 400

// isEmbedded reports whether this process keeps everything itself: then it may make its
// own secrets, and the first start brings a demonstration household.
func (c Config) isEmbedded() bool { return c.Database.IsSQLite() }

// bellPath is where commands tell a server of changed rights; empty where kv does that.
func (c Config) bellPath() string {
	if c.KV.IsShared() {
		return ""
	}

	return filepath.Join(c.DataDir, "rights.bell")
}

// anchorsPath is where audit keeps the heads of its chains apart from the database.
func (c Config) anchorsPath() string { return filepath.Join(c.DataDir, "audit.anchors") }

// isPrivate reports whether only this machine can reach the server: not through a proxy either.
func (c Config) isPrivate() bool { return c.isLoopback() && len(c.Server.TrustedProxies) == 0 }

// isLoopback reports whether the server listens for this machine only.
func (c Config) isLoopback() bool {
	host, _, err := net.SplitHostPort(c.Server.Address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)

	return ip != nil && ip.IsLoopback()
}

// userCodes is the limit that auth keeps itself, because it is about guesses.
func (c Config) userCodes() kv.Limit {
	if !c.Limits.Enabled {
		return kv.Limit{}
	}

	return c.Limits.UserCodes.Limit()
}

// loginFailures is the limit that auth keeps itself, because it counts by account.
func (c Config) loginFailures() kv.Limit {
	if !c.Limits.Enabled {
		return kv.Limit{}
	}

	return c.Limits.LoginFailures.Limit()
}

// pinFailures is a limit that auth keeps itself, too: it counts what comes in sentences.
func (c Config) pinFailures() kv.Limit {
	if !c.Limits.Enabled {
		return kv.Limit{}
	}

	return c.Limits.PINFailures.Limit()
}
