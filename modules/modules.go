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
	s := &Set{} // what calls against the arrows finds its callee here, once everything is there
	bus := events.New(events.Deps{DB: p.DB, Log: p.Log.Named("events"), Now: p.Now, Metrics: p.Metrics})

	auditMod := audit.New(audit.Deps{
		Config: cfg.Audit, Anchors: cfg.anchorsPath(),
		DB: p.DB, Keys: p.Secrets.Audit, Log: p.Log.Named("audit"), Now: p.Now, Metrics: p.Metrics,
	})

	hamanagerMod, err := hamanager.New(hamanager.Deps{
		Config: cfg.Instances, IsLoopback: cfg.isPrivate(), DataDir: cfg.DataDir,
		DB: p.DB, Keyring: p.Secrets.Encryption, Audit: auditMod, Events: bus,
		Places: places{s}, Log: p.Log.Named("hamanager"), Now: p.Now, Metrics: p.Metrics, BuildIndex: intent.BuildIndex,
	})
	if err != nil {
		return nil, fmt.Errorf("wire hamanager: %w", err)
	}

	authMod, err := auth.New(auth.Deps{
		Config: cfg.Auth, DB: p.DB, KV: p.KV, BellPath: cfg.bellPath(), Secrets: p.Secrets, Audit: auditMod, Events: bus,
		Log: p.Log.Named("auth"), Now: p.Now, Metrics: p.Metrics,
		IsLoopback: cfg.isLoopback(), LoginFailures: cfg.loginFailures(),
		PINFailures: cfg.pinFailures(), UserCodes: cfg.userCodes(), PublicURL: cfg.Server.PublicURL, Areas: hamanagerMod,
		OnHouseholdCreated:  hamanagerMod.Provision,
		OnHouseholdDeleting: s.onHouseholdDeleting(), OnHouseholdDeleted: s.onHouseholdDeleted(),
		OnDeviceRemoved: s.onDeviceRemoved(), Belongings: s.belongings(),
		Resealers: []func(context.Context) error{hamanagerMod.ResealTokens},
	})
	if err != nil {
		return nil, fmt.Errorf("wire auth: %w", err)
	}

	llmMod := llm.New(llm.Deps{Config: cfg.LLM, Warm: intent.SharedPrompt, KV: p.KV, Log: p.Log.Named("llm"), Now: p.Now, Metrics: p.Metrics})

	intentMod, err := intent.New(intent.Deps{
		Config: cfg.Intent, History: cfg.History, DB: p.DB, KV: p.KV, Homes: hamanagerMod, LLM: llmMod, Audit: auditMod, Events: bus,
		Words: auditMod, PINs: authMod, Callers: authMod, FingerprintKey: p.Secrets.Refresh,
		Log: p.Log.Named("intent"), Now: p.Now, Metrics: p.Metrics,
	})
	if err != nil {
		return nil, fmt.Errorf("wire intent: %w", err)
	}

	*s = Set{events: bus, audit: auditMod, hamanager: hamanagerMod, auth: authMod, llm: llmMod, intent: intentMod}

	return s, nil
}

// onHouseholdDeleting is what clears away what the modules keep of a household.
func (s *Set) onHouseholdDeleting() []func(ctx context.Context, householdID string) error {
	return []func(ctx context.Context, householdID string) error{
		func(ctx context.Context, householdID string) error { return s.hamanager.Abandon(ctx, householdID) },
		func(ctx context.Context, householdID string) error { return s.intent.ForgetHousehold(ctx, householdID) },
	}
}

// onHouseholdDeleted clears away the rest, once the end of the household is recorded.
func (s *Set) onHouseholdDeleted() []func(ctx context.Context, householdID string) error {
	return []func(ctx context.Context, householdID string) error{
		func(ctx context.Context, householdID string) error { return s.events.ForgetHousehold(ctx, householdID) },
		// Last, so that nothing is written about people after it.
		func(ctx context.Context, householdID string) error { return s.audit.ForgetHousehold(ctx, householdID) },
	}
}

// onDeviceRemoved is what clears away what the modules keep of a device.
func (s *Set) onDeviceRemoved() []func(ctx context.Context, householdID, deviceID string) error {
	return []func(ctx context.Context, householdID, deviceID string) error{
		func(ctx context.Context, householdID, deviceID string) error {
			return s.intent.ForgetDevice(ctx, householdID, deviceID)
		},
		func(ctx context.Context, _, deviceID string) error { return s.events.ForgetAudience(ctx, deviceID) },
	}
}

// belongings is what the modules keep of a person.
func (s *Set) belongings() []auth.Belongings {
	return []auth.Belongings{
		{
			Name: "utterances",
			Export: func(ctx context.Context, userID string, add func(item any) error) error {
				return s.intent.Export(ctx, userID, add)
			},
			Erase: func(ctx context.Context, userID string) error { return s.intent.Erase(ctx, userID) },
		},
		{
			Name: "timers",
			Export: func(ctx context.Context, userID string, add func(item any) error) error {
				return s.intent.ExportTimers(ctx, userID, add)
			},
			Erase: func(ctx context.Context, userID string) error { return s.intent.EraseKept(ctx, userID) },
		},
		{
			Name: "plans",
			Export: func(ctx context.Context, userID string, add func(item any) error) error {
				return s.intent.ExportPlans(ctx, userID, add)
			},
			Erase: func(ctx context.Context, userID string) error { return s.events.ForgetAudience(ctx, userID) },
		},
		{
			Name: "audit",
			Export: func(ctx context.Context, userID string, add func(item any) error) error {
				return s.audit.Export(ctx, userID, add)
			},
			Erase: func(ctx context.Context, userID string) error { return s.audit.Erase(ctx, userID) },
		},
	}
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
	group.Add("llm", s.llm.Run)
	group.Add("intent", s.intent.Run)

	return group.Run(ctx)
}

// places tells hamanager what auth knows of where households live.
type places struct{ set *Set }

// Hold implements hamanager.Places.
func (p places) Hold(ctx context.Context, householdID string) error {
	return p.set.auth.Hold(ctx, householdID)
}

// Place implements hamanager.Places.
func (p places) Place(ctx context.Context, householdID string) (hamanager.Place, error) {
	place, err := p.set.auth.Place(ctx, householdID)

	return hamanager.Place(place), err
}
