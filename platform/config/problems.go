package config

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
)

// named says which setting a problem is about, by key and by the variable that gave it.
func named(key, variable string, err error) error {
	if variable == "" {
		return fmt.Errorf("%s: %w", key, err)
	}

	return fmt.Errorf("%s (from %s): %w", key, variable, err)
}

// withOrigin adds the variables that gave the settings which a problem of Validate names: the
// operator has to look there, not into the file.
func (l *loader) withOrigin(err error) error {
	for _, key := range slices.Sorted(maps.Keys(l.given)) {
		variable := l.given[key].variable
		if variable == "" {
			continue
		}
		if regexp.MustCompile(`\b` + regexp.QuoteMeta(key) + `\b`).MatchString(err.Error()) {
			err = fmt.Errorf("%w (%s is set by %s)", err, key, variable)
		}
	}

	return err
}

// flatten undoes errors.Join, at every depth.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) || fmt.Sprint(err) != fmt.Sprint(errors.Join(joined.Unwrap()...)) {
		return []error{err} // one problem, or several behind words of their own
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}

	return all
}
