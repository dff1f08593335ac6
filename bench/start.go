package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// measureStart times the embedded default from the start of the process until /readyz says
// yes, over a data folder that an earlier run left.
func measureStart(ctx context.Context, o options) error {
	dir, err := os.MkdirTemp("", "homehub-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder

	var first, later sample
	for i := range max(o.rounds, 20) + 1 {
		begin := time.Now()
		p, err := serve(ctx, o.binary, dir)
		if err != nil {
			return err
		}
		took := time.Since(begin)
		if i == 0 {
			first = append(first, took)
			if err := useIt(ctx, p); err != nil {
				return err
			}
		} else {
			later = append(later, took)
		}
		if err := p.stop(); err != nil {
			return err
		}
	}
	fmt.Println(first.row("start to /readyz, empty data folder"))
	fmt.Println(later.row("start to /readyz, existing data"))

	return nil
}

// useIt leaves something in the data folder.
func useIt(ctx context.Context, p *process) error {
	c, err := p.demo(ctx)
	if err != nil {
		return err
	}
	if err := c.waitForHome(ctx); err != nil {
		return err
	}

	_, err = c.say(ctx, "kapcsold fel a villanyt a konyhában", "done", "already")

	return err
}
