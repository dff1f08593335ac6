package intent

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/llm/llmapi"
)

func TestEqualQuestionsAreOneCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFlights()
		calls := 0
		plan := flightPlan{key: "same", until: time.Now().Add(time.Minute), call: func(context.Context) (llmapi.ChatResponse, error) {
			calls++
			time.Sleep(time.Second)

			return llmapi.ChatResponse{Answer: "yes"}, nil
		}}
		shared := make(chan bool)
		for range 10 {
			go func() {
				got, isShared, err := f.join(t.Context(), plan)
				if err != nil || got.Answer != "yes" {
					t.Error(got, err)
				}
				shared <- isShared
			}()
		}
		alone := 0
		for range 10 {
			if !<-shared {
				alone++
			}
		}
		require.Equal(t, 1, calls)
		require.Equal(t, 1, alone)
		_, _, err := f.join(t.Context(), plan)
		require.NoError(t, err)
		require.Equal(t, 2, calls, "what is over is asked anew")
		f.close()
	})
}

func TestCallEndsWithTheLastWhoWantsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFlights()
		ended := make(chan time.Duration, 1)
		began := time.Now()
		plan := func(gone <-chan struct{}) flightPlan {
			return flightPlan{key: "same", gone: gone, until: began.Add(time.Minute), call: func(ctx context.Context) (llmapi.ChatResponse, error) {
				<-ctx.Done()
				ended <- time.Since(began)

				return llmapi.ChatResponse{}, ctx.Err()
			}}
		}
		first, second := make(chan struct{}), make(chan struct{})
		time.AfterFunc(time.Second, func() { close(first) })
		time.AfterFunc(2*time.Second, func() { close(second) })
		other := make(chan error, 1)
		go func() {
			_, _, err := f.join(t.Context(), plan(second))
			other <- err
		}()
		_, _, err := f.join(t.Context(), plan(first))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, <-other, context.Canceled)
		require.Equal(t, 2*time.Second, <-ended)
		f.close()
	})
}

func TestLateAnswerGoesToWhoWaitedInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for answerAfter, isTold := range map[time.Duration]bool{1500 * time.Millisecond: true, 2500 * time.Millisecond: false} {
			f := newFlights()
			told := 0
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			_, _, err := f.join(ctx, flightPlan{key: "k", until: time.Now().Add(2 * time.Second), call: func(ctx context.Context) (llmapi.ChatResponse, error) {
				select {
				case <-time.After(answerAfter):
					return llmapi.ChatResponse{Answer: "yes"}, nil
				case <-ctx.Done():
					return llmapi.ChatResponse{}, llmapi.ErrUnavailable.Wrap(ctx.Err())
				}
			}, late: func(_ context.Context, r llmapi.ChatResponse) {
				if r.Answer == "yes" {
					told++
				}
			}})
			cancel()
			require.ErrorIs(t, err, errLate)
			time.Sleep(3 * time.Second)
			f.close()
			require.Equal(t, isTold, told == 1)
		}
	})
}

func TestClosedFlightsTakeNobody(t *testing.T) {
	t.Parallel()
	f := newFlights()
	f.close()
	_, _, err := f.join(t.Context(), flightPlan{key: "k"})
	require.ErrorIs(t, err, llmapi.ErrUnavailable)
}

func TestAnswerAtTheLastMomentIsNotLost(t *testing.T) {
	t.Parallel()
	f := newFlights()
	plan := flightPlan{key: "k", until: time.Now().Add(time.Minute), call: func(context.Context) (llmapi.ChatResponse, error) {
		return llmapi.ChatResponse{Answer: "yes"}, nil
	}}
	x, _ := f.board(t.Context(), plan)
	<-x.landed

	isLanded := f.leave(plan, x, leaving{late: func(context.Context, llmapi.ChatResponse) { t.Error("nobody tells it any more") }})

	require.True(t, isLanded, "it is taken instead")
	f.close()
}

func TestPanicOfACallIsItsRequests(t *testing.T) {
	t.Parallel()
	f := newFlights()
	require.Panics(t, func() {
		_, _, _ = f.join(t.Context(), flightPlan{key: "k", until: time.Now().Add(time.Minute), call: func(context.Context) (llmapi.ChatResponse, error) {
			panic("broken")
		}})
	})
	f.close()
}

func TestCallThatTookTooLongIsToldFromOneThatNobodyWants(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		why := make(chan error, 1)
		plan := flightPlan{key: "k", until: time.Now().Add(time.Minute), call: func(ctx context.Context) (llmapi.ChatResponse, error) {
			<-ctx.Done()
			why <- context.Cause(ctx)

			return llmapi.ChatResponse{}, ctx.Err()
		}}
		f := newFlights()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, _, err := f.join(ctx, plan) // nobody would take it late
		require.ErrorIs(t, err, errLate)
		require.ErrorIs(t, <-why, context.DeadlineExceeded)

		gone := make(chan struct{})
		close(gone)
		plan.gone = gone
		_, _, err = f.join(t.Context(), plan)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, <-why, context.Canceled)
		f.close()
	})
}
