package config

import (
	"net/url"
	"reflect"
	"regexp"

	"homehub/platform/secret"
)

// bareScheme is what a URL of the embedded default looks like, memory: for instance.
var bareScheme = regexp.MustCompile(`^[a-z]+:$`)

// Secrets returns what the log has to mask of a configuration: the values of its secret.String
// keys, and of those that are URLs the password.
func Secrets[C any](c C) []string {
	var all []string
	for _, s := range settingsOf(reflect.TypeFor[C]()) {
		field := reflect.ValueOf(c).FieldByIndex(s.index)
		if one, ok := reflect.TypeAssert[secret.String](field); ok {
			all = append(all, maskable(one.Reveal())...)
		}
		if list, ok := reflect.TypeAssert[[]secret.String](field); ok {
			for _, one := range list {
				all = append(all, maskable(one.Reveal())...)
			}
		}
	}

	return all
}

func maskable(value string) []string {
	if value == "" || bareScheme.MatchString(value) {
		return nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" {
		return []string{value}
	}
	if password, isSet := u.User.Password(); isSet {
		return []string{password}
	}

	return nil
}
