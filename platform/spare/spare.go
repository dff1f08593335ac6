// Package spare runs long computations on processor time that nobody else wants.
//
// Go gives goroutines no priority: one that computes for a quarter of a second holds a processor
// of the runtime, and whatever became ready behind it waits until it is interrupted, ten
// milliseconds at a time. The operating system does know priorities, but only of threads.
package spare

import (
	"runtime"
	"sync"
)

// slots is decided once for the process. The runtime gets one processor more for each, so that
// those who compute here hold none that the others would have.
//
//nolint:gochecknoglobals // it belongs to the process, as GOMAXPROCS does
var slots = sync.OnceValue(func() int {
	cores := runtime.GOMAXPROCS(0)
	n := max(1, cores/2)
	runtime.GOMAXPROCS(cores + n)

	return n
})

// Slots is how many computations may go on at once: half the cores.
func Slots() int { return slots() }

// Run calls fn on a thread of low priority, and returns when it is over. The caller sees
// to it that no more than Slots go on at once. A panic of fn is the caller's.
func Run(fn func()) {
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		runtime.LockOSThread() // never unlocked: the thread ends with this goroutine, and its priority with it
		lower()
		fn()
	}()
	if value := <-done; value != nil {
		panic(value)
	}
}
