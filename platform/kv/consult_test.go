package kv_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/platform/kv"
)

func TestContractConsult(t *testing.T) {
	t.Parallel()
	contract(t, func(t *testing.T, w world) {
		t.Helper()
		ctx, s := t.Context(), w.store
		events := []kv.Event{
			{Key: "caller", Limit: kv.Limit{Count: 2, Period: time.Minute}},
			{Key: "household", Limit: kv.Limit{Count: 5, Period: time.Minute}},
		}
		keys := []string{"mark1", "mark2", "entry"}
		consult := func() kv.Answer {
			a, err := s.Consult(ctx, keys, events)
			require.NoError(t, err)
			require.Len(t, a.Values, 3)

			return a
		}

		a := consult()
		require.Equal(t, [][]byte{nil, nil, nil}, a.Values)
		require.Nil(t, a.Decisions, "nobody vouches")

		set := func(key, value string) { require.NoError(t, s.Set(ctx, key, []byte(value), time.Minute)) }
		set("mark2", "bb")
		set("entry", "aabb{}")
		require.Nil(t, consult().Decisions, "a mark is missing")
		set("mark1", "aX")
		require.Nil(t, consult().Decisions, "a mark is another one")
		set("mark1", "aa")
		set("entry", "-aabb{}")
		require.Nil(t, consult().Decisions, "the entry refuses")
		require.NoError(t, s.Delete(ctx, "entry"))
		require.Nil(t, consult().Decisions, "no entry")

		set("entry", "aabb{}")
		for want := range 2 {
			a = consult()
			require.Equal(t, "aabb{}", string(a.Values[2]))
			require.Len(t, a.Decisions, 2)
			require.True(t, a.Decisions[0].Allowed)
			require.Equal(t, 1-want, a.Decisions[0].Remaining)
			require.Equal(t, 4-want, a.Decisions[1].Remaining)
		}
		a = consult()
		require.False(t, a.Decisions[0].Allowed)
		w.requireNear(t, 30*time.Second, a.Decisions[0].RetryAfter)
		require.True(t, a.Decisions[1].Allowed, "each is judged by itself")
		d, err := s.Allow(ctx, "household", events[1].Limit)
		require.NoError(t, err)
		require.Equal(t, 1, d.Remaining, "it is the limit that Allow judges")

		a, err = s.Consult(ctx, []string{"entry"}, events[1:])
		require.NoError(t, err)
		require.Len(t, a.Decisions, 1, "one value vouches for itself")
		a, err = s.Consult(ctx, nil, events)
		require.NoError(t, err)
		require.Empty(t, a.Values)
		require.Nil(t, a.Decisions)
		a, err = s.Consult(ctx, keys, nil)
		require.NoError(t, err)
		require.Empty(t, a.Decisions)
		_, err = s.Consult(ctx, keys, []kv.Event{{Key: "x"}})
		require.Error(t, err, "an impossible limit")
		set("caller", "word")
		_, err = s.Consult(ctx, keys, events)
		require.Error(t, err)
		require.NotErrorIs(t, err, kv.ErrUnavailable)
	})
}
