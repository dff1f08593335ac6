package hamanager

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.uber.org/zap"

	"homehub/modules/hamanager/hamanagerapi"
	"homehub/modules/hamanager/internal/hass"
	"homehub/modules/hamanager/internal/live"
	"homehub/modules/hamanager/internal/virtualhome"
	"homehub/platform/clock"
)

// OpenFixture runs a virtual home in memory from a file (empty: the built-in home), outside
// of any household, and returns when it is ready. The caller ends it with the function it
// gets.
func OpenFixture(
	ctx context.Context, path string, buildIndex func(*hamanagerapi.Home) any,
) (hamanagerapi.Instance, func() error, error) {
	definition, err := loadDefinition(path)
	if err != nil {
		return nil, nil, err
	}
	home, err := virtualhome.New(virtualhome.Options{Definition: definition, Log: zap.NewNop(), Now: clock.System})
	if err != nil {
		return nil, nil, fmt.Errorf("open virtual home: %w", err)
	}

	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var group sync.WaitGroup
	var homeErr error
	group.Go(func() { homeErr = home.Run(running) })
	stop := func() error {
		cancel()
		group.Wait()

		return homeErr
	}

	endpoint := hass.Endpoint{BaseURL: virtualURL, Dial: home.Dial}
	if endpoint.Token, err = setUp(ctx, endpoint, ownerName, defaultPlace()); err != nil {
		return nil, nil, fmt.Errorf("set up virtual home: %w", errors.Join(err, stop()))
	}
	session := live.NewSession(live.Options{
		Endpoint: endpoint, CallTimeout: Defaults().CallTimeout, BuildIndex: buildIndex, Log: zap.NewNop(), Now: clock.System,
	})
	group.Go(func() { session.Run(running) })

	select {
	case <-session.Ready():
		return session, stop, nil
	case <-ctx.Done():
		return nil, nil, errors.Join(ctx.Err(), stop())
	}
}
