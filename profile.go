//go:build profile

package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"syscall"
)

// A build for measuring (go build -tags profile) writes a profile of its processor time to the
// file that BENCH_PROFILE names: SIGUSR1 begins it, SIGUSR2 ends it. No other build can be asked.
func init() { //nolint:gochecknoinits // so that main itself is the same in both builds
	path := os.Getenv("BENCH_PROFILE")
	if path == "" {
		return
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for asked := range signals {
			if asked == syscall.SIGUSR2 {
				pprof.StopCPUProfile()

				continue
			}
			if err := begin(path); err != nil {
				fmt.Fprintln(os.Stderr, "profile:", err)
			}
		}
	}()
}

func begin(path string) error {
	file, err := os.Create(path) //nolint:gosec // the operator of a bench says where
	if err != nil {
		return err
	}

	return pprof.StartCPUProfile(file) // the file stays open until the end: there is one
}
