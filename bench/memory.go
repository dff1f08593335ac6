package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// entitiesOfHome is the size of a household in the memory budget.
const entitiesOfHome = 100

// sessions is how many people are signed in at once.
const sessions = 10_000

// settleTime is how long an idle process may take to give memory back to the system.
const settleTime = 15 * time.Second

// measureMemory weighs an idle homehub, and what each further connected household of 100
// entities adds while the homes themselves live in another process.
func measureMemory(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "homehub-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	if err := weighIdle(ctx, o, filepath.Join(dir, "idle")); err != nil {
		return err
	}
	home, token, err := startHome(ctx, o, filepath.Join(dir, "home"))
	if err != nil {
		return err
	}
	p, err := serve(ctx, o.binary, filepath.Join(dir, "linked"), "HOMEHUB_INSTANCES_KIND=none")
	if err != nil {
		return errors.Join(err, home.stop())
	}
	err = weighHouseholds(ctx, p, home.url, token, o.households)
	if err = errors.Join(err, p.stop(), home.stop()); err != nil {
		return err
	}

	return weighSessions(ctx, o)
}

// weighSessions weighs a homehub with its virtual homes in the process and many people signed in,
// each of whom has asked something.
func weighSessions(ctx context.Context, o options) error {
	return withHouseholds(ctx, o, func(p *process, callers []*caller) error {
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(4)
		for i := range sessions {
			group.Go(func() error {
				c, err := p.login(ctx, callers[0].http, i%len(callers))
				if err != nil {
					return err
				}

				return c.do(ctx, http.MethodGet, "/api/v1/users/me", nil, nil)
			})
		}
		if err := group.Wait(); err != nil {
			return err
		}
		settle()
		now, err := p.residentMB()
		fmt.Printf("%d households live in one process, %d sessions: %.1f MB\n", len(callers), sessions, now)

		return err
	})
}

// weighIdle weighs the embedded default: one household, whose virtual home is in the process.
func weighIdle(ctx context.Context, o options, dir string) error {
	p, err := serve(ctx, o.binary, dir)
	if err != nil {
		return err
	}
	settle()
	memory, err := p.residentMB()
	fmt.Printf("idle, embedded default: %.1f MB\n", memory)

	return errors.Join(err, p.stop())
}

func weighHouseholds(ctx context.Context, p *process, homeURL, token string, n int) error {
	var before float64
	number := 0
	// The first tenth pays for what is shared, such as pools and caches.
	for _, upTo := range []int{n / 10, n} {
		for ; number < upTo; number++ {
			if err := connect(ctx, p, number, homeURL, token); err != nil {
				return err
			}
		}
		settle()
		now, err := p.residentMB()
		if err != nil {
			return err
		}
		fmt.Printf("%d households connected: %.1f MB\n", number, now)
		if upTo == n {
			fmt.Printf("each further household of %d entities: %.2f MB\n", entitiesOfHome, (now-before)/float64(n-n/10))
		}
		before = now
	}

	return nil
}

// connect makes a household whose instance is the home in the other process.
func connect(ctx context.Context, p *process, number int, homeURL, token string) error {
	c, err := p.register(ctx, number)
	if err != nil {
		return err
	}
	link := map[string]string{"url": homeURL, "token": token}
	if err := c.do(ctx, http.MethodPut, "/api/v1/instance/link", link, nil); err != nil {
		return err
	}
	err = c.waitForHome(ctx)
	c.http.CloseIdleConnections()

	return err
}

func settle() { time.Sleep(settleTime) }

// startHome runs `homehub virtual-home` with a home of 100 entities and signs in to it.
func startHome(ctx context.Context, o options, dir string) (*process, string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", err
	}
	file := filepath.Join(dir, "home.yaml")
	if err := os.WriteFile(file, []byte(homeOf(entitiesOfHome)), 0o600); err != nil {
		return nil, "", err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, "", err
	}
	url := "http://" + address
	home, err := start(ctx, o.binary, url, "/api/onboarding", dir, nil,
		"virtual-home", "--address", address, "--home", file)
	if err != nil {
		return nil, "", err
	}
	token, err := onboard(ctx, url)
	if err != nil {
		return nil, "", errors.Join(err, home.stop())
	}

	return home, token, nil
}

// homeOf writes a home in the format of intent tests' fixtures: ten rooms, n lamps, switches
// and sensors.
func homeOf(n int) string {
	var b strings.Builder
	b.WriteString("areas:\n")
	for i := range 10 {
		fmt.Fprintf(&b, "  - {name: Szoba %d, id: szoba_%d}\n", i, i)
	}
	b.WriteString("entities:\n")
	for i := range n {
		kind := []string{"light.lampa", "switch.dugalj", "sensor.homerseklet"}[i%3]
		state := []string{`"off"`, `"on"`, `"21.5"`}[i%3]
		fmt.Fprintf(&b, "  - {name: Eszköz %d, id: %s_%d, area: szoba_%d, state: %s}\n", i, kind, i, i%10, state)
	}

	return b.String()
}
