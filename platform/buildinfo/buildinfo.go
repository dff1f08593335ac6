// Package buildinfo says which build of homehub this is.
package buildinfo

import (
	"runtime"
	"runtime/debug"
	"sync"
)

// version is given by the linker for a release (-X homehub/platform/buildinfo.version=v1.2.3);
// else it is read from what the Go tool recorded.
var version string

// Info describes a build.
type Info struct {
	Version   string // a release, a pseudo-version, or "devel"
	Revision  string // the commit; empty when unknown
	GoVersion string
}

// Read returns this build's description.
var Read = sync.OnceValue(read) //nolint:gochecknoglobals // a function

func read() Info {
	info := Info{Version: version, GoVersion: runtime.Version()}
	build, ok := debug.ReadBuildInfo()
	if ok && info.Version == "" && build.Main.Version != "(devel)" {
		info.Version = build.Main.Version
	}
	if ok {
		info.Revision = revisionOf(build.Settings)
	}
	if info.Version == "" {
		info.Version = "devel"
	}

	return info
}

func revisionOf(settings []debug.BuildSetting) string {
	var revision string
	isModified := false
	for _, s := range settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			isModified = s.Value == "true"
		}
	}
	if revision != "" && isModified {
		revision += "-modified"
	}

	return revision
}
