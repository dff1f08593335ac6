package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
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
	rename := map[string]any{"type": "config/entity_registry/update", "entity_id": lamp, "name": lampName}
	if _, err := socket.command(ctx, rename); err != nil {
		return err
	}
	p, err := serve(ctx, o.binary, dir)
	if err != nil {
		return err
	}

	return errors.Join(takeTurns(ctx, p, o, socket, token), p.stop())
}

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

	var bare, whole sample
	rounds := o.rounds
	if rounds == 0 {
		rounds = turnsOut
	}
	for i := range warmup + rounds {
		direct, through, err := turn(ctx, i%2 == 0, c, socket)
		if err != nil {
			return err
		}
		if i >= warmup {
			bare, whole = append(bare, direct), append(whole, through)
		}
	}
	fmt.Println(bare.row("bare service call, WebSocket"))
	fmt.Println(whole.row("POST /api/v1/intent, the same lamp"))
	fmt.Printf("homehub's own share: p50 %.2f ms, p95 %.2f ms, p99 %.2f ms\n",
		ms(whole.at(0.50)-bare.at(0.50)), ms(whole.at(0.95)-bare.at(0.95)), ms(whole.at(0.99)-bare.at(0.99)))

	return nil
}

// turn switches the lamp on one way and off the other. Who begins changes with every turn, so
// that both ways do both equally often, and every call changes the lamp.
func turn(ctx context.Context, isBareFirst bool, c *caller, socket *hassSocket) (bare, whole time.Duration, err error) {
	service, text := "turn_off", sayOn
	if isBareFirst {
		service, text = "turn_on", sayOff
	}
	steps := []func() error{
		func() (err error) {
			whole, err = timed(func() error { return c.say(ctx, text, "done") })

			return err
		},
		func() (err error) {
			bare, err = timed(func() error { return socket.call(ctx, "light", service, lamp) })

			return err
		},
	}
	if isBareFirst {
		slices.Reverse(steps)
	}

	for _, step := range steps {
		time.Sleep(pause)
		if err := step(); err != nil {
			return 0, 0, err
		}
	}

	return bare, whole, nil
}

func timed(do func() error) (time.Duration, error) {
	begin := time.Now()
	err := do()

	return time.Since(begin), err
}
