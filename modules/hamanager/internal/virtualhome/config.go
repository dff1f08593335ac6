package virtualhome

import (
	"net/url"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // time zones are checked on machines that have no list of them

	"golang.org/x/text/currency"
	"golang.org/x/text/language"
)

// coreConfig is Home Assistant's core configuration.
type coreConfig struct {
	Latitude     float64 `json:"latitude"`
	Longitude    float64 `json:"longitude"`
	Elevation    int     `json:"elevation"`
	Radius       int     `json:"radius"`
	UnitSystem   string  `json:"unit_system"`
	LocationName string  `json:"location_name"`
	TimeZone     string  `json:"time_zone"`
	Language     string  `json:"language"`
	Country      *string `json:"country"`
	Currency     string  `json:"currency"`
	ExternalURL  *string `json:"external_url"`
	InternalURL  *string `json:"internal_url"`
	Source       string  `json:"config_source"`
}

const metric, usCustomary = "metric", "us_customary"

func defaultConfig(o Options) coreConfig {
	name := o.LocationName
	if name == "" {
		name = "Szimulált otthon"
	}

	return coreConfig{
		Latitude: 32.87336, Longitude: 117.22743, Radius: 100, UnitSystem: metric, LocationName: name,
		TimeZone: "UTC", Language: "en", Currency: "EUR", Source: "default",
	}
}

// unitsOf are the units of a system.
func unitsOf(system string) map[string]string {
	if system == usCustomary {
		return map[string]string{
			"length": "mi", "accumulated_precipitation": "in", "area": "ft²", "mass": "lb", "pressure": "psi",
			"temperature": "°F", "volume": "gal", "wind_speed": "mph",
		}
	}

	return map[string]string{
		"length": "km", "accumulated_precipitation": "mm", "area": "m²", "mass": "g", "pressure": "Pa",
		"temperature": "°C", "volume": "L", "wind_speed": "m/s",
	}
}

// describe is the body of get_config and /api/config.
func (h *Home) describe() map[string]any {
	components := []string{
		"api", "auth", "backup", "config", "conversation", "frontend", "homeassistant", "http", "intent", "onboarding",
		"person", "virtual_home", "websocket_api", "zone",
	}
	for domain := range h.domains {
		components = append(components, domain)
	}
	c := h.config

	return map[string]any{
		"latitude": c.Latitude, "longitude": c.Longitude, "elevation": c.Elevation, "radius": c.Radius,
		"unit_system": unitsOf(c.UnitSystem), "location_name": c.LocationName, "time_zone": c.TimeZone,
		"language": c.Language, "country": c.Country, "currency": c.Currency, "components": components,
		"config_dir": "/config", "allowlist_external_dirs": []string{}, "whitelist_external_dirs": []string{},
		"allowlist_external_urls": []string{}, "version": h.version.text, "config_source": c.Source,
		"recovery_mode": false, "safe_mode": false, "state": h.lifeState(), "external_url": c.ExternalURL,
		"internal_url": c.InternalURL, "debug": false,
	}
}

func (h *Home) lifeState() string {
	if h.closed {
		return "STOPPING"
	}

	return "RUNNING"
}

func configSchema() schema {
	return fieldsOf(
		may("country", optional(country)), may("currency", currencyCode), may("elevation", wholeNumber),
		may("external_url", optional(plainURL)), may("internal_url", optional(plainURL)),
		may("language", languageTag), may("latitude", coordinate("latitude", 90)),
		may("longitude", coordinate("longitude", 180)), may("location_name", text),
		may("radius", integer(1, 1<<31)), may("time_zone", timeZone), may("unit_system", unitSystem),
		may("update_units", strictBool),
	)
}

// updateConfig is config/core/update.
func updateConfig(c *conn, _ int, m map[string]any) (any, error) {
	config := &c.home.config
	takeText := func(key string, to *string) {
		if s, ok := m[key].(string); ok {
			*to = s
		}
	}
	takeText("currency", &config.Currency)
	takeText("language", &config.Language)
	takeText("location_name", &config.LocationName)
	takeText("time_zone", &config.TimeZone)
	takeText("unit_system", &config.UnitSystem)
	apply(m, "country", &config.Country)
	apply(m, "external_url", &config.ExternalURL)
	apply(m, "internal_url", &config.InternalURL)
	if f, ok := m["latitude"].(float64); ok {
		config.Latitude = f
	}
	if f, ok := m["longitude"].(float64); ok {
		config.Longitude = f
	}
	if n, ok := m["elevation"].(int); ok {
		config.Elevation = n
	}
	if n, ok := m["radius"].(int); ok {
		config.Radius = n
	}
	config.Source = "storage"
	h := c.home
	h.markDirty()
	h.fire("core_config_updated", h.newContext(""), func() any { return m })
	h.placeZone()

	return nil, nil //nolint:nilnil // null is the answer
}

func country(v any) (any, error) {
	s, ok := v.(string)
	if region, err := language.ParseRegion(s); !ok || err != nil || !region.IsCountry() || len(s) != 2 || region.String() != s {
		return nil, invalidf("invalid ISO 3166 formatted country")
	}

	return s, nil
}

func currencyCode(v any) (any, error) {
	s, ok := v.(string)
	if unit, err := currency.ParseISO(s); !ok || err != nil || unit.String() != s {
		return nil, invalidf("invalid ISO 4217 formatted currency")
	}

	return s, nil
}

// languages are those that Home Assistant is translated into.
var languages = regexp.MustCompile(`^(af|ar|bg|bn|bs|ca|cs|cy|da|de|de-CH|el|en|en-GB|eo|es|es-419|et|eu|fa|fi|fr|fy|ga|gl|gsw|he|hi|hr|hu|hy|id|is|it|ja|ka|ko|lb|lt|lv|mk|ml|nb|nl|nn|pl|pt|pt-BR|ro|ru|sk|sl|sq|sr|sr-Latn|sv|ta|te|th|tr|uk|ur|vi|zh-Hans|zh-Hant)$`)

func languageTag(v any) (any, error) {
	if s, ok := v.(string); ok && languages.MatchString(s) {
		return s, nil
	}

	return nil, invalidf("invalid RFC 5646 formatted language")
}

func coordinate(name string, limit float64) check {
	return func(v any) (any, error) {
		f, err := asFloat(v)
		if err != nil || f < -limit || f > limit {
			return nil, invalidf("invalid %s", name)
		}

		return f, nil
	}
}

func timeZone(v any) (any, error) {
	if s, ok := v.(string); ok && s != "" && s != "Local" {
		if _, err := time.LoadLocation(s); err == nil {
			return s, nil
		}
	}

	return nil, invalidf("Invalid time zone passed in. Valid options can be found here: " +
		"http://en.wikipedia.org/wiki/List_of_tz_database_time_zones")
}

func unitSystem(v any) (any, error) {
	switch v {
	case metric, usCustomary:
		return v, nil
	case "imperial":
		return usCustomary, nil
	default:
		return nil, invalidf("not a valid value")
	}
}

func plainURL(v any) (any, error) {
	s, _ := v.(string)
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, invalidf("invalid url")
	}
	if strings.Trim(u.Path, "/") != "" {
		return nil, invalidf("url is not allowed to have a path component")
	}

	return s, nil
}
