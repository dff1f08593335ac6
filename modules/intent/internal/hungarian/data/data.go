// Package data is the Hungarian that homehub knows: words, forms and answers, which a native speaker
// can read and add to without touching the code. Each file begins with what it is for. The wishes
// that the weights are learned from lie beside them.
package data

import (
	"embed"
	"fmt"

	"go.yaml.in/yaml/v3"
)

//go:embed *.yaml
var files embed.FS

// MustLoad reads an embedded data file. A file that does not fit its type is a bug that
// the first test finds, hence the panic.
func MustLoad(name string, into any) {
	file, err := files.Open(name + ".yaml")
	if err != nil {
		panic(fmt.Sprintf("data: open %s: %v", name, err))
	}
	defer file.Close() //nolint:errcheck // embedded

	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil {
		panic(fmt.Sprintf("data: read %s: %v", name, err))
	}
}
