//go:build faultpoints

package fault

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// Variable names the point at which the process ends, and at which of its visits: "claimed@2".
const Variable = "HOMEHUB_TEST_FAULT"

var (
	chosen, visit = choice(os.Getenv(Variable))
	visits        atomic.Int64
)

func choice(value string) (name string, visit int64) {
	name, at, _ := strings.Cut(value, "@")
	visit, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		visit = 1
	}

	return name, visit
}

// Point ends the process where a test has chosen it.
func Point(name string) {
	if isChosen(name) {
		die()
	}
}

func isChosen(name string) bool { return name == chosen && visits.Add(1) == visit }

// die is what kill -9 does: nothing runs any more, no deferred call and no other goroutine.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// Half returns a writer that ends the process half way through what is written.
func Half(name string, w http.ResponseWriter) http.ResponseWriter {
	if !isChosen(name) {
		return w
	}

	return half{w}
}

type half struct{ http.ResponseWriter }

func (h half) Write(p []byte) (int, error) {
	_, _ = h.ResponseWriter.Write(p[:len(p)/2])
	_ = http.NewResponseController(h.ResponseWriter).Flush()
	die()

	return 0, nil
}
