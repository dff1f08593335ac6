package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// unhurried are limits that are on, and judge every request, but stop nobody.
var unhurried = []string{ //nolint:gochecknoglobals // a constant
	"HOMEHUB_LIMITS_ENABLED=true", "HOMEHUB_LIMITS_REGISTER=1000000/1m", "HOMEHUB_LIMITS_LOGIN=1000000/1m", "HOMEHUB_LIMITS_LOGIN_FAILURES=1000000/1m",
	"HOMEHUB_LIMITS_INTENT=1000000/1m", "HOMEHUB_LIMITS_INTENT_HOUSEHOLD=1000000/1m", "HOMEHUB_LIMITS_DEFAULT=1000000/1m",
}

// measureLoad sends utterances of many households, each to its own virtual home: at a steady
// pace, then as fast as they are answered.
func measureLoad(ctx context.Context, o options) error {
	return withHouseholds(ctx, o, func(p *process, callers []*caller) error {
		utterances := utterancesOf(p, callers)
		if _, err := utterances.run(ctx, 150, 300); err != nil { // warm up
			return err
		}
		for _, rate := range o.rates {
			if err := p.measure(ctx, o, utterances, rate, rate*o.seconds); err != nil {
				return err
			}
		}
		if err := p.measure(ctx, o, utterances, 0, 1500*o.seconds); err != nil {
			return err
		}
		if err := p.measure(ctx, options{}, emptyRequests(p), 1500, 1500*o.seconds); err != nil {
			return err
		}
		memory, err := p.residentMB()
		fmt.Printf("resident memory after the load: %.1f MB\n", memory)

		return err
	})
}

// withHouseholds runs fn on a server with o.households whose homes are there.
func withHouseholds(ctx context.Context, o options, fn func(*process, []*caller) error) error {
	dir, err := os.MkdirTemp("", "homehub-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	settings := append([]string{
		"BENCH_PROFILE=" + filepath.Join(dir, profileFile),
		// Nothing is generated where the database is not on this machine.
		"HOMEHUB_SECRETS_ENCRYPTION_KEYS=" + base64.URLEncoding.EncodeToString([]byte(rand.Text()+"......")),
		"HOMEHUB_SECRETS_REFRESH_KEY=" + rand.Text() + rand.Text(), "HOMEHUB_SECRETS_AUDIT_KEYS=" + rand.Text() + rand.Text(),
	}, unhurried...)
	for key, value := range map[string]string{"HOMEHUB_DATABASE_URL": o.database, "HOMEHUB_KV_URL": o.kv} {
		if value != "" {
			settings = append(settings, key+"="+value)
		}
	}
	p, err := serve(ctx, o.binary, dir, append(settings, o.settings...)...)
	if err != nil {
		return err
	}
	callers, err := households(ctx, p, o.households)
	if err == nil {
		err = fn(p, callers)
	}

	return errors.Join(err, p.stop())
}

// utterancesOf switch every household's own lamp on and off in turns.
func utterancesOf(p *process, callers []*caller) load {
	l := load{name: "POST /api/v1/intent", address: strings.TrimPrefix(p.url, "http://"), wanted: []string{`"status":"done"`, `"status":"already"`}}
	for _, text := range []string{"kapcsold fel a villanyt a konyhában", "kapcsold le a villanyt a konyhában"} {
		for _, c := range callers {
			body := fmt.Sprintf(`{"text":%q}`, text)
			l.requests = append(l.requests, fmt.Appendf(nil,
				"POST /api/v1/intent HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
					"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", l.address, c.token, len(body), body))
		}
	}

	return l
}

// measure runs one load and prints what came of it, and what it took of the processors.
func (p *process) measure(ctx context.Context, o options, l load, rate, n int) error {
	label := fmt.Sprintf("%s, %d/s", l.name, rate)
	if rate == 0 {
		label = l.name + ", flat out"
	}
	stopProfile, err := p.profile(o)
	if err != nil {
		return err
	}
	before, err := p.processorTimes(o.beside)
	if err != nil {
		return err
	}
	got, err := l.run(ctx, rate, n)
	if err != nil {
		return err
	}
	after, err := p.processorTimes(o.beside)
	if err != nil {
		return err
	}
	fmt.Println(got.took.row(label))
	fmt.Printf("    %.0f/s answered, %d failed, %.0f us of the server's processor time each",
		got.perSecond(), got.failed, (after[0]-before[0]).Seconds()*1e6/float64(n))
	for i, pid := range o.beside {
		fmt.Printf(", %.0f us of %s's", (after[i+1]-before[i+1]).Seconds()*1e6/float64(n), pid)
	}
	fmt.Println()
	if got.failed > 0 {
		fmt.Printf("    the first failure: %v\n", got.first)
	}

	return stopProfile(ctx)
}

// processorTimes are what the server and the processes beside it have used so far.
func (p *process) processorTimes(beside []string) ([]time.Duration, error) {
	own, err := p.processorTime()
	if err != nil {
		return nil, err
	}
	all := []time.Duration{own}
	for _, pid := range beside {
		used, err := processorTimeOfTree(pid)
		if err != nil {
			return nil, err
		}
		all = append(all, used)
	}

	return all, nil
}

// households registers n of them and waits until their homes are there.
func households(ctx context.Context, p *process, n int) ([]*caller, error) {
	callers := make([]*caller, n)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for i := range callers {
		group.Go(func() (err error) {
			if callers[i], err = p.register(ctx, i); err != nil {
				return err
			}

			return callers[i].waitForHome(ctx)
		})
	}

	return callers, group.Wait()
}

// emptyRequests is the bare server: what HTTP alone takes at the same pace.
func emptyRequests(p *process) load {
	address := strings.TrimPrefix(p.url, "http://")

	return load{
		name: "GET /livez", address: address, wanted: []string{""},
		requests: [][]byte{fmt.Appendf(nil, "%s /livez HTTP/1.1\r\nHost: %s\r\n\r\n", http.MethodGet, address)},
	}
}

// quiet is how long the profile of a load may take to be written.
const quiet = 300 * time.Millisecond
