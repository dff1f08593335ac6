package config

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"homehub/platform/secret"
)

const (
	tag        = "koanf"
	fileSuffix = "_file"
)

// setting is one key of a configuration.
type setting struct {
	key      string // server.address
	index    []int  // where the struct has it
	isSecret bool   // may come from a file
}

// variable is the name of the environment variable that overrides a key.
func variable(key string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// Keys returns every key of C, sorted, for the test that config.yaml has them all.
func Keys[C any]() []string {
	return slices.Sorted(maps.Keys(settingsOf(reflect.TypeFor[C]())))
}

// settingsOf walks a struct. It panics on a mistake in the struct, which no setting can mend.
func settingsOf(t reflect.Type) map[string]setting {
	all := make(map[string]setting)
	collect(t, "", nil, all)
	variables := make(map[string]string)
	for key := range all {
		if other, isTwice := variables[variable(key)]; isTwice {
			panic(fmt.Sprintf("config: %s and %s have one environment variable", key, other))
		}
		variables[variable(key)] = key
	}

	return all
}

func collect(t reflect.Type, prefix string, index []int, into map[string]setting) {
	for i := range t.NumField() {
		field := t.Field(i)
		name := field.Tag.Get(tag)
		if name == "" || name == "-" {
			continue // no setting: something the program derives
		}
		at := append(slices.Clone(index), i)
		if isSection(field.Type) {
			collect(field.Type, prefix+name+".", at, into)

			continue
		}
		into[prefix+name] = setting{
			key:      prefix + name,
			index:    at,
			isSecret: field.Type == reflect.TypeFor[secret.String](),
		}
	}
	for key, s := range into { // a struct's own key for the file wins over the implied one
		if _, isOwn := into[key+fileSuffix]; isOwn {
			s.isSecret = false
			into[key] = s
		}
	}
}

// isSection tells a struct of settings from one that is read from a text.
func isSection(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}
