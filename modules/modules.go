// Package modules is the composition root: the only package that knows every module.
// Reading New from top to bottom is reading the dependency graph.
package modules

import (
	"context"
	"fmt"

	"github.com/labstack/echo/v4"

	"homehub/modules/audit"
	"homehub/modules/auth"
	"homehub/modules/hamanager"
	"homehub/modules/intent"
	"homehub/modules/llm"
	"homehub/platform/events"
	"homehub/platform/lifecycle"
)

// Set is all modules, wired.
type Set struct {
	events    *events.Bus
	audit     *audit.Module
	hamanager *hamanager.Module
	auth      *auth.Module
	llm       *llm.Module
	intent    *intent.Module
}

// New wires the modules leaf first; it does no I/O.
func New(cfg Config, p *Platform) (*Set, error) {
	bus := events.New(events.Deps{DB: p.DB, Log: p.Log.Named("events"), Now: p.Now, Metrics: p.Metrics})

	auditMod := audit.New(audit.Deps{
		Config: cfg.Audit, Anchors: cfg.anchorsPath(),
		DB: p.DB, Keys: p.Secrets.Audit, Log: p.Log.Named("audit"), Now: p.Now, Metrics: p.Metrics,
	})

	// These two are called by what is made before them, once everything is there.
	var (
		authMod   *auth.Module
		intentMod *intent.Module
	)

	hamanagerMod, err := hamanager.New(hamanager.Deps{
		Config: cfg.Instances, IsLoopback: cfg.isPrivate(), DataDir: cfg.DataDir,
		DB: p.DB, Keyring: p.Secrets.Encryption, Audit: auditMod, Events: bus,
		Places: places(func(ctx context.Context, householdID string) (auth.Place, error) {
			return authMod.Place(ctx, householdID)
		}),
		Log: p.Log.Named("hamanager"), Now: p.Now, Metrics: p.Metrics, BuildIndex: intent.BuildIndex,
	})
	if err != nil {
		return nil, fmt.Errorf("wire hamanager: %w", err)
	}

	authMod, err = auth.New(auth.Deps{
		Config: cfg.Auth, DB: p.DB, KV: p.KV, BellPath: cfg.bellPath(), Secrets: p.Secrets, Audit: auditMod, Events: bus,
		Log: p.Log.Named("auth"), Now: p.Now, Metrics: p.Metrics,
		IsLoopback: cfg.isLoopback(), LoginFailures: cfg.loginFailures(),
		PINFailures: cfg.pinFailures(), UserCodes: cfg.userCodes(), PublicURL: cfg.Server.PublicURL, Areas: hamanagerMod,
		OnHouseholdCreated: hamanagerMod.Provision,
		OnHouseholdDeleted: []func(context.Context, string) error{
			hamanagerMod.Abandon,
			bus.ForgetHousehold,
			func(ctx context.Context, householdID string) error {
				return intentMod.ForgetHousehold(ctx, householdID)
			},
			auditMod.ForgetHousehold, // last, so that nothing is written about people after it
		},
		Belongings: []auth.Belongings{
			{
				Name: "utterances",
				Export: func(ctx context.Context, userID string, add func(item any) error) error {
					return intentMod.Export(ctx, userID, add)
				},
				Erase: func(ctx context.Context, userID string) error { return intentMod.Erase(ctx, userID) },
			},
			{Name: "audit", Export: auditMod.Export, Erase: auditMod.Erase},
		},
		Resealers: []func(context.Context) error{hamanagerMod.ResealTokens},
	})
	if err != nil {
		return nil, fmt.Errorf("wire auth: %w", err)
	}

	llmMod := llm.New(llm.Deps{Config: cfg.LLM, Log: p.Log.Named("llm"), Now: p.Now, Metrics: p.Metrics})

	intentMod, err = intent.New(intent.Deps{
		Config: cfg.Intent, History: cfg.History, DB: p.DB, KV: p.KV, Homes: hamanagerMod, LLM: llmMod, Audit: auditMod, Events: bus,
		PINs: authMod, FingerprintKey: p.Secrets.Refresh,
		Log: p.Log.Named("intent"), Now: p.Now, Metrics: p.Metrics,
	})
	if err != nil {
		return nil, fmt.Errorf("wire intent: %w", err)
	}

	return &Set{events: bus, audit: auditMod, hamanager: hamanagerMod, auth: authMod, llm: llmMod, intent: intentMod}, nil
}

// Routes mounts every module's routes: public ones, and those that require a caller.
func (s *Set) Routes(public, api *echo.Group) {
	s.auth.Routes(public, api)
	s.hamanager.Routes(api)
	s.intent.Routes(api)
	s.audit.Routes(api)
	s.events.Routes(api)
}

// AdminRoutes mounts the operator's routes.
func (s *Set) AdminRoutes(admin *echo.Group) {
	s.auth.AdminRoutes(admin)
	s.hamanager.AdminRoutes(admin)
	s.audit.AdminRoutes(admin)
}

// Run does the modules' background work until ctx ends. Whoever needs another one stops first.
func (s *Set) Run(ctx context.Context) error {
	var group lifecycle.Group
	group.Add("events", s.events.Run)
	group.Add("audit", s.audit.Run) // stops last: its last anchors hold what the others recorded
	group.Add("auth", s.auth.Run)
	group.Add("hamanager", s.hamanager.Run)
	group.Add("intent", s.intent.Run)

	return group.Run(ctx)
}

// places tells hamanager what auth knows of where households live.
type places func(ctx context.Context, householdID string) (auth.Place, error)

// Place implements hamanager.Places.
func (p places) Place(ctx context.Context, householdID string) (hamanager.Place, error) {
	place, err := p(ctx, householdID)

	return hamanager.Place(place), err
}
