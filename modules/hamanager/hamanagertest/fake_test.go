package hamanagertest_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/hamanagertest"
)

func newFake() *hamanagertest.Fake {
	lamp := &hamanagerapi.Entity{ID: "light.konyha", Name: "Konyhai lámpa", Domain: "light", Exposed: true, Cell: &hamanagerapi.StateCell{}}
	lamp.Cell.Store(&hamanagerapi.State{Value: "off"})

	return hamanagertest.NewInstance(hamanagerapi.NewHome(hamanagerapi.Home{Version: 1}, []*hamanagerapi.Entity{lamp}))
}

var turnOn = hamanagerapi.ServiceCall{
	Domain: "light", Service: "turn_on", EntityIDs: []string{"light.konyha"}, Data: map[string]any{"brightness_pct": 40},
}

func TestFakeSwitchesAndTellsItsWatchers(t *testing.T) {
	t.Parallel()
	home := newFake()
	watch := home.Watch([]string{"light.konyha"})
	defer watch.Close()

	result, err := home.Call(t.Context(), turnOn)

	require.NoError(t, err)
	change := <-watch.Changes()
	require.Equal(t, "off", change.From.Value)
	require.Equal(t, "on", change.To.Value)
	require.Equal(t, result.ContextID, change.To.ContextID)
	require.JSONEq(t, `{"brightness":102}`, string(home.Home().Entity("light.konyha").State().Attributes))
}

func TestFakeFaults(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		fault     hamanagertest.Fault
		isOffline bool
		wantErr   error
		wantState string
	}{
		"offline":                         {isOffline: true, wantErr: hamanagerapi.ErrOffline, wantState: "off"},
		"service fails":                   {fault: hamanagertest.Fault{Err: hamanagerapi.ErrServiceFailed}, wantErr: hamanagerapi.ErrServiceFailed, wantState: "off"},
		"no response":                     {fault: hamanagertest.Fault{Silent: true}, wantState: "off"},
		"delayed":                         {fault: hamanagertest.Fault{Delay: time.Second}, wantState: "on"},
		"unknown and done":                {fault: hamanagertest.Fault{Err: hamanagerapi.ErrOutcomeUnknown, Applies: true}, wantErr: hamanagerapi.ErrOutcomeUnknown, wantState: "on"},
		"unknown and it did not":          {fault: hamanagertest.Fault{Err: hamanagerapi.ErrOutcomeUnknown}, wantErr: hamanagerapi.ErrOutcomeUnknown, wantState: "off"},
		"never an answer, but a deadline": {fault: hamanagertest.Fault{Hang: true}, wantErr: hamanagerapi.ErrOutcomeUnknown, wantState: "off"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				home := newFake()
				home.SetOffline(tc.isOffline)
				home.SetFault("light.konyha", tc.fault)
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()

				_, err := home.Call(ctx, turnOn)
				time.Sleep(2 * time.Second) // of the bubble's clock
				synctest.Wait()

				require.ErrorIs(t, err, tc.wantErr)
				require.Equal(t, tc.wantState, home.Home().Entity("light.konyha").State().Value)
			})
		})
	}
}
