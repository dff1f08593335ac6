package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	envPrefix    = "HOMEHUB_"
	pathVariable = "HOMEHUB_CONFIG" // the path of config.yaml
	testPrefix   = "HOMEHUB_TEST_"  // the test suite's, no settings
)

// fromEnv takes the values of HOMEHUB_* variables and complains about those that no key has.
// Keys hold underscores themselves, so a variable is looked up, never taken apart.
func (l *loader) fromEnv() {
	keys := make(map[string]string)
	for key, s := range l.settings {
		keys[variable(key)] = key
		if s.isSecret {
			keys[variable(key+fileSuffix)] = key + fileSuffix
		}
	}
	layer := make(map[string]given)
	for _, name := range slices.Sorted(maps.Keys(l.env)) {
		if !strings.HasPrefix(name, envPrefix) || strings.HasPrefix(name, testPrefix) || name == pathVariable {
			continue
		}
		if key, ok := keys[name]; ok {
			layer[key] = given{raw: l.env[name], isText: true, variable: name}
		} else {
			l.problem(fmt.Errorf("%s: no setting has this environment variable%s", name, nearest(name, keys)))
		}
	}
	l.set(layer)
}

func variables(environ []string) map[string]string {
	all := make(map[string]string, len(environ))
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		all[name] = value
	}

	return all
}

// suggest names the key that was probably meant.
func (l *loader) suggest(name string) string { return nearest(name, l.settings) }

// nearest returns a hint at the most similar of names, where one is similar at all.
func nearest[V any](name string, names map[string]V) string {
	best, distance := "", 4
	for _, candidate := range slices.Sorted(maps.Keys(names)) {
		if d := edits(name, candidate); d < distance {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}

	return "; is " + best + " meant?"
}

// edits counts the letters to insert, remove or change between two words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}

	return row[len(b)]
}
