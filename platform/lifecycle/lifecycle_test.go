package lifecycle_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/lifecycle"
)

// until returns a part that ends with its context and then tells its name.
func until(stopped *[]string, name string, err error) func(context.Context) error {
	return func(ctx context.Context) error {
		<-ctx.Done()
		*stopped = append(*stopped, name) // no lock: parts stop one after the other

		return err
	}
}

func TestRunStopsInReverseOrder(t *testing.T) {
	t.Parallel()
	var stopped []string
	var group lifecycle.Group
	for _, name := range []string{"database", "homes", "http"} {
		group.Add(name, until(&stopped, name, context.Canceled))
	}
	group.Add("done early", func(context.Context) error { return nil })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	err := group.Run(ctx)

	require.NoError(t, err)
	require.Equal(t, []string{"http", "homes", "database"}, stopped)
}

func TestRunStopsAllWhenOneBreaks(t *testing.T) {
	t.Parallel()
	errBroken, errStop := errors.New("broken"), errors.New("could not flush")
	var stopped []string
	var group lifecycle.Group
	group.Add("store", until(&stopped, "store", errStop))
	group.Add("worker", func(context.Context) error { return errBroken })

	err := group.Run(t.Context())

	require.ErrorIs(t, err, errBroken)
	require.ErrorIs(t, err, errStop)
	require.Equal(t, "worker: broken\nstore: could not flush", err.Error())
}

func TestRunReportsAnOwnCancellationAsAnError(t *testing.T) {
	t.Parallel()
	var group lifecycle.Group
	group.Add("worker", func(context.Context) error { return context.Canceled })

	require.ErrorContains(t, group.Run(t.Context()), "worker")
}

func TestRunGivesUpOnWhatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var stopped []string
		var group lifecycle.Group
		group.Add("store", until(&stopped, "store", nil))
		group.Add("hanging", func(context.Context) error {
			<-release

			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()

		err := group.Run(ctx)

		require.ErrorContains(t, err, "hanging did not stop within 30s")
		require.Equal(t, []string{"store"}, stopped)
		close(release)
	})
}

func TestRunWithoutParts(t *testing.T) {
	t.Parallel()
	var group lifecycle.Group
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	require.NoError(t, group.Run(ctx))
}
