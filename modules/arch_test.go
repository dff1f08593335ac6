package modules_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// The rules that keep the architecture (docs/architecture.md), for every module that is here
// and every one that will be. They read the files themselves: a test that asks another
// process is answered from the cache while violations lie on the disk.

const modulePath = "homehub"

// sourceFile is a Go file as the rules see it: where it lies and what it imports.
type sourceFile struct {
	path    string
	imports []string
}

// isTest reports whether the file is compiled for tests only, or belongs to a package of
// test helpers (databasetest, audittest).
func (f sourceFile) isTest() bool {
	return strings.HasSuffix(f.path, "_test.go") || isTestPackage(path.Dir(f.path))
}

// module returns the module that the file belongs to, or "".
func (f sourceFile) module() string {
	parts := strings.Split(f.path, "/")
	if len(parts) < 3 || parts[0] != "modules" {
		return ""
	}

	return parts[1]
}

func isTestPackage(dir string) bool { return strings.HasSuffix(dir, "test") }

// isContract reports whether dir is a module's leaf for others: modules/llm/llmapi.
func isContract(dir string) bool {
	parts := strings.Split(dir, "/")

	return len(parts) == 3 && parts[0] == "modules" && parts[2] == parts[1]+"api"
}

func TestTheImportRulesHold(t *testing.T) {
	t.Parallel()

	files := readSources(t, os.DirFS(".."))
	require.NotEmpty(t, files)
	require.Empty(t, strings.Join(violations(files), "\n"))
}

func TestTheImportRulesNoticeViolations(t *testing.T) {
	t.Parallel()

	cases := map[string]struct{ file, imports, want string }{
		"platform imports a module":     {"platform/log/log.go", "homehub/modules/audit/auditapi", "platform"},
		"module imports a module":       {"modules/intent/service.go", "homehub/modules/llm", "*api"},
		"module imports an internal":    {"modules/intent/service.go", "homehub/modules/llm/internal/ollama", "*api"},
		"internal imports a module":     {"modules/llm/internal/ollama/client.go", "homehub/modules/audit", "*api"},
		"test imports a module":         {"modules/intent/service_test.go", "homehub/modules/llm", "*api"},
		"contract imports echo":         {"modules/llm/llmapi/llmapi.go", "github.com/labstack/echo/v4", "leaf"},
		"contract imports a contract":   {"modules/llm/llmapi/llmapi.go", "homehub/modules/audit/auditapi", "leaf"},
		"code imports a fake":           {"modules/intent/service.go", "homehub/modules/llm/llmtest", "test"},
		"platform imports a test kit":   {"platform/httpx/server.go", "homehub/platform/kv/kvtest", "test"},
		"a new module imports another":  {"modules/weather/module.go", "homehub/modules/auth", "*api"},
		"module imports the root":       {"modules/intent/module.go", "homehub/modules", "main"},
		"platform imports the root":     {"platform/httpx/server.go", "homehub/modules", "main"},
		"handler imports gorm":          {"modules/auth/handler.go", "gorm.io/gorm", "gorm"},
		"service imports echo":          {"modules/auth/service.go", "github.com/labstack/echo/v4", "echo"},
		"an internal package uses echo": {"modules/llm/internal/ollama/client.go", "github.com/labstack/echo/v4", "echo"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			source := fmt.Sprintf("package x\n\nimport _ %q\n", tc.imports)
			files := readSources(t, fstest.MapFS{tc.file: {Data: []byte(source)}})

			found := violations(files)
			require.NotEmpty(t, found)
			require.Contains(t, strings.Join(found, "\n"), tc.want)
		})
	}
}

