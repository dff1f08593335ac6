package watch_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/watch"
)

func change(id string) hamanagerapi.Change { return hamanagerapi.Change{EntityID: id} }

func TestAWatchGetsWhatItAskedFor(t *testing.T) {
	t.Parallel()
	var hub watch.Hub
	ids := []string{"light.b", "light.a"} // in no order
	w := hub.Watch(ids)
	other := hub.Watch([]string{"light.c"})

	hub.Publish(change("light.a"))
	hub.Publish(change("light.b"))
	hub.Publish(change("light.c"))

	require.Equal(t, "light.a", (<-w.Changes()).EntityID)
	require.Equal(t, "light.b", (<-w.Changes()).EntityID)
	require.Equal(t, "light.c", (<-other.Changes()).EntityID)
	require.Equal(t, []string{"light.b", "light.a"}, ids, "the caller's list is left alone")

	w.Close()
	w.Close()
	hub.Publish(change("light.a"))
	require.Empty(t, w.Changes())
}

func TestASlowReaderKeepsNobody(t *testing.T) {
	t.Parallel()
	var hub watch.Hub
	w := hub.Watch([]string{"light.a"})
	defer w.Close()

	for range 100_000 {
		hub.Publish(change("light.a"))
	}

	require.NotEmpty(t, w.Changes())
}

func TestWatchesComeAndGoWhileChangesFlow(t *testing.T) {
	t.Parallel()
	var (
		hub   watch.Hub
		group sync.WaitGroup
		stop  = make(chan struct{})
	)
	var publisher sync.WaitGroup
	publisher.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				hub.Publish(change("light.a"))
			}
		}
	})
	for range 20 {
		group.Go(func() {
			for range 100 {
				w := hub.Watch([]string{"light.a"})
				<-w.Changes()
				w.Close()
			}
		})
	}
	group.Wait()
	close(stop)
	publisher.Wait()
}

func BenchmarkWatch(b *testing.B) {
	var hub watch.Hub
	ids := make([]string, 300)
	for i := range ids {
		ids[i] = fmt.Sprintf("light.lampa_%03d", i)
	}

	b.ReportAllocs()
	for b.Loop() {
		hub.Watch(ids).Close()
	}
}

func BenchmarkPublish(b *testing.B) {
	var hub watch.Hub
	for range 10 {
		hub.Watch([]string{"light.a", "light.b", "light.c"})
	}

	b.ReportAllocs()
	for b.Loop() {
		hub.Publish(change("sensor.x"))
	}
}
