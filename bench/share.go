package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

// The lamp of Home Assistant's demo that both ways switch; it gets a Hungarian name first.
const (
	lamp     = "light.bed_light"
	lampName = "olvasólámpa"
	sayOn    = "kapcsold fel az olvasólámpát"
	sayOff   = "kapcsold le az olvasólámpát"
	warmup   = 50
	turnsOut = 1000
)

// pause lets the news of one call reach every listener before the next call.
const pause = 5 * time.Millisecond

// measureShare compares, in turns within one run, a bare service call over the WebSocket of a
// real Home Assistant with the whole way of an utterance through homehub to the same lamp.
func measureShare(ctx context.Context, o options) error {
	if o.hass == "" {
		return errors.New("-hass is required")
	}
	dir, err := os.MkdirTemp("", "homehub-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	token, err := onboard(ctx, o.hass)
	if err != nil {
		return err
	}
	socket, err := dialHass(ctx, o.hass, token)
	if err != nil {
		return err
	}
	defer socket.close()
	if err := renameLamp(ctx, socket); err != nil {
		return err
	}
	p, err := serve(ctx, o.binary, dir)
	if err != nil {
		return err
	}

	return errors.Join(takeTurns(ctx, p, o, socket, token), p.stop())
}

// renameLamp tries for a while: the demo's entities come some seconds after the server.
func renameLamp(ctx context.Context, socket *hassSocket) error {
	var err error
	for range 100 {
		rename := map[string]any{"type": "config/entity_registry/update", "entity_id": lamp, "name": lampName}
		if _, err = socket.command(ctx, rename); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}

	return err
}

// takeTurns links the demonstration household to the Home Assistant and measures.
func takeTurns(ctx context.Context, p *process, o options, socket *hassSocket, token string) error {
	c, err := p.demo(ctx)
	if err != nil {
		return err
	}
	link := map[string]string{"url": o.hass, "token": token}
	if err := c.do(ctx, http.MethodPut, "/api/v1/instance/link", link, nil); err != nil {
		return err
	}
	if err := c.waitForHome(ctx); err != nil {
		return err
	}

	rounds := o.rounds
	if rounds == 0 {
		rounds = turnsOut
	}
	t := turns{c: c, socket: socket, took: make(map[string]sample)}
	for i := range warmup + rounds {
		if i == warmup {
			clear(t.took)
		}
		if err := t.take(ctx, i%2 == 0); err != nil {
			return err
		}
	}
	t.print()

	return nil
}

// turns keeps how long everything took.
type turns struct {
	c      *caller
	socket *hassSocket
	took   map[string]sample
}

const (
	bareCall  = "bare service call, WebSocket"
	utterance = "POST /api/v1/intent, the same lamp"
	empty     = "GET /livez: HTTP alone"
)

// stages are what the answer's timing_ms tells of, in order.
var stages = [...]string{"understand", "execute", "observe", "record", "total"} //nolint:gochecknoglobals // a constant

// take switches the lamp on one way and off the other. Who begins changes with every turn, so
// that both ways do both equally often, and every call changes the lamp.
func (t *turns) take(ctx context.Context, isBareFirst bool) error {
	service, text := "turn_off", sayOn
	if isBareFirst {
		service, text = "turn_on", sayOff
	}
	say := func() error {
		got, err := t.c.say(ctx, text, "done")
		for _, stage := range stages {
			t.took[stage] = append(t.took[stage], time.Duration(got.Timing[stage]*float64(time.Millisecond)))
		}

		return err
	}
	call := func() error { return t.socket.call(ctx, "light", service, lamp) }
	ping := func() error { return t.c.do(ctx, http.MethodGet, "/livez", nil, nil) }

	steps := []step{{utterance, say}, {bareCall, call}, {empty, ping}}
	if isBareFirst {
		steps[0], steps[1] = steps[1], steps[0]
	}
	for _, s := range steps {
		time.Sleep(pause)
		begin := time.Now()
		if err := s.do(); err != nil {
			return err
		}
		t.took[s.label] = append(t.took[s.label], time.Since(begin))
	}

	return nil
}

type step struct {
	label string
	do    func() error
}

func (t *turns) print() {
	bare, whole := t.took[bareCall], t.took[utterance]
	for _, label := range []string{bareCall, utterance, empty} {
		fmt.Println(t.took[label].row(label))
	}
	for _, stage := range stages {
		fmt.Println(t.took[stage].row("  as homehub itself timed: " + stage))
	}
	fmt.Printf("homehub's own share: p50 %.2f ms, p95 %.2f ms, p99 %.2f ms\n",
		ms(whole.at(0.50)-bare.at(0.50)), ms(whole.at(0.95)-bare.at(0.95)), ms(whole.at(0.99)-bare.at(0.99)))
}
