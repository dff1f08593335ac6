package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// What nobody runs before a release is checked here by reading: the image's recipe, the
// compose file, and where the documents point to.

type composeFile struct {
	Services map[string]struct {
		Image       string
		Healthcheck map[string]any
		DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
		Networks    []string
		Ports       []string
		Secrets     []string
		Privileged  bool
		SecurityOpt []string `yaml:"security_opt"`
	}
	Networks map[string]struct{ Internal bool }
	Secrets  map[string]struct{ File string }
}

func readCompose(t *testing.T) (composeFile, string) {
	t.Helper()

	text, err := os.ReadFile("compose.yaml")
	require.NoError(t, err)
	var compose composeFile
	require.NoError(t, yaml.Unmarshal(text, &compose))
	require.Contains(t, compose.Services, "homehub")

	return compose, string(text)
}

func TestComposeGivesNothingMoreThanItsServicesNeed(t *testing.T) {
	t.Parallel()
	compose, text := readCompose(t)

	require.NotContains(t, text, "docker.sock")
	for name, service := range compose.Services {
		require.False(t, service.Privileged, name)
		require.Contains(t, service.SecurityOpt, "no-new-privileges:true", name)
		require.Equal(t, name == "homehub", len(service.Ports) > 0, "%s: only homehub is published", name)
		if name != "homehub" {
			require.Regexp(t, `:\d[\w.-]*$`, service.Image, "%s: a pinned release", name)
		}
		for _, secret := range service.Secrets {
			require.Contains(t, compose.Secrets, secret)
		}
	}
	for _, store := range []string{"postgres", "valkey"} {
		for _, network := range compose.Services[store].Networks {
			require.True(t, compose.Networks[network].Internal, "%s must not reach outside through %s", store, network)
		}
	}
}

func TestComposeWaitsForWhatIsHealthy(t *testing.T) {
	t.Parallel()
	compose, _ := readCompose(t)

	for name, service := range compose.Services {
		for other, dependency := range service.DependsOn {
			require.Equal(t, "service_healthy", dependency.Condition, "%s waits for %s", name, other)
			require.NotEmpty(t, compose.Services[other].Healthcheck, "%s has no health check", other)
			require.True(t, slices.ContainsFunc(service.Networks, func(network string) bool {
				return slices.Contains(compose.Services[other].Networks, network)
			}), "%s cannot reach %s", name, other)
		}
	}
}

func TestImageIsStaticWatchedAndWithoutRoot(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	build, final, isTwoStages := strings.Cut(string(text), "\nFROM scratch\n")
	require.True(t, isTwoStages)

	require.Contains(t, build, "CGO_ENABLED=0")
	require.Regexp(t, `(?m)^USER [1-9]\d*:[1-9]\d*$`, final)
	require.Regexp(t, `(?m)^HEALTHCHECK .*CMD \["/homehub", "healthcheck"\]$`, final)
	require.Regexp(t, `(?m)^VOLUME /data$`, final)

	module, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	wanted := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)
	require.Contains(t, build, "FROM golang:"+string(wanted[1])+"-")
}

// link finds the target of a Markdown link.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestDocumentsPointToWhatExists(t *testing.T) {
	t.Parallel()

	root := os.DirFS(".")
	documents, err := fs.Glob(root, "*.md")
	require.NoError(t, err)
	err = fs.WalkDir(root, "docs", func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			documents = append(documents, path)
		}

		return err
	})
	require.NoError(t, err)

	for _, document := range documents {
		text, err := fs.ReadFile(root, document)
		require.NoError(t, err)
		for _, match := range link.FindAllStringSubmatch(string(text), -1) {
			target, _, _ := strings.Cut(match[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			_, err := os.Stat(filepath.Join(filepath.Dir(document), target))
			require.NoError(t, err, "in %s", document)
		}
	}
}

// Decisions are found through their index.
func TestEveryDecisionIsInTheIndex(t *testing.T) {
	t.Parallel()

	index, err := os.ReadFile("docs/decisions/README.md")
	require.NoError(t, err)
	pages, err := filepath.Glob("docs/decisions/[0-9]*.md")
	require.NoError(t, err)
	require.NotEmpty(t, pages)

	for _, page := range pages {
		require.Contains(t, string(index), "("+filepath.Base(page)+")")
	}
}
