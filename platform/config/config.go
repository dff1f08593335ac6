// Package config reads settings: defaults, then config.yaml, then HOMEHUB_* variables. Every
// problem is reported at once, and each names the key it is about.
package config

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Validator is a configuration that can judge itself. Its errors name the key.
type Validator interface{ Validate() error }

// Load returns defaults, changed by the file at path and by environ (as from os.Environ). Without
// a path it takes HOMEHUB_CONFIG, else config.yaml where there is one; a file that was named and
// is missing is an error.
//
// The keys are C's koanf tags. Text in the file may hold ${NAME}, taken from environ. A key of
// type secret.String can be given as <key>_file instead: the path of a file that holds it.
func Load[C Validator](path string, defaults C, environ []string) (C, error) {
	l := &loader{
		settings: settingsOf(reflect.TypeFor[C]()),
		env:      variables(environ),
		given:    make(map[string]given),
	}
	l.fromFile(path)
	l.fromEnv()
	l.decode(reflect.ValueOf(&defaults).Elem())
	for _, err := range flatten(defaults.Validate()) {
		l.problem(l.withOrigin(err))
	}

	return defaults, errors.Join(l.problems...)
}

// given is a setting's value as it was found.
type given struct {
	raw      any
	isText   bool   // from a variable, or with one in it: numbers and booleans come as text
	isPath   bool   // the value is in the file that raw names
	variable string // where it came from; empty: the file
}

// loader gathers values and problems.
type loader struct {
	settings map[string]setting
	env      map[string]string
	given    map[string]given // by key
	problems []error
}

func (l *loader) problem(err error) { l.problems = append(l.problems, err) }

// set takes one layer's values, which win over those of the layer before. A layer may name a
// secret or its file, not both.
func (l *loader) set(layer map[string]given) {
	for _, name := range slices.Sorted(maps.Keys(layer)) {
		s, isPath := l.find(name)
		if _, isTwice := layer[s.key]; isPath && isTwice {
			l.problem(fmt.Errorf("%s and %s are both set: give one", s.key, name))

			continue
		}
		value := layer[name]
		value.isPath = isPath
		l.given[s.key] = value
	}
}

// find returns the setting that a name in the file stands for, and whether the name is that of
// its file; the setting is zero where there is none.
func (l *loader) find(name string) (s setting, isPath bool) {
	if s, ok := l.settings[name]; ok {
		return s, false
	}
	for _, s := range l.settings {
		if s.isSecret && name == s.key+fileSuffix {
			return s, true
		}
	}

	return setting{}, false
}
