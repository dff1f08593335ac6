package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// entitiesOfLargeHome is the size of the home whose questions are measured.
	entitiesOfLargeHome = 300
	// strange is what no grammar understands; its number keeps answers from being remembered.
	strange = "mesélj valamit a csillagokról, legyen a %d. történet"
	// questions is how many answers of the model are measured.
	questions = 500
	// modelRounds is how often each state of the model is measured, in turns.
	modelRounds = 4
	// askers ask the model side by side while the grammar is measured, each after a pause.
	askers     = 30
	askerPause = 500 * time.Millisecond
)

// measureModel measures homehub's own share of an answer by the language model, and what becomes of
// the grammar's latency while the model is down, slow or flooded.
func measureModel(ctx context.Context, o options) error {
	ollama, err := startOllama(ctx)
	if err != nil {
		return err
	}
	defer ollama.down()
	dir, err := os.MkdirTemp("", "homehub-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	home := filepath.Join(dir, "home.yaml")
	if err := os.WriteFile(home, []byte(homeOf(entitiesOfLargeHome)), 0o600); err != nil {
		return err
	}
	model := []string{"HOMEHUB_LLM_URL=http://" + ollama.address, "HOMEHUB_LLM_MODEL=" + fakeModel, fmt.Sprintf("HOMEHUB_LLM_CONCURRENCY=%d", fakeSlots)}

	large := o
	large.households, large.settings = 1, append([]string{"HOMEHUB_INSTANCES_VIRTUAL_HOME=" + home}, model...)
	err = withHouseholds(ctx, large, func(_ *process, callers []*caller) error {
		return shareOfAnswers(ctx, ollama, callers[0])
	})
	if err != nil {
		return err
	}
	o.households, o.settings = min(o.households, askers), model

	return withHouseholds(ctx, o, func(p *process, callers []*caller) error {
		return besideModel(ctx, o, p, ollama, callers)
	})
}

// shareOfAnswers asks the model one question after the other and takes off what it was busy with them.
func shareOfAnswers(ctx context.Context, ollama *fakeOllama, c *caller) error {
	var share, understood, bare sample
	for i := range warmup + questions {
		began := time.Now()
		if err := c.do(ctx, http.MethodGet, "/livez", nil, nil); err != nil {
			return err
		}
		bare = append(bare, time.Since(began))
		began = time.Now()
		got, err := c.say(ctx, fmt.Sprintf(strange, i), "answered")
		if err != nil {
			return err
		}
		if i < warmup {
			continue
		}
		worked := time.Duration(ollama.worked.Load())
		share = append(share, time.Since(began)-worked)
		understood = append(understood, time.Duration(got.Timing["understand"]*float64(time.Millisecond))-worked)
	}
	fmt.Println(share.row("an answer of the model, without the model"))
	fmt.Println(understood.row("    of that, understanding: prompt and call"))
	fmt.Println(bare.row(empty))

	return nil
}

// besideModel measures the grammar alone, then with the model in each bad state, in turns.
func besideModel(ctx context.Context, o options, p *process, ollama *fakeOllama, callers []*caller) error {
	utterances := utterancesOf(p, callers)
	if _, err := utterances.run(ctx, 100, 200); err != nil { // warm up
		return err
	}
	states := []struct {
		label   string
		delay   time.Duration
		isDown  bool
		isAsked bool
	}{
		{label: "alone"},
		{label: "beside a model that is down", isDown: true, isAsked: true},
		{label: "beside a slow model", delay: 10 * time.Second, isAsked: true},
		{label: "beside a flooded model", delay: 300 * time.Millisecond, isAsked: true},
	}
	rate, took := o.rates[0], make([]sample, len(states))
	for range cmp.Or(o.rounds, modelRounds) {
		for i, state := range states {
			ollama.delay.Store(int64(state.delay))
			stop := func() {}
			if state.isAsked {
				stop = askModel(ctx, callers)
			}
			if state.isDown {
				ollama.down()
			}
			got, err := utterances.run(ctx, rate, rate*o.seconds)
			stop()
			if state.isDown {
				err = errors.Join(err, ollama.up(ctx))
			}
			if err != nil || got.failed > 0 {
				return fmt.Errorf("%d failed (%w): %w", got.failed, got.first, err)
			}
			took[i] = append(took[i], got.took...)
		}
	}
	for i, state := range states {
		fmt.Println(took[i].row(fmt.Sprintf("the grammar, %d/s, %s", rate, state.label)))
		fmt.Printf("    p50 is %.2f of what it is alone\n", float64(took[i].at(0.5))/float64(took[0].at(0.5)))
	}

	return nil
}

// asked numbers the questions, so that no answer is remembered.
var asked atomic.Int64 //nolint:gochecknoglobals // the command's own counter

// askModel has every asker ask until it is stopped; what they are answered does not matter here.
func askModel(ctx context.Context, callers []*caller) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	for i := range askers {
		group.Go(func() {
			for ctx.Err() == nil {
				_, _ = callers[i%len(callers)].say(ctx, fmt.Sprintf(strange, 1_000_000+asked.Add(1)), strings.Fields("answered not_understood")...)
				select {
				case <-ctx.Done():
				case <-time.After(askerPause):
				}
			}
		})
	}

	return func() {
		cancel()
		group.Wait()
	}
}
