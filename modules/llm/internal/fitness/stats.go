package fitness

import (
	"slices"
	"time"
)

// quantile returns the q-th of durations by the nearest rank; 0 of none.
func quantile(durations []time.Duration, q float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(durations))

	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// rate is how many a second; 0 of no time.
func rate(count int, took time.Duration) float64 {
	if took <= 0 {
		return 0
	}

	return float64(count) / took.Seconds()
}

func share(part, of int) float64 {
	if of == 0 {
		return 0
	}

	return float64(part) / float64(of)
}
