package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	loginsPerSecond = 50
	stormRounds     = 5 // of each kind, in turns, unless -rounds says otherwise
)

// measureStorm compares, in turns within one run, how fast utterances are answered alone and
// while 50 logins come in each second, with the password hashes of a real homehub.
func measureStorm(ctx context.Context, o options) error {
	o.settings = []string{"HOMEHUB_AUTH_BCRYPT_COST=12"}
	o.households = min(o.households, 20) // each takes a hash to begin with

	return withHouseholds(ctx, o, func(p *process, callers []*caller) error {
		utterances := utterancesOf(p, callers)
		if _, err := utterances.run(ctx, 100, 200); err != nil { // warm up
			return err
		}
		rate := o.rates[0]
		var calm, stormy, calmP95, stormyP95 sample
		answered := make(map[int]int)
		for range cmp.Or(o.rounds, stormRounds) {
			got, err := utterances.run(ctx, rate, rate*o.seconds)
			if err != nil || got.failed > 0 {
				return fmt.Errorf("%d failed: %w", got.failed, err)
			}
			calm, calmP95 = append(calm, got.took...), append(calmP95, got.took.at(0.95))
			stop := p.storm(ctx, len(callers), answered)
			got, err = utterances.run(ctx, rate, rate*o.seconds)
			stop()
			if err != nil || got.failed > 0 {
				return fmt.Errorf("%d failed: %w", got.failed, err)
			}
			stormy, stormyP95 = append(stormy, got.took...), append(stormyP95, got.took.at(0.95))
		}
		fmt.Println(calm.row(fmt.Sprintf("POST /api/v1/intent, %d/s, alone", rate)))
		fmt.Println(stormy.row(fmt.Sprintf("POST /api/v1/intent, %d/s, beside %d logins/s", rate, loginsPerSecond)))
		fmt.Printf("    p95 moves by %+.0f %%, that of the median round by %+.0f %%; logins by the status of their answer: %v\n",
			moved(calm.at(0.95), stormy.at(0.95)), moved(calmP95.at(0.5), stormyP95.at(0.5)), answered)

		return nil
	})
}

// moved is a difference in percent.
func moved(from, to time.Duration) float64 { return 100 * (float64(to)/float64(from) - 1) }

// storm sends logins until it is stopped; that waits until the last one is answered, so that the
// next round is calm again.
func (p *process) storm(ctx context.Context, people int, answered map[int]int) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var logins sync.WaitGroup
	var mu sync.Mutex
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: 30 * time.Second}
	logins.Go(func() {
		ticker := time.NewTicker(time.Second / loginsPerSecond)
		defer ticker.Stop()
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				logins.Go(func() {
					status := p.tryLogin(context.WithoutCancel(ctx), client, i%people)
					mu.Lock()
					defer mu.Unlock()
					answered[status]++
				})
			}
		}
	})

	return func() {
		cancel()
		logins.Wait()
		client.CloseIdleConnections()
	}
}
