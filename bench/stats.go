package main

import (
	"fmt"
	"slices"
	"time"
)

// sample is durations of one kind.
type sample []time.Duration

// at returns the duration that the share p (0 to 1) of the sample does not exceed.
func (s sample) at(p float64) time.Duration {
	sorted := slices.Sorted(slices.Values(s))

	return sorted[min(int(p*float64(len(sorted))), len(sorted)-1)]
}

// row is a line of a table: the label and the usual percentiles in milliseconds.
func (s sample) row(label string) string {
	return fmt.Sprintf("%-44s p50 %8.2f ms   p95 %8.2f ms   p99 %8.2f ms   max %8.2f ms   (%d)",
		label, ms(s.at(0.50)), ms(s.at(0.95)), ms(s.at(0.99)), ms(s.at(1)), len(s))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
