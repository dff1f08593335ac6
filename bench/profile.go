package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const profileFile = "cpu.pprof"

// parts are what is asked of a profile: how much of it has one of these functions on its stack.
var parts = []struct{ name, functions string }{ //nolint:gochecknoglobals // a constant
	{"audit", `modules/audit\.`},
	{"limits", `httpx\.\(\*limiter\)|kv\.\(\*(memory|redisStore)\)\.`},
	{"rights and tokens", `auth\.\(\*Module\)\.caller`},
	{"audit, limits and rights together", `modules/audit\.|httpx\.\(\*limiter\)|kv\.\(\*(memory|redisStore)\)\.|auth\.\(\*Module\)\.caller`},
	{"shared commits", `database.*Commit`},
}

// profile begins one, where the server was built for it, and returns what ends and reads it.
func (p *process) profile(o options) (stop func(context.Context) error, err error) {
	if !o.profile {
		return func(context.Context) error { return nil }, nil
	}

	return func(ctx context.Context) error {
		if err := p.cmd.Process.Signal(syscall.SIGUSR2); err != nil {
			return err
		}
		time.Sleep(quiet)
		path := filepath.Join(p.dir, profileFile)
		for _, part := range parts {
			share, err := shareOf(ctx, o.binary, path, part.functions)
			if err != nil {
				return err
			}
			fmt.Printf("    of the profile, %s: %s\n", part.name, share)
		}
		if keep := os.Getenv("BENCH_KEEP"); keep != "" {
			return os.Rename(path, filepath.Join(keep, fmt.Sprintf("%d.pprof", time.Now().UnixMilli()))) //nolint:gosec // whoever measures says where
		}

		return nil
	}, p.cmd.Process.Signal(syscall.SIGUSR1)
}

var accounted = regexp.MustCompile(`Showing nodes accounting for \S+, (\S+%)`)

// shareOf asks Go's own tool.
func shareOf(ctx context.Context, binary, path, functions string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "tool", "pprof", "-top", "-nodecount=100000", "-nodefraction=0", "-focus="+functions, binary, path) //nolint:gosec // files of this run
	text, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("read profile: %w: %s", err, text)
	}
	found := accounted.FindSubmatch(text)
	if found == nil {
		return "0%", nil
	}

	return string(found[1]), nil
}

// processorTime is what the process has used so far.
func (p *process) processorTime() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name may hold spaces
	fields := strings.Fields(rest)
	var ticks int64
	for _, at := range []int{11, 12} { // utime, stime
		n, err := strconv.ParseInt(fields[at], 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}

	return time.Duration(ticks) * time.Second / 100, nil // a hundred ticks a second, on every Linux
}