func TestTheImportRulesAllowWhatIsRight(t *testing.T) {
	t.Parallel()

	cases := map[string]struct{ file, imports string }{
		"contract of another module": {"modules/intent/ports.go", "homehub/modules/llm/llmapi"},
		"own tree":                   {"modules/llm/service.go", "homehub/modules/llm/internal/ollama"},
		"fake in a test":             {"modules/intent/service_test.go", "homehub/modules/llm/llmtest"},
		"contract imports apperr":    {"modules/llm/llmapi/llmapi.go", "homehub/platform/apperr"},
		"store imports gorm":         {"modules/auth/store_device.go", "gorm.io/gorm"},
		"handler imports echo":       {"modules/auth/handler.go", "github.com/labstack/echo/v4"},
		"main imports the root":      {"main.go", "homehub/modules"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			source := fmt.Sprintf("package x\n\nimport _ %q\n", tc.imports)

			require.Empty(t, violations(readSources(t, fstest.MapFS{tc.file: {Data: []byte(source)}})))
		})
	}
}

// violations returns one line for each import that breaks a rule.
func violations(files []sourceFile) []string {
	var found []string
	for _, f := range files {
		for _, imported := range f.imports {
			for _, broken := range []func(sourceFile, string) string{
				platformKnowsNoModule, modulesMeetInContracts, contractsAreLeaves,
				fakesStayInTests, onlyMainKnowsTheRoot, layersAreInFileNames,
			} {
				if why := broken(f, imported); why != "" {
					found = append(found, fmt.Sprintf("%s imports %s: %s", f.path, imported, why))
				}
			}
		}
	}

	return found
}

func platformKnowsNoModule(f sourceFile, imported string) string {
	if strings.HasPrefix(f.path, "platform/") && isWithin(imported, "modules") {
		return "platform is below modules"
	}

	return ""
}

func modulesMeetInContracts(f sourceFile, imported string) string {
	target, isLocal := strings.CutPrefix(imported, modulePath+"/")
	own := f.module()
	if own == "" || !isLocal || !strings.HasPrefix(target, "modules/") || isWithin(imported, "modules/"+own) {
		return ""
	}
	if isContract(target) || f.isTest() && isTestPackage(target) {
		return ""
	}

	return "a module imports only its own tree and other modules' *api packages"
}

func contractsAreLeaves(f sourceFile, imported string) string {
	if !isContract(path.Dir(f.path)) || f.isTest() || imported == modulePath+"/platform/apperr" {
		return ""
	}
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") && first != modulePath {
		return "" // the standard library
	}

	return "a contract is a leaf: the standard library and apperr only"
}

func fakesStayInTests(f sourceFile, imported string) string {
	if strings.HasPrefix(imported, modulePath+"/") && isTestPackage(imported) && !f.isTest() {
		return "test helpers stay in tests"
	}

	return ""
}

func onlyMainKnowsTheRoot(f sourceFile, imported string) string {
	if imported == modulePath+"/modules" && strings.Contains(f.path, "/") && path.Dir(f.path) != "modules" {
		return "only main imports the composition root"
	}

	return ""
}

var (
	storeFiles = regexp.MustCompile(`^store\w*\.go$`)
	echoFiles  = regexp.MustCompile(`^(module|handler\w*|middleware\w*|command\w*)\.go$`)
)

func layersAreInFileNames(f sourceFile, imported string) string {
	if f.module() == "" || f.isTest() {
		return ""
	}
	name := path.Base(f.path)
	switch {
	case strings.HasPrefix(imported, "gorm.io/") && !storeFiles.MatchString(name):
		return "gorm belongs to store*.go"
	case strings.HasPrefix(imported, "github.com/labstack/echo") && !echoFiles.MatchString(name):
		return "echo belongs to module.go, handler*.go and middleware*.go"
	default:
		return ""
	}
}

// isWithin reports whether the package is dir of this project, or below it.
func isWithin(imported, dir string) bool {
	full := modulePath + "/" + dir

	return imported == full || strings.HasPrefix(imported, full+"/")
}

// readSources parses the imports of every Go file below the root.
func readSources(t *testing.T, root fs.FS) []sourceFile {
	t.Helper()

	var files []sourceFile
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" {
				return fs.SkipDir
			}

			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		file := sourceFile{path: name}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			file.imports = append(file.imports, imported)
		}
		files = append(files, file)

		return nil
	})
	require.NoError(t, err)

	return files
}
