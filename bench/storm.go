package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	loginsPerSecond = 50
	stormRounds     = 5 // of each kind, in turns
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
		var calm, stormy sample
		answered := make(map[int]int)
		for range stormRounds {
			got, err := utterances.run(ctx, rate, rate*o.seconds)
			if err != nil || got.failed > 0 {
				return fmt.Errorf("%d failed: %w", got.failed, err)
			}
			calm = append(calm, got.took...)
			stop := p.storm(ctx, len(callers), answered)
			got, err = utterances.run(ctx, rate, rate*o.seconds)
			stop()
			if err != nil || got.failed > 0 {
				return fmt.Errorf("%d failed: %w", got.failed, err)
			}
			stormy = append(stormy, got.took...)
		}
		fmt.Println(calm.row(fmt.Sprintf("POST /api/v1/intent, %d/s, alone", rate)))
		fmt.Println(stormy.row(fmt.Sprintf("POST /api/v1/intent, %d/s, beside %d logins/s", rate, loginsPerSecond)))
		fmt.Printf("    p95 moves by %+.0f %%; logins by the status of their answer: %v\n",
			100*(float64(stormy.at(0.95))/float64(calm.at(0.95))-1), answered)

		return nil
	})
}

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
