// Command bench measures what docs/performance.md promises, on a homehub that it builds and
// starts itself. Absolute figures belong to the machine; what counts are the ratios, whose two
// sides come from the same run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
)

// options is what the command line may change.
type options struct {
	binary     string // of homehub
	hass       string // the URL of a fresh Home Assistant
	rounds     int
	households int
	rates      []int // requests a second
	seconds    int
	database   string // URLs; empty: the embedded default
	kv         string
	profile    bool
	beside     []string // process ids
	settings   []string // of the measure itself
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.binary, "binary", "homehub", "the homehub to measure")
	flags.StringVar(&o.hass, "hass", "", "URL of a fresh Home Assistant with its demo (share)")
	flags.IntVar(&o.rounds, "rounds", 0, "how often to measure; 0: the measure's own default")
	flags.IntVar(&o.households, "households", 100, "how many households (memory, load)")
	rates := flags.String("rates", "500,1000,1500", "requests a second, one after the other (load)")
	flags.IntVar(&o.seconds, "seconds", 10, "how long (load)")
	flags.StringVar(&o.database, "database", "", "database.url of the homehub to measure (load, memory)")
	flags.StringVar(&o.kv, "kv", "", "kv.url of the homehub to measure (load, memory)")
	flags.BoolVar(&o.profile, "profile", false, "the binary was built with -tags profile: say where the time went (load)")
	beside := flags.String("beside", "", "process ids of the database and of kv, whose processor time is told, too, with that of their children (load)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	o.beside = strings.FieldsFunc(*beside, func(r rune) bool { return r == ',' })
	for rate := range strings.SplitSeq(*rates, ",") {
		n, err := strconv.Atoi(rate)
		if err != nil || n < 1 {
			return fmt.Errorf("-rates: %q is no number of requests", rate)
		}
		o.rates = append(o.rates, n)
	}
	switch flags.Arg(0) {
	case "share":
		return measureShare(ctx, o)
	case "start":
		return measureStart(ctx, o)
	case "memory":
		return measureMemory(ctx, o)
	case "load":
		return measureLoad(ctx, o)
	case "storm":
		return measureStorm(ctx, o)
	case "model":
		return measureModel(ctx, o)
	default:
		return errors.New("say what to measure, after the flags: share, start, memory, load, storm or model")
	}
}
