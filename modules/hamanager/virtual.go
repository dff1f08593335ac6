package hamanager

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"homehub/modules/audit/auditapi"
	"homehub/modules/hamanager/internal/fixture"
	"homehub/modules/hamanager/internal/hass"
	"homehub/modules/hamanager/internal/virtualhome"
	"homehub/platform/identity"
)

const (
	// virtualURL is never resolved: the virtual home is dialled in memory.
	virtualURL = "http://virtual-home.internal"
	// onboardPatience is ample: a virtual home answers at once.
	onboardPatience = 30 * time.Second
	ownerName       = "homehub"
)

// runVirtual runs the household's virtual home, and everything against it that a real one
// would see: the same onboarding, the same session.
func (r *runner) runVirtual(ctx context.Context) error {
	leave, err := r.fleet.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()

	home, err := r.fleet.openVirtual(r.instance.HouseholdID)
	if err != nil {
		return err
	}

	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := home.Run(ctx); err != nil {
			r.log.Error("the last changes of a virtual home were not saved", zap.Error(err))
		}
	}()
	defer func() {
		cancel()
		<-ended
	}()

	for ctx.Err() == nil {
		endpoint, err := r.virtualEndpoint(ctx, home)
		if err != nil {
			return err
		}
		leave()

		session, end := context.WithCancel(ctx)
		r.follow(session, endpoint, end)
		end()
		r.instance.Token = "" // refused: the home has forgotten it, and is set up anew
	}

	return nil
}

// virtualEndpoint opens the home, onboarding it first where homehub has no token for it.
func (r *runner) virtualEndpoint(ctx context.Context, home *virtualhome.Home) (hass.Endpoint, error) {
	endpoint := hass.Endpoint{BaseURL: virtualURL, Dial: home.Dial}
	if r.instance.Token != "" {
		token, err := r.fleet.keyring.Open(r.instance.Token)
		endpoint.Token = string(token)
		if err != nil {
			return endpoint, fmt.Errorf("open sealed token: %w", err)
		}

		return endpoint, nil
	}

	r.report(progress{Status: statusOnboarding})
	token, err := r.onboard(ctx, endpoint)
	endpoint.Token = token

	return endpoint, err
}

// onboard sets the home up and keeps its token. It may fail anywhere and be repeated.
func (r *runner) onboard(ctx context.Context, endpoint hass.Endpoint) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, onboardPatience)
	defer cancel()

	password, err := r.ownerPassword(ctx)
	if err != nil {
		return "", err
	}
	place, err := r.fleet.place(ctx, r.instance.HouseholdID)
	if err != nil {
		return "", err
	}
	token, err := setUp(ctx, endpoint, password, place)
	if err != nil {
		return "", fmt.Errorf("onboard: %w", err)
	}
	if r.instance.Token, err = r.fleet.keyring.Seal([]byte(token)); err != nil {
		return "", fmt.Errorf("seal token: %w", err)
	}

	return token, r.fleet.db.InTx(ctx, func(ctx context.Context) error {
		if err := r.fleet.store.saveCredentials(ctx, r.instance); err != nil {
			return err
		}

		return r.fleet.record(ctx, r.instance, actionOnboard, auditapi.Actor{Kind: string(identity.System)})
	})
}

// ownerPassword returns the password of the home's owner. It is stored before it is used: a
// crash after the owner was created must not lock homehub out.
func (r *runner) ownerPassword(ctx context.Context) (string, error) {
	if r.instance.Password != "" {
		password, err := r.fleet.keyring.Open(r.instance.Password)
		if err != nil {
			return "", fmt.Errorf("open sealed password: %w", err)
		}

		return string(password), nil
	}

	password := rand.Text()
	sealed, err := r.fleet.keyring.Seal([]byte(password))
	if err != nil {
		return "", fmt.Errorf("seal password: %w", err)
	}
	r.instance.Username, r.instance.Password = ownerName, sealed

	return password, r.fleet.store.saveCredentials(ctx, r.instance)
}

// setUp onboards a home that is homehub's own, and exposes all of it.
func setUp(ctx context.Context, endpoint hass.Endpoint, password string, p Place) (token string, err error) {
	client := hass.NewClient(endpoint)
	defer client.Close()

	token, err = client.SetUp(ctx, hass.Setup{
		Owner: hass.Owner{Name: ownerName, Username: ownerName, Password: password, Language: p.Language},
		Place: hass.Place{
			LocationName: p.Name, Language: p.Language, TimeZone: p.TimeZone, Country: p.Country,
			UnitSystem: p.UnitSystem, Latitude: p.Latitude, Longitude: p.Longitude,
		},
		ClientName: ownerName + " " + identity.NewID(),
	})
	if err != nil {
		return "", err
	}

	endpoint.Token = token
	conn, err := hass.Connect(ctx, endpoint)
	if err != nil {
		return "", err
	}
	defer conn.Close()

	return token, conn.ExposeAll(ctx)
}

// openVirtual makes a household's virtual home, with the state it had when it last ran.
func (f *fleet) openVirtual(householdID string) (*virtualhome.Home, error) {
	definition, err := loadDefinition(f.cfg.Virtual.Home)
	if err != nil {
		return nil, err
	}
	path := f.virtualPath(householdID)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make folder for virtual homes: %w", err)
	}

	return virtualhome.New(virtualhome.Options{Definition: definition, StatePath: path, Log: f.log, Now: f.now})
}

// loadDefinition reads the home's description; an empty path means the built-in home.
func loadDefinition(path string) (*fixture.File, error) {
	if path == "" {
		return fixture.BuiltIn()
	}

	return fixture.Load(path)
}

// virtualPath is where a virtual home keeps its state. Household ids are UUIDs.
func (f *fleet) virtualPath(householdID string) string {
	return filepath.Join(f.dataDir, "homes", filepath.Base(householdID)+".json")
}

// forgetVirtual removes what a virtual home has left behind; there may be nothing.
func (f *fleet) forgetVirtual(householdID string) error {
	return virtualhome.Forget(f.virtualPath(householdID))
}
