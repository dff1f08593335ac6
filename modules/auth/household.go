package auth

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // time zones are checked on machines that have no list of them

	"golang.org/x/text/language"

	"homehub/platform/apperr"
)

// The systems of units, by Home Assistant's names.
const (
	unitsMetric      = "metric"
	unitsUSCustomary = "us_customary"
)

// householdChanges are the attributes that somebody wants for a household; nil leaves one as it
// is.
type householdChanges struct {
	Name, Language, TimeZone, Country *string
	Latitude, Longitude               *float64
	UnitSystem                        *string
}

// apply changes h and returns the names of what is different now, or says all that is wrong.
func (w householdChanges) apply(h *householdRow) ([]string, error) {
	var changed []string
	var errs []error
	for _, a := range []struct {
		field string
		given *string
		into  *string
		check func(field, value string) (string, error)
	}{
		{"name", w.Name, &h.Name, checkName},
		{"language", w.Language, &h.Language, checkLanguage},
		{"time_zone", w.TimeZone, &h.TimeZone, checkTimeZone},
		{"country", w.Country, &h.Country, checkCountry},
		{"unit_system", w.UnitSystem, &h.UnitSystem, checkUnitSystem},
	} {
		if a.given == nil {
			continue
		}
		value, err := a.check(a.field, *a.given)
		if err == nil && value != *a.into {
			*a.into, changed = value, append(changed, a.field)
		}
		errs = append(errs, err)
	}
	for _, a := range []struct {
		field string
		given *float64
		into  *float64
		limit float64
	}{
		{"latitude", w.Latitude, &h.Latitude, 90},
		{"longitude", w.Longitude, &h.Longitude, 180},
	} {
		switch {
		case a.given == nil:
		case !(*a.given >= -a.limit && *a.given <= a.limit): // NaN is neither
			errs = append(errs, invalid(a.field, fmt.Sprintf("must be %v to %v", -a.limit, a.limit)))
		case *a.given != *a.into:
			*a.into, changed = *a.given, append(changed, a.field)
		}
	}

	return changed, joinFields(errs...)
}

// checkLanguage takes any tag of Hungarian (hu, hu-HU) for hu: Home Assistant knows no regions
// of it, and homehub no other language.
func checkLanguage(field, tag string) (string, error) {
	parsed, err := language.Parse(tag)
	if err == nil {
		if base, confidence := parsed.Base(); confidence == language.Exact && base.String() == defaultLanguage {
			return defaultLanguage, nil
		}
	}

	return "", invalid(field, "must be a language that homehub speaks: "+defaultLanguage)
}

// timeZonePattern keeps out what lies beside the zones in a folder of them.
var timeZonePattern = regexp.MustCompile(`^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z0-9_+-]+){1,2})$`)

func checkTimeZone(field, name string) (string, error) {
	if timeZonePattern.MatchString(name) {
		if _, err := time.LoadLocation(name); err == nil {
			return name, nil
		}
	}

	return "", invalid(field, "must be an IANA time zone such as Europe/Budapest")
}

func checkCountry(field, code string) (string, error) {
	code = strings.ToUpper(code)
	if !isCountry(code) {
		return "", invalid(field, "must be a country's two letters by ISO 3166-1, such as HU")
	}

	return code, nil
}

func checkUnitSystem(field, name string) (string, error) {
	if name != unitsMetric && name != unitsUSCustomary {
		return "", invalid(field, "must be "+unitsMetric+" or "+unitsUSCustomary)
	}

	return name, nil
}

// invalid says what is wrong with one field.
func invalid(field, message string) error {
	return errInvalidInput.WithFields(apperr.Field{Name: field, Message: message})
}
