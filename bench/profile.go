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
func (p *process) processorTime() (time.Duration, error) { return processorTimeOf(p.cmd.Process.Pid) }

// processorTimeOf is what a process has used so far.
func processorTimeOf(pid int) (time.Duration, error) {
	fields, err := statOf(pid)
	if err != nil {
		return 0, err
	}

	return ticks(fields[11:13]) // utime, stime
}

// processorTimeOfTree is what a process and its children have used so far, those included that it has waited for.
func processorTimeOfTree(root string) (time.Duration, error) {
	pid, err := strconv.Atoi(root)
	if err != nil {
		return 0, err
	}
	fields, err := statOf(pid)
	if err != nil {
		return 0, err
	}
	sum, err := ticks(fields[11:15]) // utime, stime, cutime, cstime
	if err != nil {
		return 0, err
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0, err
	}
	for child := range strings.FieldsSeq(string(children)) {
		used, err := processorTimeOfTree(child)
		if err != nil {
			return 0, err
		}
		sum += used
	}

	return sum, nil
}

// statOf is what /proc says of a process, from its state on.
func statOf(pid int) ([]string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name may hold spaces

	return strings.Fields(rest), nil
}

func ticks(fields []string) (time.Duration, error) {
	var sum int64
	for _, field := range fields {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += n
	}

	return time.Duration(sum) * time.Second / 100, nil // a hundred ticks a second, on every Linux
}
