package hamanagertest

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"homehub/modules/hamanager/internal/hass"
	"homehub/platform/identity"
)

// The environment of tests that need a real Home Assistant, and the user they expect there,
// or create.
const (
	realHassVariable = "HOMEHUB_TEST_HASS_URL"
	requiredVariable = "HOMEHUB_TEST_REQUIRED"
	realHassUser     = "homehub"
	realHassPassword = "homehub-test-password"
	realHassPatience = 3 * time.Minute // a slow machine's first start
)

// Real is a real Home Assistant and a long-lived token of its owner.
type Real struct{ URL, Token string }

// RealHass returns the Home Assistant that HOMEHUB_TEST_HASS_URL names, onboarded. Without
// one the test is skipped, or fails where HOMEHUB_TEST_REQUIRED says that nothing may miss.
func RealHass(tb testing.TB) Real {
	tb.Helper()

	url := os.Getenv(realHassVariable)
	if url == "" {
		if os.Getenv(requiredVariable) != "" {
			tb.Fatalf("%s is not set, and %s forbids to go without", realHassVariable, requiredVariable)
		}
		tb.Skipf("SKIPPED: needs a real Home Assistant; name one in %s", realHassVariable)
	}

	realHass.once.Do(func() { realHass.token, realHass.err = setUp(url) })
	if realHass.err != nil {
		tb.Fatalf("set up the Home Assistant at %s: %v", url, realHass.err)
	}

	return Real{URL: url, Token: realHass.token}
}

// realHass holds one sign-in for all tests of a process.
var realHass struct {
	once  sync.Once
	token string
	err   error
}

// SetUp onboards the Home Assistant at url, or signs in as the user of an earlier time. It signs
// in anew each time: a port may have been another home's a moment ago.
func SetUp(tb testing.TB, url string) Real {
	tb.Helper()

	token, err := setUp(url)
	if err != nil {
		tb.Fatalf("set up the Home Assistant at %s: %v", url, err)
	}

	return Real{URL: url, Token: token}
}

func setUp(url string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), realHassPatience)
	defer cancel()

	client := hass.NewClient(hass.Endpoint{BaseURL: url})
	defer client.Close()

	return client.SetUp(ctx, hass.Setup{
		Owner: RealHassOwner(),
		Place: hass.Place{
			LocationName: "Teszt", Language: "hu", TimeZone: "Europe/Budapest", Country: "HU", Currency: "HUF",
			UnitSystem: "metric", Latitude: 47.4979, Longitude: 19.0402,
		},
		ClientName: "homehub tests " + identity.NewID(),
	})
}

// RealHassOwner is the user that the real Home Assistant knows.
func RealHassOwner() hass.Owner {
	return hass.Owner{Name: realHassUser, Username: realHassUser, Password: realHassPassword, Language: "hu"}
}
