package llm

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/llm/internal/ollamatest"
	"homehub/modules/llm/llmapi"
)

// ended is how a call of a test ended, and when.
type ended struct {
	household string
	err       error
	after     time.Duration
}

// start makes a call beside the test.
func start(ctx context.Context, m *Module, r llmapi.ChatRequest, into chan<- ended) {
	began := time.Now()
	go func() {
		_, err := m.Chat(ctx, r)
		into <- ended{household: r.HouseholdID, err: err, after: time.Since(began)}
	}()
	synctest.Wait()
}

func from(household string) llmapi.ChatRequest {
	r := question()
	r.HouseholdID = household

	return r
}

// single is one server with one slot.
func single(t *testing.T, delay time.Duration) (*Module, *ollamatest.Server) {
	t.Helper()
	a := &ollamatest.Server{Delay: delay}
	cfg := settings()
	cfg.Concurrency, cfg.FallbackModels = 1, nil

	return wire(t, cfg, ollamatest.Fleet{"a": a}), a
}

func TestHouseholdsTakeTurns(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		m, _ := single(t, 300*time.Millisecond)
		done := make(chan ended, 8)
		for range 4 {
			start(ctx, m, from("flooding"), done)
		}
		for _, household := range []string{"kovacs", "nagy"} {
			start(ctx, m, from(household), done)
		}

		var order []string
		for range 6 {
			e := <-done
			require.NoError(t, e.err)
			order = append(order, e.household)
		}

		require.Equal(t, []string{"flooding", "flooding", "kovacs", "nagy", "flooding", "flooding"}, order)
	})
}

func TestOneHouseholdLeavesRoomForAnother(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		a := &ollamatest.Server{Delay: 300 * time.Millisecond}
		cfg := settings()
		cfg.Concurrency, cfg.HouseholdConcurrency = 3, 2
		m := wire(t, cfg, ollamatest.Fleet{"a": a})
		done := make(chan ended, 8)
		for range 5 {
			start(ctx, m, from("flooding"), done)
		}
		require.Equal(t, 2, a.Stats().Running)

		start(ctx, m, from("kovacs"), done)

		require.Equal(t, 3, a.Stats().Running)
		for range 6 {
			require.NoError(t, (<-done).err)
		}
	})
}

func TestWhoWouldBeTooLateIsToldAtOnce(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		m, a := single(t, 300*time.Millisecond)
		_, err := m.Chat(ctx, from("first"))
		require.NoError(t, err)
		done := make(chan ended, 16)
		for i := range 8 {
			limited, cancel := context.WithTimeout(ctx, 2*time.Second)
			t.Cleanup(cancel)
			start(limited, m, from(strconv.Itoa(i)), done)
		}

		served, told := 0, 0
		for range 8 {
			e := <-done
			if e.err == nil {
				served++
				require.LessOrEqual(t, e.after, 2*time.Second)

				continue
			}
			told++
			require.ErrorIs(t, e.err, llmapi.ErrBusy)
			require.Zero(t, e.after)
		}

		require.Equal(t, 5, served)
		require.Equal(t, 3, told)
		require.Equal(t, 6, a.Stats().Chats)
	})
}

func TestWaitEndsWhenTheAnswerIsNeeded(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		m, a := single(t, 10*time.Second) // nobody knows yet how slow it is
		done := make(chan ended, 2)
		start(ctx, m, from("kovacs"), done)
		r := from("nagy")
		r.By = time.Now().Add(1500 * time.Millisecond)

		start(ctx, m, r, done)

		e := <-done
		require.ErrorIs(t, e.err, llmapi.ErrBusy)
		require.Equal(t, 1500*time.Millisecond, e.after)
		require.NoError(t, (<-done).err)
		require.Equal(t, 1, a.Stats().Chats, "what waited in vain was never sent")
	})
}

func TestSlowModelIsStillAskedByWhoeverFindsItIdle(t *testing.T) {
	t.Parallel()
	within(t, time.Hour, func(t *testing.T, ctx context.Context) {
		t.Helper()
		m, a := single(t, 3*time.Second)
		_, err := m.Chat(ctx, question())
		require.NoError(t, err)

		limited, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		_, err = m.Chat(limited, question())

		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 2, a.Stats().Chats, "else nobody would learn that it is fast again")
	})
}

func TestWhoWaitsForAServerThatDiesIsTold(t *testing.T) {
	t.Parallel()
	within(t, time.Minute, func(t *testing.T, ctx context.Context) {
		t.Helper()
		m, a := single(t, 300*time.Millisecond)
		done := make(chan ended, 4)
		for _, household := range []string{"a", "b", "c", "d"} {
			start(ctx, m, from(household), done)
		}
		a.SetDown(true)
		time.Sleep(300 * time.Millisecond)

		for range 4 {
			if e := <-done; e.err != nil {
				require.ErrorIs(t, e.err, llmapi.ErrUnavailable)
				require.Less(t, e.after, time.Second)
			}
		}
		require.True(t, m.servers[0].isOpen())
		require.Zero(t, m.queue.length())
	})
}
