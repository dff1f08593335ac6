package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/rawbytes"
	"github.com/knadh/koanf/v2"
)

const (
	defaultPath = "config.yaml"
	delimiter   = "."
)

// fromFile takes the file's values and complains about keys that do not exist.
func (l *loader) fromFile(path string) {
	found, err := l.readFile(path)
	if err != nil {
		l.problem(err)
	}
	layer := make(map[string]given)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		raw := found[name]
		if raw == nil { // "key:" with nothing after it is as good as no key
			continue
		}
		if s, _ := l.find(name); s.key == "" {
			l.checkSection(name, raw)

			continue
		}
		expanded, isText, err := l.expand(raw)
		if err != nil {
			l.problem(fmt.Errorf("%s: %w", name, err))

			continue
		}
		layer[name] = given{raw: expanded, isText: isText}
	}
	l.set(layer)
}

// checkSection judges a name that is no setting: it may be a section's.
func (l *loader) checkSection(name string, raw any) {
	for key := range l.settings {
		if !strings.HasPrefix(key, name+delimiter) {
			continue
		}
		if m, isMap := raw.(map[string]any); !isMap || len(m) > 0 {
			l.problem(fmt.Errorf("%s: is a section, such as %s, and has no value of its own", name, key))
		}

		return
	}
	l.problem(fmt.Errorf("%s: unknown setting%s", name, l.suggest(name)))
}

// readFile returns the file's values by their full names.
func (l *loader) readFile(path string) (map[string]any, error) {
	if path == "" {
		path = l.env[pathVariable]
	}
	isNamed := path != ""
	if !isNamed {
		path = defaultPath
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && !isNamed {
		return map[string]any{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read settings: %w", err)
	}
	found, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("read settings from %s: %w", path, err)
	}

	return found, nil
}

func parse(content []byte) (map[string]any, error) {
	k := koanf.New(delimiter)
	if err := k.Load(rawbytes.Provider(content), yaml.Parser()); err != nil {
		return nil, err
	}

	return k.All(), nil
}

// FileKeys returns every key that a file sets, sorted; also those without a value.
func FileKeys(path string) ([]string, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	found, err := parse(content)

	return slices.Sorted(maps.Keys(found)), err
}

var reference = regexp.MustCompile(`\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// expand puts variables into texts, after parsing, so that their content stays text. A doubled
// dollar sign stands for itself.
func (l *loader) expand(raw any) (expanded any, hasVariables bool, err error) {
	switch raw := raw.(type) {
	case string:
		return l.expandText(raw)
	case []any:
		list := make([]any, len(raw))
		var errs []error
		for i, item := range raw {
			one, has, err := l.expand(item)
			list[i], hasVariables = one, hasVariables || has
			errs = append(errs, err)
		}

		return list, hasVariables, errors.Join(errs...)
	default:
		return raw, false, nil
	}
}

func (l *loader) expandText(text string) (expanded any, hasVariables bool, err error) {
	var errs []error
	result := reference.ReplaceAllStringFunc(text, func(ref string) string {
		if strings.HasPrefix(ref, "$$") {
			return ref[1:]
		}
		hasVariables = true
		name := ref[2 : len(ref)-1]
		value, isSet := l.env[name]
		if !isSet {
			errs = append(errs, fmt.Errorf("the environment variable %s is not set", name))
		}

		return value
	})

	return result, hasVariables, errors.Join(errs...)
}
