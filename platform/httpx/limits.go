package httpx

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"homehub/platform/kv"
)

// Rate is so many events in so long a time, written 60/1m.
type Rate struct {
	Count  int
	Period time.Duration
}

// UnmarshalText reads a setting.
func (r *Rate) UnmarshalText(text []byte) error {
	count, period, _ := strings.Cut(strings.TrimSpace(string(text)), "/")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is no rate such as 60/1m", text)
	}
	d, err := time.ParseDuration(period)
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no rate such as 60/1m", text)
	}
	*r = Rate{Count: n, Period: d}

	return nil
}

// MarshalText writes the setting.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// String is the setting's text.
func (r Rate) String() string {
	period := r.Period.String() // 1h0m0s
	if strings.HasSuffix(period, "m0s") {
		period = strings.TrimSuffix(period, "0s")
	}
	if strings.HasSuffix(period, "h0m") {
		period = strings.TrimSuffix(period, "0m")
	}

	return fmt.Sprintf("%d/%s", r.Count, period)
}

// Limits is the limits section of config.yaml.
type Limits struct {
	Enabled bool `koanf:"enabled"`
	// Register and Login count by address.
	Register Rate `koanf:"register"`
	Login    Rate `koanf:"login"`
	// LoginFailures counts wrong passwords by account; auth keeps it.
	LoginFailures Rate `koanf:"login_failures"`
	// PINFailures counts wrong PINs by caller, and twice as many by household; auth keeps it.
	PINFailures Rate `koanf:"pin_failures"`
	// DeviceAuthorization counts by address; UserCodes counts codes that a caller tries, and auth
	// keeps it.
	DeviceAuthorization Rate `koanf:"device_authorization"`
	UserCodes           Rate `koanf:"user_codes"`
	// Intent counts by caller, half of it at once; IntentHousehold all callers of a household.
	Intent          Rate `koanf:"intent"`
	IntentHousehold Rate `koanf:"intent_household"`
	// Default counts by caller on every other route, and by address where there is no caller.
	Default Rate `koanf:"default"`
}

// DefaultLimits is what keeps one caller from slowing down the others.
func DefaultLimits() Limits {
	return Limits{
		Enabled:             true,
		Register:            Rate{10, time.Minute},
		Login:               Rate{30, time.Minute},
		LoginFailures:       Rate{10, 15 * time.Minute},
		PINFailures:         Rate{5, 15 * time.Minute},
		DeviceAuthorization: Rate{10, time.Minute},
		UserCodes:           Rate{10, 10 * time.Minute},
		Intent:              Rate{60, time.Minute},
		IntentHousehold:     Rate{300, time.Minute},
		Default:             Rate{300, time.Minute},
	}
}

// Validate reports every problem at once.
func (l Limits) Validate() error {
	var errs []error
	for _, r := range []struct {
		key  string
		rate Rate
	}{
		{"register", l.Register},
		{"login", l.Login},
		{"login_failures", l.LoginFailures},
		{"pin_failures", l.PINFailures},
		{"device_authorization", l.DeviceAuthorization},
		{"user_codes", l.UserCodes},
		{"intent", l.Intent},
		{"intent_household", l.IntentHousehold},
		{"default", l.Default},
	} {
		if r.rate.Count < 1 || r.rate.Period <= 0 {
			errs = append(errs, fmt.Errorf("limits.%s must be a rate such as 60/1m", r.key))
		}
	}

	return errors.Join(errs...)
}

// Limit is the rate for kv, with all of it possible at once.
func (r Rate) Limit() kv.Limit { return kv.Limit{Count: r.Count, Period: r.Period, Burst: r.Count} }
