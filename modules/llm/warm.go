package llm

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"go.uber.org/zap"

	"homehub/modules/llm/internal/ollama"
	"homehub/modules/llm/llmapi"
)

const (
	// lookEvery is how often each server is looked at: whether it came back, and with what.
	lookEvery = 10 * time.Second
	// warmTimeout bounds a warm-up, which loads the model.
	warmTimeout = 3 * time.Minute
	// pullPause is how long a failed pull waits for its repetition.
	pullPause = time.Minute
)

// keepWarm looks after every server until ctx ends.
func (m *Module) keepWarm(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, s := range m.servers {
		wg.Go(func() { m.tend(ctx, s) })
	}
	wg.Wait()

	return ctx.Err()
}

// tend keeps one server's model loaded, with the shared prefix read: at start, when the server
// comes back, gets the model or has let it go, and before Ollama would do so.
func (m *Module) tend(ctx context.Context, s *server) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	warmedAt := m.now()
	for {
		if m.now().Sub(warmedAt) > m.cfg.KeepAlive/2 {
			s.chill()
		}
		if m.inspect(ctx, s) {
			warmedAt = m.now()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// inspect looks at a server and gives it what it lacks; it reports whether it warmed it.
func (m *Module) inspect(ctx context.Context, s *server) bool {
	models, err := s.probe.models(ctx)
	if err != nil {
		s.chill() // whatever comes back has lost everything

		return false
	}
	s.found(models)
	first := ""
	for _, name := range m.cfg.models() {
		isThere := hasModel(models, name)
		if !isThere {
			s.miss(name)
			isThere = m.cfg.Pull && m.pull(ctx, s, name)
		}
		if isThere && first == "" {
			first = name
		}
	}
	if first == "" || !m.isCold(ctx, s, first) {
		return false
	}

	return m.warmUp(ctx, s, first)
}

// isCold reports whether the server needs its warm-up, also when it was started anew unseen, or
// had to make room for another model.
func (m *Module) isCold(ctx context.Context, s *server, model string) bool {
	limited, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if loaded, err := s.client.Loaded(limited); err == nil && !hasModel(loaded, model) {
		s.chill()
	}

	return s.takeCold()
}

// warmUp makes the server load the model and read what all prompts share.
func (m *Module) warmUp(ctx context.Context, s *server, model string) bool {
	var shared []llmapi.Message
	if m.warm != nil {
		shared = m.warm()
	}
	limited, cancel := context.WithTimeout(ctx, warmTimeout)
	defer cancel()
	began := m.now()
	answer, err := s.client.Chat(limited, ollama.Call{
		Model: model, Messages: messagesOf(shared), NumCtx: m.cfg.NumCtx, NumPredict: 1, KeepAlive: m.cfg.KeepAlive,
	})
	if err != nil {
		s.chill()
		if ctx.Err() == nil {
			s.log.Warn("the model could not be warmed up", zap.String("model", model), zap.Error(err))
		}

		return false
	}
	s.breaker.Close() // what failed while the model was loading says nothing now
	m.estimate.learn(bytesOf(messagesOf(shared)), len(shared), answer.PromptTokens)
	m.reuse.evaluated(model, answer)
	s.log.Info("the model is ready", zap.String("model", model), zap.Duration("took", m.now().Sub(began)),
		zap.Duration("loaded_in", answer.LoadTime), zap.Int("shared_tokens", answer.PromptTokens))

	return true
}

// pull makes the server fetch a model, telling how far it is; it reports whether the model is there.
func (m *Module) pull(ctx context.Context, s *server, model string) bool {
	if !s.mayPull(m.now()) {
		return false
	}
	defer s.tellPull("")
	s.log.Info("pulling the model", zap.String("model", model))
	told := -1
	err := s.client.Pull(ctx, model, func(completed, total int64) {
		if total <= 0 {
			return
		}
		percent := int(completed * 100 / total)
		s.tellPull(strconv.Itoa(percent) + " %")
		if percent/10 != told { // a line each tenth; every layer counts anew
			told = percent / 10
			s.log.Info("pulling the model", zap.String("model", model), zap.Int("percent", percent))
		}
	})
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("the model could not be pulled", zap.String("model", model), zap.Error(err))
		}

		return false
	}
	s.log.Info("the model is pulled", zap.String("model", model))
	s.found([]string{model})
	s.probe.forget()

	return true
}

// pulled says how far the pulls that run are; empty: none runs.
func (m *Module) pulled() string {
	for _, s := range m.servers {
		if told := s.pullTold(); told != "" {
			return fmt.Sprintf("%s on %s", told, s.name)
		}
	}

	return ""
}
