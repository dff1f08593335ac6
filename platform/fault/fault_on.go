//go:build faultpoints

package fault

import (
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
)

// Variable names the points on the way to the end, in order and with commas between: the
// process ends when it has been at all of them.
const Variable = "HOMEHUB_TEST_FAULT"

//nolint:gochecknoglobals // one process has one end
var way = struct {
	mu   sync.Mutex
	left []string
}{left: strings.FieldsFunc(os.Getenv(Variable), func(r rune) bool { return r == ',' })}

// Point ends the process where a test has chosen it.
func Point(name string) {
	if isLast(name) {
		die()
	}
}

// isLast goes on by one point; it reports whether that was the last one.
func isLast(name string) bool {
	way.mu.Lock()
	defer way.mu.Unlock()
	if len(way.left) == 0 || way.left[0] != name {
		return false
	}
	way.left = way.left[1:]

	return len(way.left) == 0
}

// die is what kill -9 does: nothing runs any more, no deferred call and no other goroutine.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// Half returns a writer that ends the process half way through what is written.
func Half(name string, w http.ResponseWriter) http.ResponseWriter {
	if !isLast(name) {
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
